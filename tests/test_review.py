"""One door for state: every status, verb and role of every reviewable model against a table that a bureau could sign."""

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from eldercare import review
from eldercare.accounts import ROLES, grant
from eldercare.audit import AuditRecord
from eldercare.names import RegionAlias
from eldercare.review import Denied, MoveRefused, Reviewable, ReviewEvent, StaleObject, available_moves, perform
from eldercare.uploads import Upload
from facilities.models import AcceptanceReview, ZoneAlias
from plans.models import ProgressReport, ReportingPeriod
from subsidies.models import SubsidyScheme

# model: from status, verb, to status, roles that may
TABLE = """
eldercare.regionalias       proposed   confirm    confirmed  clerk
eldercare.regionalias       rejected   confirm    confirmed  clerk
eldercare.regionalias       proposed   reject     rejected   clerk
eldercare.regionalias       confirmed  reject     rejected   clerk
eldercare.upload            staged     confirm    confirmed  clerk,township
eldercare.upload            confirmed  undo       undone     clerk,township
facilities.acceptancereview draft      submit     submitted  clerk
facilities.acceptancereview returned   submit     submitted  clerk
facilities.acceptancereview submitted  take       reviewing  reviewer
facilities.acceptancereview submitted  assign     reviewing  approver
facilities.acceptancereview reviewing  assign     reviewing  approver
facilities.acceptancereview reviewing  accept     accepted   reviewer
facilities.acceptancereview reviewing  send_back  returned   reviewer
facilities.acceptancereview draft      withdraw   withdrawn  clerk
facilities.acceptancereview submitted  withdraw   withdrawn  clerk
facilities.acceptancereview reviewing  withdraw   withdrawn  clerk
facilities.acceptancereview returned   withdraw   withdrawn  clerk
facilities.acceptancereview accepted   recheck    accepted   reviewer
facilities.acceptancereview accepted   revoke     revoked    approver
facilities.rectification    open       report     reported   clerk
facilities.rectification    reported   close      closed     reviewer
facilities.rectification    reported   reopen     open       reviewer
facilities.rectification    closed     reopen     open       reviewer
facilities.rectification    open       cancel     cancelled  reviewer
facilities.waiver           proposed   consent    consented  approver
facilities.waiver           proposed   refuse     refused    approver
facilities.waiver           proposed   withdraw   withdrawn  reviewer
facilities.waiver           consented  revoke     revoked    approver
facilities.zonealias        proposed   confirm    confirmed  reviewer
facilities.zonealias        rejected   confirm    confirmed  reviewer
facilities.zonealias        proposed   reject     rejected   reviewer
facilities.zonealias        confirmed  reject     rejected   reviewer
subsidies.subsidyclaim      draft      submit     submitted  clerk
subsidies.subsidyclaim      returned   submit     submitted  clerk
subsidies.subsidyclaim      submitted  approve    approved   reviewer
subsidies.subsidyclaim      submitted  send_back  returned   reviewer
subsidies.subsidyclaim      draft      withdraw   withdrawn  clerk
subsidies.subsidyclaim      submitted  withdraw   withdrawn  clerk
subsidies.subsidyclaim      returned   withdraw   withdrawn  clerk
subsidies.subsidyclaim      approved   cancel     withdrawn  approver
subsidies.subsidyclaim      approved   pay_part   approved   approver
subsidies.subsidyclaim      approved   pay        paid       approver
subsidies.subsidyclaim      approved   recover    recovered  approver
subsidies.subsidyclaim      paid       recover    recovered  approver
subsidies.subsidyclaim      approved   keep       approved   reviewer
subsidies.subsidyclaim      paid       keep_paid  paid       reviewer
plans.progressreport        due        submit     submitted  clerk,township
plans.progressreport        submitted  submit     submitted  clerk,township
plans.progressreport        returned   submit     submitted  clerk,township
plans.progressreport        submitted  recall     due        clerk,township
plans.progressreport        returned   recall     due        clerk,township
plans.reportingperiod       open       lock       locked     clerk
plans.reportingperiod       locked     unlock     open       clerk
plans.progressreport        submitted  restore    submitted  clerk,township
plans.progressreport        returned   restore    submitted  clerk,township
plans.progressreport        submitted  accept     accepted   clerk
plans.progressreport        submitted  send_back  returned   clerk
plans.progressreport        accepted   send_back  returned   clerk
"""
EXPECTED = {
    (model, status, verb): (target, set(roles.split(",")))
    for model, status, verb, target, roles in (line.split() for line in TABLE.strip().splitlines())
}
MODELS = {model._meta.label_lower: model for model in apps.get_models() if issubclass(model, Reviewable)}
CELLS = [
    (label, status, move.verb)
    for label, model in MODELS.items()
    for status in model.Status.values
    for move in model.MOVES
]
NOVEMBER = datetime.date(2020, 11, 1)
# Which people and moments a row of each status carries.
STAMPS = {
    "facilities.acceptancereview": {
        "submitted": ["submitted"], "reviewing": ["submitted", "assigned"],
        "returned": ["submitted", "assigned", "decided"], "accepted": ["submitted", "assigned", "decided"],
        "withdrawn": ["withdrawn"], "revoked": ["submitted", "assigned", "decided", "revoked"],
    },
    "facilities.rectification": {
        "reported": ["reported"], "closed": ["reported", "closed"], "cancelled": ["cancelled"],
    },
    "facilities.waiver": {
        "consented": ["decided"], "refused": ["decided"], "withdrawn": ["withdrawn"], "revoked": ["decided", "revoked"],
    },
    "subsidies.subsidyclaim": {
        "submitted": ["submitted"], "returned": ["submitted", "decided"], "approved": ["submitted", "decided"],
        "paid": ["submitted", "decided", "paid"], "recovered": ["submitted", "decided", "paid", "recovered"],
        "withdrawn": ["withdrawn"],
    },
    "plans.progressreport": {
        "submitted": ["submitted"], "accepted": ["submitted", "decided"], "returned": ["submitted", "decided"],
    },
    "plans.reportingperiod": {"locked": ["locked"]},
    "facilities.zonealias": {"confirmed": ["decided"], "rejected": ["decided"]},
    "eldercare.upload": {"confirmed": ["confirmed"], "undone": ["confirmed", "undone"]},
}  # fmt: skip


