"""People who act at the same moment, and processes that die: tried on a served portal of four processes.

Three rounds of each; twenty with CI_FULL=1.
"""

import json
import os
import threading
import time
from dataclasses import dataclass

import pytest
from portal import served
from visitor import Visitor, at_once

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
MONTH = "2020-12"
# One township account for each round and test, so that no round stands on another's month.
TOWNSHIPS = """
from django.db.models import F
from eldercare.regions import Region
found = Region.objects.townships().filter(code__startswith="500156", users__username=F("code"), facilities__isnull=False)
print(list(found.values_list("code", flat=True).distinct().order_by("code")))
"""
COLLEAGUES = """
from eldercare.accounts import User, grant
from eldercare.regions import Region
for name, role in (("clerk2", "clerk"), ("reviewer2", "reviewer")):
    user = User(username=name, region=Region.objects.districts().get(code="500156"))
    user.set_password("{password}")
    user.save()
    grant(user, role)
"""


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes, with a second clerk and a second reviewer."""
    portal.manage("shell", "-v", "0", "-c", COLLEAGUES.format(password=portal.password))
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def people(crowd):
    """people(*names) -> those persons signed in; the same person may be there several times, each in a window of its own."""
    windows: dict[tuple[str, int], Visitor] = {}

    def signed_in(*names: str) -> list[Visitor]:
        places = [(name, names[:place].count(name)) for place, name in enumerate(names)]
        for place in places:
            if place not in windows:
                windows[place] = Visitor(crowd, place[0])
        return [windows[place] for place in places]

    return signed_in


def ask(portal, expression: str):
    """The value of an expression over the models, read from the database."""
    code = (
        "import json\n"
        "from eldercare.audit import AuditRecord\nfrom eldercare.review import ReviewEvent\n"
        "from eldercare.uploads import Upload\n"
        "from facilities.models import AcceptanceReview, Facility, FacilityRecord\n"
        "from plans.models import ProgressReport\n"
        f"print(json.dumps({expression}))"
    )
    return json.loads(portal.manage("shell", "-v", "0", "-c", code).splitlines()[-1])


def state_of(portal, upload: int) -> dict:
    """What the database holds of an upload: its status, records, events, and its township's report of the month."""
    return ask(
        portal,
        f"(lambda u: {{'status': u.status, 'records': FacilityRecord.objects.filter(upload=u).count(),"
        f"'expected': u.counts['new'] + u.counts['changed'],"
        f"'events': ReviewEvent.objects.filter(model='eldercare.upload', object_id=u.pk).count(),"
        f"'number': sum(ProgressReport.objects.filter(township=u.region, period__month=u.period)"
        f".values_list('number', flat=True)),"
        f"'handed_in': ProgressReport.objects.filter(upload=u).count(),"
        f"'audited': AuditRecord.objects.filter(model='eldercare.upload', object_id=u.pk, action='upload.confirmed').count(),"
        f"'register': str(list(Facility.objects.filter(township=u.region).order_by('pk').values_list('pk', 'remark')))}})"
        f"(Upload.objects.get(pk={upload}))",
    )


def township(crowd, place: int) -> str:
    codes = json.loads(crowd.manage("shell", "-v", "0", "-c", TOWNSHIPS).splitlines()[-1].replace("'", '"'))
    return codes[place % len(codes)]