@pytest.fixture
def people(make_user, wulong, baima):
    """One account a role; the township's stands in 白马镇."""
    return {role.code: make_user(role.code, baima if role.code == "township" else wulong) for role in ROLES}


@pytest.fixture
def stranger(make_user, wulong):
    """Somebody who made the rows and is none of the acting people."""
    return make_user(None, wulong, "stranger")


@pytest.fixture
def row_in(register, wulong, baima, stranger):
    """row_in(model label, status) -> a stored row in that status, written past the door with what its status needs."""

    def make(label: str, status: str):
        fields = {"status": status}
        for number, stamp in enumerate(STAMPS.get(label, {}).get(status, [])):
            fields |= {f"{stamp}_at": timezone.now(), f"{stamp}_by": _person(stranger, number)}
        if label == "facilities.acceptancereview" and "assigned_by" in fields:
            fields["reviewer"] = fields.get("decided_by", fields["assigned_by"])
        row = MODELS[label](**_basis(label, status, register, wulong, baima, stranger), **fields)
        return MODELS[label].objects.bulk_create([row])[0]

    return make


def _person(stranger, number):
    """Different people for each stamp: two of them may not be one person."""
    return type(stranger).objects.get_or_create(username=f"past-{number}", defaults={"region": stranger.region})[0]


def _basis(label, status, register, wulong, baima, stranger):
    if label == "facilities.acceptancereview":
        decided = {"accepted_on": datetime.date(2020, 12, 1), "frozen": {}} if status in ("accepted", "revoked") else {}
        return {"facility": register(stage="completed"), "created_by": stranger, **decided}
    if label == "facilities.rectification":
        return {
            "facility": register(stage="completed"), "label": "建筑面积", "problem": "不足", "measure": "扩建",
            "owner": "白马镇", "due_on": NOVEMBER, "opened_by": stranger,
        }  # fmt: skip
    if label == "facilities.waiver":
        return _waiver(status, register(stage="completed"), stranger)
    if label == "subsidies.subsidyclaim":
        return _claim(status, register(stage="accepted"), wulong, stranger)
    if label == "plans.progressreport":
        period, _ = ReportingPeriod.objects.get_or_create(
            district=wulong, month=NOVEMBER, defaults={"due_on": datetime.date(2020, 12, 5)}
        )
        ProgressReport.objects.filter(period=period, township=baima).delete()
        return {"period": period, "township": baima}
    if label == "plans.reportingperiod":
        ReportingPeriod.objects.filter(district=wulong, month=NOVEMBER).delete()
        return {"district": wulong, "month": NOVEMBER, "due_on": datetime.date(2020, 12, 5)}
    if label == "facilities.zonealias":
        count = ZoneAlias.objects.count()
        return {"policy": wulong.policies.get(), "listed": "健身康复", "counted": f"医疗康复{count}"}
    if label == "eldercare.regionalias":
        return {"district": wulong, "name": f"白马乡{RegionAlias.objects.count()}", "region": baima}
    return {
        "kind": "progress", "region": baima, "district": wulong, "period": NOVEMBER, "filename": "月报.xlsx",
        "file": "uploads/x.xlsx", "sha256": "0" * 64, "size": 1, "uploaded_by": stranger,
        "error_total": int(status == "refused"),
    }  # fmt: skip


def _claim(status, facility, wulong, stranger) -> dict:
    scheme = SubsidyScheme.objects.get(policy__district=wulong, key="station")
    decided = {"approved_basis": {}} if status in ("approved", "paid", "recovered") else {}
    return {
        "scheme": scheme, "district": wulong, "township": facility.township, "facility": facility, "year": 2020,
        "key": f"facility:{facility.code}", "amount": 200_000, "created_by": _person(stranger, 9),
        "paid_total": 200_000 if status == "paid" else 0, **decided,
    }  # fmt: skip


def _waiver(status, facility, stranger) -> dict:
    case = AcceptanceReview.objects.create(facility=facility, created_by=stranger)
    spans = {"effective_on": NOVEMBER} if status in ("consented", "revoked") else {}
    spans |= {"ended_on": NOVEMBER} if status == "revoked" else {}
    people = {"submitted_by": _person(stranger, 8), "proposed_by": _person(stranger, 9)}
    return {
        "review": case, "facility": facility, "requirement": "street.area", "edition": "wulong-2020",
        "label": "建筑面积", "clause": "二(二)", "measured": "1420", "justification": "用地受限", **people, **spans,
    }  # fmt: skip


def test_table_names_every_move_of_every_model():
    declared = {
        (label, source, move.verb): move.target
        for label, model in MODELS.items()
        for move in model.MOVES
        for source in move.sources
    }
    assert {key: target for key, (target, _) in EXPECTED.items()} == declared


@pytest.mark.parametrize("label", MODELS)
def test_move_is_offered_to_whom_the_table_says_and_to_nobody_else(label, row_in, people):
    for status in MODELS[label].Status.values:
        row = row_in(label, status)
        for role, user in people.items():
            offered = {option.move.verb for option in available_moves(row, user)}
            wanted = {
                verb for (m, s, verb), (_, roles) in EXPECTED.items() if (m, s) == (label, status) and role in roles
            }
            assert offered == wanted, (status, role)