@pytest.mark.parametrize("turn", ROUNDS)
def test_four_confirm_one_upload_and_one_of_them_does(crowd, people, turn):
    four = people(*[township(crowd, turn)] * 4)
    upload = four[0].stage(MONTH, f"四人同时确认 {turn}")
    before = state_of(crowd, upload)

    answers = at_once(*[lambda one=one: one.confirm(upload) for one in four])

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert {a.data["problems"][0]["code"] for a in answers if a.status == 409} == {"already_done"}
    after = state_of(crowd, upload)
    assert after["records"] == after["expected"] > 0
    assert (after["status"], after["events"], after["handed_in"], after["audited"]) == ("confirmed", 1, 1, 1)
    assert after["register"].count(f"四人同时确认 {turn}") == after["expected"]
    assert after["number"] == before["number"] + 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_sheets_of_one_township_and_the_second_is_told_that_it_is_stale(crowd, people, turn):
    one, other = people(*[township(crowd, turn + 7)] * 2)
    uploads = [one.stage(MONTH, f"甲表 {turn}"), other.stage(MONTH, f"乙表 {turn}")]
    number = state_of(crowd, uploads[0])["number"]

    answers = at_once(lambda: one.confirm(uploads[0]), lambda: other.confirm(uploads[1]))

    assert sorted(answer.status for answer in answers) == [200, 409]
    late = next(place for place, answer in enumerate(answers) if answer.status == 409)
    assert answers[late].data["problems"][0]["code"] == "stale"
    states = [state_of(crowd, pk) for pk in uploads]
    assert [states[late]["status"], states[1 - late]["status"]] == ["staged", "confirmed"]
    assert (states[late]["records"], states[late]["number"]) == (0, number + 1)
    # Compared anew with what the other one brought, it can be confirmed.
    assert one.confirm(uploads[late]).status == 200
    assert state_of(crowd, uploads[late])["number"] == number + 2


# Brings one facility's review to where a race begins, through the services, whatever the round before left of it.
READY = """
import json
from eldercare import review
from eldercare.accounts import User
from facilities import services
from facilities.models import Facility
clerk, reviewer, approver = (User.objects.get(username=name) for name in ("clerk", "reviewer", "approver"))
facility = Facility.objects.get(name="后槽村演示互助养老点")
row = facility.acceptances.exclude(status__in=["withdrawn", "revoked"]).first()
if row and row.status == "accepted":
    review.perform(row, "revoke", by=approver, comment="重新审核")
    row = None
row = row or services.open_review(facility, by=clerk)
if row.status == "reviewing":
    review.perform(row, "send_back", by=row.reviewer, comment="重新审核")
if row.status in ("draft", "returned"):
    review.perform(row, "submit", by=clerk)
if "{status}" == "reviewing":
    services.take(row, by=reviewer)
print(json.dumps([row.pk, row.version, row.events().count(), User.objects.get(username="reviewer2").pk]))
"""


@pytest.fixture
def case(crowd):
    """case(status) -> a review that waits (submitted) or that the reviewer has taken (reviewing)."""

    def make(status: str) -> "Case":
        made = crowd.manage("shell", "-v", "0", "-c", READY.format(status=status)).splitlines()[-1]
        return Case(crowd, *json.loads(made))

    return make


@dataclass(frozen=True)
class Case:
    """A review as everybody's page shows it before the race; each action acts on that version."""

    crowd: object
    pk: int
    version: int
    events: int
    reviewer2: int

    def move(self, person: Visitor, verb: str, **data):
        """One press of a button of the footer."""
        told = {"verb": verb, "comment": "现场核查属实", "version": self.version, **data}
        return lambda: person.post(f"/admin/facilities/acceptancereview/{self.pk}/move/", **told)

    def accept(self, person: Visitor):
        return self.move(person, "accept", accepted_on="2020-12-31")

    def send_back(self, person: Visitor):
        line = {"lines": 1, "tick-0": "on", "requirement-0": "", "code-0": "other", "message-0": "请补充材料"}
        told = {"version": self.version, "comment": "", **line}
        return lambda: person.post(f"/admin/facilities/acceptancereview/{self.pk}/send-back/", **told)

    def now(self) -> dict:
        """What the database holds of it, and how many events the race brought."""
        words = (
            "(lambda r: {'status': r.status, 'version': r.version, 'stage': r.facility.stage,"
            " 'reviewer': r.reviewer and r.reviewer.username, 'events': r.events().count(),"
            f" 'last': r.events().last().verb}})(AcceptanceReview.objects.get(pk={self.pk}))"
        )
        found = ask(self.crowd, words)
        return found | {"events": found["events"] - self.events, "moved": found["version"] - self.version}


LATE = ("刚被别人处理过", "承办；需要换人时请科长重新分派", "当前状态为")