@pytest.mark.parametrize("label", MODELS)
def test_move_that_the_table_does_not_list_is_refused_and_changes_nothing(label, row_in, people):
    for status, verb in [(status, verb) for model, status, verb in CELLS if model == label]:
        row = row_in(label, status)
        allowed = EXPECTED.get((label, status, verb), ("", set()))[1]
        for role, user in people.items():
            if role in allowed:
                continue
            with pytest.raises((MoveRefused, Denied)):
                perform(row, verb, by=user, comment="理由")
            fresh = MODELS[label].objects.get(pk=row.pk)
            assert (fresh.status, fresh.version) == (status, row.version), (status, verb, role)
        assert not row.events().exists()


@pytest.mark.parametrize("label", MODELS)
def test_unknown_verb_is_refused(label, row_in, people):
    row = row_in(label, MODELS[label].Status.values[0])
    with pytest.raises(MoveRefused, match="没有这个操作"):
        perform(row, "promote", by=people["clerk"])


@pytest.mark.parametrize("label", MODELS)
def test_queryset_cannot_write_status(label, row_in):
    model = MODELS[label]
    row = row_in(label, model.Status.values[0])
    other = model.Status.values[-1]
    with pytest.raises(TypeError, match="perform"):
        model.objects.filter(pk=row.pk).update(status=other)
    row.status = other
    with pytest.raises(TypeError, match="perform"), transaction.atomic():
        model.objects.bulk_update([row], ["status"])
    assert model.objects.get(pk=row.pk).status == model.Status.values[0]


def test_move_writes_state_time_person_version_and_event_together(row_in, people):
    row = row_in("plans.progressreport", "submitted")
    event = perform(row, "send_back", by=people["clerk"], comment=" 床位数有误 ")
    assert (row.status, row.version, row.decided_by) == ("returned", 1, people["clerk"])
    assert row.decided_at is not None
    assert (event.verb, event.source, event.target, event.comment) == (
        "send_back",
        "submitted",
        "returned",
        "床位数有误",
    )
    assert list(row.events()) == [event]


def test_move_clears_the_stamps_it_undoes(row_in, people):
    row = row_in("plans.progressreport", "returned")
    perform(row, "recall", by=people["clerk"])
    assert (row.submitted_at, row.submitted_by, row.decided_at, row.decided_by) == (None, None, None, None)


@pytest.mark.parametrize("comment", ["", "   ", "\n"])
def test_return_needs_a_reason(row_in, people, comment):
    row = row_in("plans.progressreport", "submitted")
    with pytest.raises(MoveRefused, match="必须填写理由"):
        perform(row, "send_back", by=people["clerk"], comment=comment)
    assert ProgressReport.objects.get().status == "submitted"


def test_page_read_before_somebody_else_acted_is_stale(row_in, people):
    row = row_in("plans.progressreport", "submitted")
    perform(row, "accept", by=people["clerk"], version=0)
    with pytest.raises(StaleObject):
        perform(row, "send_back", by=people["clerk"], comment="理由", version=0)


def test_second_identical_move_is_refused(row_in, people):
    row = row_in("plans.progressreport", "submitted")
    copy = ProgressReport.objects.get(pk=row.pk)
    perform(row, "accept", by=people["clerk"])
    with pytest.raises(MoveRefused, match="当前状态"):
        perform(copy, "accept", by=people["clerk"])
    assert row.events().count() == 1


@pytest.mark.parametrize(
    ("label", "verb", "roles"),
    [
        ("facilities.acceptancereview", "accept", ("clerk", "reviewer")),
        ("facilities.acceptancereview", "send_back", ("clerk", "reviewer")),
        ("plans.progressreport", "accept", ("clerk",)),
    ],
)
def test_who_submitted_cannot_decide_whatever_roles_they_hold(label, verb, roles, row_in, stranger):
    row = row_in(label, "reviewing" if label == "facilities.acceptancereview" else "submitted")
    submitter = row.submitted_by
    grant(submitter, *roles)
    refused = {option.move.verb: option.reason for option in available_moves(row, submitter)}
    assert "不能是同一人" in refused[verb]
    with pytest.raises(MoveRefused, match="不能是同一人"):
        perform(row, verb, by=submitter, comment="理由")