def one_was_done(answers) -> int:
    """Which of them was done: exactly one, and every other was told why not, on a page that stands."""
    assert {answer.status for answer in answers} == {200}
    done = [place for place, answer in enumerate(answers) if "已办理：" in answer.text]
    assert len(done) == 1
    others = [answer.text for place, answer in enumerate(answers) if place not in done]
    assert all(any(words in text for words in LATE) for text in others)
    return done[0]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_reviewers_take_a_case_and_one_has_it(case, people, turn):
    waiting = case("submitted")
    first, second = people("reviewer", "reviewer2")
    done = one_was_done(at_once(waiting.move(first, "take"), waiting.move(second, "take")))
    now = waiting.now()
    assert (now["status"], now["events"], now["moved"]) == ("reviewing", 1, 1)
    assert now["reviewer"] == ("reviewer", "reviewer2")[done]


@pytest.mark.parametrize("turn", ROUNDS)
def test_one_is_assigned_while_another_takes_and_one_has_it(case, people, turn):
    waiting = case("submitted")
    approver, reviewer = people("approver", "reviewer")
    assign = waiting.move(approver, "assign", reviewer=waiting.reviewer2)
    done = one_was_done(at_once(assign, waiting.move(reviewer, "take")))
    now = waiting.now()
    assert (now["status"], now["events"], now["moved"]) == ("reviewing", 1, 1)
    assert now["reviewer"] == ("reviewer2", "reviewer")[done]


@pytest.mark.parametrize("turn", ROUNDS)
def test_accepted_in_one_window_and_returned_in_another_and_one_decision_stands(case, people, turn):
    taken = case("reviewing")
    one, other = people("reviewer", "reviewer")
    done = one_was_done(at_once(taken.accept(one), taken.send_back(other)))
    now = taken.now()
    assert (now["events"], now["moved"]) == (1, 1)
    assert (now["status"], now["last"], now["stage"]) == [
        ("accepted", "accept", "accepted"), ("returned", "send_back", "completed"),
    ][done]  # fmt: skip


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_reviewers_decide_and_only_the_one_in_charge_does(case, people, turn):
    taken = case("reviewing")
    in_charge, other = people("reviewer", "reviewer2")
    assert one_was_done(at_once(taken.accept(in_charge), taken.send_back(other))) == 0
    now = taken.now()
    assert (now["status"], now["stage"], now["events"], now["moved"]) == ("accepted", "accepted", 1, 1)


@pytest.mark.parametrize("turn", ROUNDS)
def test_accepting_on_a_double_click_accepts_once(case, people, turn):
    taken = case("reviewing")
    hands = people(*["reviewer"] * 3)
    one_was_done(at_once(*[taken.accept(hand) for hand in hands]))
    now = taken.now()
    assert (now["status"], now["stage"], now["events"], now["moved"]) == ("accepted", "accepted", 1, 1)


@pytest.mark.parametrize("turn", ROUNDS)
def test_withdrawn_while_it_is_accepted_and_one_of_both_happened(case, people, turn):
    taken = case("reviewing")
    clerk, reviewer = people("clerk", "reviewer")
    done = one_was_done(at_once(taken.move(clerk, "withdraw"), taken.accept(reviewer)))
    now = taken.now()
    assert (now["events"], now["moved"]) == (1, 1)
    assert (now["status"], now["stage"]) == [("withdrawn", "completed"), ("accepted", "accepted")][done]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_clerks_open_a_review_and_there_is_one(crowd, people, turn):
    clerks = people("clerk", "clerk2")
    free = "list(Facility.objects.filter(acceptances__isnull=True).order_by('pk').values_list('pk', flat=True))[0]"
    facility = ask(crowd, free)

    answers = at_once(
        *[lambda one=one: one.post(f"/admin/facilities/facility/{facility}/open-review/") for one in clerks]
    )

    assert ask(crowd, f"AcceptanceReview.objects.filter(facility={facility}).count()") == 1
    assert sum("已建立验收审核草稿" in answer.text for answer in answers) == 1
    assert sum("该设施已有一份“草稿”的验收审核" in answer.text for answer in answers) == 1


FORM = {"type": "VILLAGE_POINT", "stage": "unsited", "effective_on": "2020-06-01"}