def test_who_accepted_cannot_revoke(row_in):
    row = row_in("facilities.acceptancereview", "accepted")
    grant(row.decided_by, "reviewer", "approver")
    with pytest.raises(MoveRefused, match="不能是同一人"):
        perform(row, "revoke", by=row.decided_by, comment="理由")


def test_foreign_row_is_denied_and_the_attempt_recorded(row_in, make_user, jiangkou):
    row = row_in("eldercare.upload", "staged")
    foreigner = make_user("township", jiangkou, "foreigner")
    with pytest.raises(Denied):
        perform(row, "confirm", by=foreigner)
    denied = AuditRecord.objects.get(action="review.denied")
    assert (denied.by_name, denied.detail["verb"]) == ("foreigner", "confirm")
    assert Upload.objects.get().status == "staged"


def test_inactive_account_moves_nothing(row_in, people):
    row = row_in("plans.progressreport", "submitted")
    clerk = people["clerk"]
    clerk.is_active = False
    with pytest.raises((Denied, MoveRefused)):
        perform(row, "accept", by=clerk)


def test_failing_follower_undoes_the_move(row_in, people, monkeypatch):
    row = row_in("plans.progressreport", "submitted")

    def fail(obj, event, by):
        raise MoveRefused("后续步骤失败")

    monkeypatch.setitem(review._followers, ("plans.progressreport", "accept"), [fail])
    with pytest.raises(MoveRefused, match="后续步骤失败"):
        perform(row, "accept", by=people["clerk"])
    assert ProgressReport.objects.get().status == "submitted"
    assert not ReviewEvent.objects.exists()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: ReviewEvent.objects.filter(pk=event.pk).update(comment="改过"),
        lambda event: ReviewEvent.objects.filter(pk=event.pk).delete(),
    ],
    ids=["save", "delete", "update", "bulk delete"],
)
def test_event_is_never_changed_or_deleted(row_in, people, attempt):
    event = perform(row_in("plans.progressreport", "submitted"), "accept", by=people["clerk"], comment="数据齐全")
    with pytest.raises(TypeError):
        attempt(event)
    assert ReviewEvent.objects.get(pk=event.pk).comment == "数据齐全"


@pytest.mark.parametrize(
    ("label", "status", "written"),
    [
        ("plans.progressreport", "due", {"status": "submitted"}),
        ("plans.progressreport", "submitted", {"status": "accepted"}),
        ("plans.progressreport", "accepted", {"decided_by": None}),
        ("plans.progressreport", "submitted", {"submitted_at": None}),
        ("facilities.zonealias", "proposed", {"status": "confirmed"}),
        ("eldercare.upload", "staged", {"status": "confirmed"}),
        ("eldercare.upload", "refused", {"status": "staged"}),
        ("eldercare.upload", "confirmed", {"confirmed_by": None}),
        ("eldercare.regionalias", "confirmed", {"region": None}),
        ("facilities.acceptancereview", "submitted", {"status": "accepted"}),
        ("facilities.acceptancereview", "accepted", {"frozen": None}),
        ("facilities.acceptancereview", "draft", {"status": "revoked"}),
        ("facilities.acceptancereview", "submitted", {"status": "reviewing"}),
        ("facilities.acceptancereview", "submitted", {"assigned_at": timezone.now()}),
        ("facilities.acceptancereview", "reviewing", {"reviewer": None}),
        ("facilities.acceptancereview", "reviewing", {"assigned_by": None}),
        ("facilities.acceptancereview", "reviewing", {"status": "returned"}),
        ("facilities.acceptancereview", "reviewing", {"consented_at": timezone.now()}),
        ("facilities.acceptancereview", "returned", {"reviewer": None}),
        ("facilities.acceptancereview", "accepted", {"consented_at": timezone.now()}),
        ("facilities.acceptancereview", "accepted", {"rechecked_at": timezone.now()}),
        ("facilities.acceptancereview", "accepted", {"recheck": {}}),
        ("facilities.acceptancereview", "revoked", {"revoked_by": None}),
        ("facilities.acceptancereview", "withdrawn", {"withdrawn_at": None}),
        ("facilities.waiver", "proposed", {"status": "consented"}),
        ("facilities.waiver", "proposed", {"justification": ""}),
        ("facilities.waiver", "proposed", {"proposed_by": None}),
        ("facilities.waiver", "proposed", {"submitted_by": None}),
        ("facilities.waiver", "proposed", {"effective_on": NOVEMBER}),
        ("facilities.waiver", "consented", {"decided_by": None}),
        ("facilities.waiver", "consented", {"effective_on": None}),
        ("facilities.waiver", "consented", {"status": "revoked"}),
        ("facilities.waiver", "consented", {"ended_on": NOVEMBER}),
        ("facilities.waiver", "revoked", {"ended_on": None}),
        ("facilities.waiver", "withdrawn", {"withdrawn_by": None}),
        ("facilities.rectification", "open", {"status": "reported"}),
        ("facilities.rectification", "open", {"reopenings": 1}),
        ("facilities.rectification", "open", {"status": "cancelled"}),
        ("facilities.rectification", "reported", {"reported_by": None}),
        ("facilities.rectification", "reported", {"status": "closed"}),
        ("facilities.rectification", "closed", {"closed_at": None}),
        ("facilities.rectification", "cancelled", {"cancelled_by": None}),
    ],
)
def test_database_refuses_a_status_without_its_time_person_or_evidence(label, status, written, row_in):
    row = row_in(label, status)
    with pytest.raises(IntegrityError), transaction.atomic():
        MODELS[label]._base_manager.filter(pk=row.pk).update(**written)


@pytest.mark.parametrize(
    ("label", "status", "person", "parts"),
    [
        ("facilities.acceptancereview", "reviewing", "submitted_by", ("reviewer",)),
        ("facilities.acceptancereview", "returned", "submitted_by", ("reviewer", "decided_by")),
        ("facilities.acceptancereview", "accepted", "submitted_by", ("reviewer", "decided_by")),
        ("facilities.acceptancereview", "accepted", "assigned_by", ("decided_by",)),
        ("facilities.acceptancereview", "accepted", "submitted_by", ("consented_by",)),
        ("facilities.acceptancereview", "accepted", "decided_by", ("consented_by",)),
        ("facilities.acceptancereview", "accepted", "submitted_by", ("rechecked_by",)),
        ("facilities.acceptancereview", "revoked", "decided_by", ("revoked_by",)),
        ("facilities.waiver", "proposed", "submitted_by", ("proposed_by",)),
        ("facilities.waiver", "consented", "submitted_by", ("decided_by",)),
        ("facilities.waiver", "consented", "proposed_by", ("decided_by",)),
        ("facilities.rectification", "closed", "reported_by", ("closed_by",)),
    ],
)
def test_database_refuses_one_person_for_two_signatures(label, status, person, parts, row_in):
    """Two people who must differ, or a decision by another than the one in charge."""
    row = row_in(label, status)
    written = {part: getattr(row, person) for part in parts}
    times = {"consented_by": {"consented_at": timezone.now()}}
    times["rechecked_by"] = {"rechecked_at": timezone.now(), "recheck": {}}
    for part in parts:
        written |= times.get(part, {})
    with pytest.raises(IntegrityError), transaction.atomic():
        MODELS[label]._base_manager.filter(pk=row.pk).update(**written)


def test_assigning_a_status_is_no_way_round_the_door(register, clerk):
    row = AcceptanceReview.objects.create(facility=register(), created_by=clerk)
    row.refresh_from_db()
    row.status = AcceptanceReview.Status.ACCEPTED

    with pytest.raises(TypeError, match="perform"):
        row.save()