@pytest.mark.parametrize("turn", ROUNDS)
def test_form_sent_twice_registers_one_facility(crowd, people, turn):
    clerks = people("clerk", "clerk")
    name = f"连点两次的互助点 {turn}"
    place = ask(crowd, "Facility.objects.order_by('pk').values_list('township', flat=True)[0]")
    data = {**FORM, "name": name, "township": place}

    answers = at_once(*[lambda one=one: one.post("/admin/facilities/facility/add/", **data) for one in clerks])

    assert ask(crowd, f"Facility.objects.filter(name={name!r}).count()") == 1
    assert sum("没有重复登记" in answer.text for answer in answers) == 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_clerks_edit_a_facility_and_the_second_is_told(crowd, people, turn):
    clerks = people("clerk", "clerk2")
    seen = ask(
        crowd,
        "list(Facility.objects.filter(stage='unsited', contracts__isnull=True, links__isnull=True)"
        f".order_by('-pk').values('pk', 'name', 'type'))[{turn % 3}]",
    )
    last = f"max(FacilityRecord.objects.filter(facility={seen['pk']}).values_list('pk', flat=True))"
    count = f"FacilityRecord.objects.filter(facility={seen['pk']}).count()"
    before = ask(crowd, count)
    data = {**FORM, "name": seen["name"], "type": seen["type"], "seen": ask(crowd, last), "reason": "核对"}
    for prefix in ("contracts", "links"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    address = f"/admin/facilities/facility/{seen['pk']}/change/"

    answers = at_once(
        *[lambda one=one, number=n: one.post(address, **data, remark=f"同时改 {turn}-{number}")
          for n, one in enumerate(clerks)]
    )  # fmt: skip

    assert ask(crowd, count) == before + 1
    assert sum("刚被别人更新过" in answer.text for answer in answers) == 1


SLOW = {
    "sqlite": (
        "CREATE TRIGGER slow AFTER {event} ON {table} BEGIN SELECT count(*) FROM (WITH RECURSIVE step(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM step WHERE x < 1000000000) SELECT x FROM step); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION slowly() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(10); RETURN NULL; END' "
        "LANGUAGE plpgsql",
        "CREATE TRIGGER slow AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION slowly()",
    ),
}
AWAY = {"sqlite": "DROP TRIGGER slow", "postgresql": "DROP TRIGGER slow ON {table}"}


def alter(portal, *statements: str) -> None:
    lines = "".join(f"c.execute({statement!r})\n" for statement in statements)
    portal.manage("shell", "-v", "0", "-c", f"from django.db import connection\nc = connection.cursor()\n{lines}")


@pytest.mark.parametrize(
    ("turn", "event", "table"),
    [
        (0, "UPDATE", "eldercare_upload"),
        (1, "INSERT", "facilities_facilityrecord"),
        (2, "INSERT", "plans_progressreport"),
        (3, "INSERT", "eldercare_auditrecord"),
    ],
)
def test_killed_while_confirming_leaves_nothing_and_can_be_confirmed_again(crowd, people, turn, event, table):
    # Before the rows are written, in their midst, after them, and right before the commit.
    (official,) = people(township(crowd, turn + 14))
    upload = official.stage(MONTH, "停电")
    before = state_of(crowd, upload)
    engine = "postgresql" if crowd.env["DATABASE_URL"].startswith("postgres") else "sqlite"
    alter(crowd, *[statement.format(event=event, table=table) for statement in SLOW[engine]])
    answers = []
    confirming = threading.Thread(target=lambda: answers.append(official.confirm(upload)))
    confirming.start()
    time.sleep(3)
    crowd.kill_workers()
    confirming.join()
    alter(crowd, AWAY[engine].format(table=table))

    assert answers[0].status == 0
    assert state_of(crowd, upload) == before
    assert before["status"] == "staged"

    assert official.confirm(upload).status == 200
    after = state_of(crowd, upload)
    assert after["records"] == after["expected"] > 0
    assert (after["status"], after["number"], after["events"]) == ("confirmed", before["number"] + 1, 1)
    assert (after["register"].count("停电"), after["audited"]) == (after["expected"], 1)
