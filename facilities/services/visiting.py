"""Site visits: what a reviewer saw on the spot becomes dated facts with their source, in one transaction with the visit."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from eldercare import audit, clock
from eldercare.clock import YEARS
from eldercare.policies import pack
from eldercare.review import Denied, MoveRefused
from facilities import checks, history
from facilities.facility import Facility
from facilities.models import AcceptanceReview, Declaration, SiteVisit
from facilities.services.acceptance import in_charge, review_day
from facilities.services.seen import Asked, alike, questions, wrong
from facilities.services.wording import said_well, tidy

__all__ = ["Asked", "VisitRefused", "questions", "record_visit", "refusal"]

ATTENDED, CONCLUSION, NOTE, EVIDENCE = 200, 2000, 200, 300


class VisitRefused(MoveRefused):
    """A visit that cannot be recorded: `problems` has a sentence by fact id or field name, all of them at once."""

    def __init__(self, problems: Mapping[str, str]):
        super().__init__("；".join(problems.values()))
        self.problems = dict(problems)


def refusal(row: AcceptanceReview, user) -> str:
    """Why this person cannot record a visit for this review now; empty when it is possible."""
    if not user.has_perm("facilities.add_sitevisit"):
        return "您的角色不能登记现场核查。"
    if row.status != AcceptanceReview.Status.REVIEWING:
        return f"这份验收审核的状态为“{row.get_status_display()}”，只有审核中的才登记现场核查。"
    return in_charge(row, user)


def record_visit(
    row: AcceptanceReview,
    *,
    by,
    visited_on: date,
    attended: str = "",
    conclusion: str = "",
    seen: Mapping[str, object] | None = None,
    notes: Mapping[str, str] | None = None,
) -> SiteVisit:
    """Record one visit and what it changes of the facility's facts. `seen` has a value by fact id, None for not looked at.

    What agrees with the register is kept in the visit alone; what differs becomes a dated record (measures) or a
    declaration from the day of the visit. Denied without right or scope; VisitRefused names everything that is wrong,
    MoveRefused what contradicts later records; then nothing is written.
    """
    _must_have_right(row, by)
    seen = {fact: value for fact, value in (seen or {}).items() if value is not None}
    notes = {fact: text for fact, text in (notes or {}).items() if text.strip()}
    with transaction.atomic():
        row, facility = _locked(row)
        if why := refusal(row, by):
            raise MoveRefused(why)
        if day_wrong := _day_wrong(facility, visited_on):
            raise VisitRefused({"visited_on": day_wrong} | _texts_wrong(attended, conclusion, notes))
        asked = _asked(row, facility, visited_on)
        if problems := _problems(asked, attended, conclusion, seen, notes, facility, visited_on):
            raise VisitRefused(problems)
        observed = [
            _observed(asked[fact], seen.get(fact), tidy(notes.get(fact, "")))
            for fact in asked
            if fact in {*seen, *notes}
        ]
        visit = SiteVisit(
            review=row, visited_on=visited_on, attended=tidy(attended), conclusion=tidy(conclusion),
            observations=observed, recorded_at=clock.now(), recorded_by=by,
        )  # fmt: skip
        _refuse_twin(visit)
        visit.save()
        _assert(visit, facility, [asked[fact] for fact in asked if fact in seen], seen, notes)
        audit.record("record.created", by=by, target=visit)
    return visit


def _must_have_right(row: AcceptanceReview, by) -> None:
    """Raises Denied outside of the transaction, so that the attempt stays on record."""
    visible = AcceptanceReview.objects.visible_to(by).filter(pk=row.pk).exists()
    if visible and by.has_perm("facilities.add_sitevisit"):
        return
    reason = "您的角色不能登记现场核查。" if visible else "不在您的管理范围内。"
    audit.record("review.denied", by=by, target=row, detail={"verb": "visit", "reason": reason})
    raise Denied(reason)


def _locked(row: AcceptanceReview) -> tuple[AcceptanceReview, Facility]:
    """The review and its facility as they are now, locked in the order that acceptance locks them."""
    row = AcceptanceReview.objects.select_for_update(of=("self",)).get(pk=row.pk)
    facility = Facility.objects.select_related("district", "township", "village").get(pk=row.facility_id)
    history.lock_townships([facility.township_id])
    facility.refresh_from_db()
    row.facility = facility
    return row, facility


def _day_wrong(facility: Facility, day: date) -> str:
    if day > timezone.localdate():
        return "核查日期不能晚于今天。"
    first = facility.records.standing().order_by("effective_on").values_list("effective_on", flat=True).first()
    if first is None or day < first or day.year < YEARS[0]:
        return f"设施从{first}起才有登记，核查日期不能早于这一天。" if first else "设施还没有登记情况，不能登记核查。"
    return ""


def _asked(row: AcceptanceReview, facility: Facility, day: date) -> dict[str, Asked]:
    """The questions of the edition the review is judged by, with what was registered on the day of the visit."""
    edition = checks.check(facility, review_day(row)).edition
    then = checks.check_all([facility], facility.district, day, edition)[0]
    return {asked.fact: asked for asked in questions(then)}


def _texts_wrong(attended: str, conclusion: str, notes: Mapping[str, str]) -> dict[str, str]:
    found = {
        "attended": said_well(attended, "参加人员", ATTENDED),
        "conclusion": said_well(conclusion, "核查情况", CONCLUSION),
        **{fact: said_well(text, "备注", NOTE) for fact, text in notes.items()},
    }
    return {name: why for name, why in found.items() if why}


def _problems(asked, attended, conclusion, seen, notes, facility: Facility, day: date) -> dict[str, str]:
    """Everything wrong with a visit at once, by fact id or field name."""
    problems = _texts_wrong(attended, conclusion, notes)
    for fact in sorted({*seen, *notes} - set(asked)):
        problems[fact] = f"“{fact}”不是这个设施要核查的事项。"
    for fact, value in seen.items():
        if fact in asked and (why := wrong(asked[fact], value)):
            problems[fact] = f"{asked[fact].label}：{why}"
    problems |= _contradictions(asked, seen, problems)
    if not seen and not notes and not conclusion.strip():
        problems["conclusion"] = "请至少填写一项现场所见或核查情况。"
    return problems


def _contradictions(asked: Mapping[str, Asked], seen: Mapping, problems: Mapping) -> dict[str, str]:
    """A part that would be larger than its whole, by what was seen and, where nothing was seen, what is registered."""
    by_column = {one.column: one for one in asked.values() if one.column}
    found = {}
    for part, whole in ((by_column[part], by_column[whole]) for part, whole in history.PARTS_OF_WHOLES):
        if {part.fact, whole.fact} & set(problems) or not {part.fact, whole.fact} & set(seen):
            continue
        low, high = (seen.get(one.fact, one.registered) for one in (part, whole))
        if low is not None and high is not None and low > high:
            found[part.fact] = f"{part.label}（{part.text(low)}）不能大于{whole.label}（{whole.text(high)}）。"
    return found


def _observed(asked: Asked, value: object, note: str) -> dict:
    """One line of a visit. `agrees` is None where nothing was looked at; the texts read the same for ever."""
    looked = value is not None
    return {
        "fact": asked.fact,
        "label": asked.label,
        "registered": _packed(asked.registered),
        "seen": _packed(value),
        "agrees": alike(asked.registered, value) if looked else None,
        "note": note,
        "registered_text": asked.text(asked.registered),
        "seen_text": asked.text(value) if looked else "",
    }


def _packed(value: object) -> object:
    return pack(sorted(value) if isinstance(value, (set, frozenset)) else value)


def _refuse_twin(visit: SiteVisit) -> None:
    """A form sent twice is one visit. Raises MoveRefused."""
    for other in visit.review.visits.filter(visited_on=visit.visited_on, recorded_by=visit.recorded_by):
        if _told(other) == _told(visit):
            raise MoveRefused(f"{visit.visited_on}的同样一次现场核查已经登记，没有重复登记。")


def _told(visit: SiteVisit) -> tuple:
    """What a visit says by itself, whatever was registered at the time."""
    lines = [(line["fact"], line["seen"], line["note"]) for line in visit.observations]
    return visit.attended, visit.conclusion, lines


def _assert(visit: SiteVisit, facility: Facility, asked: list[Asked], seen: Mapping, notes: Mapping) -> None:
    """Write what differs from the register: one dated record for the measures, a declaration for each other fact."""
    differing = [one for one in asked if not alike(one.registered, seen[one.fact])]
    source = f"现场核查 {visit.visited_on}"
    columns = {one.column: seen[one.fact] for one in differing if one.column}
    if columns:
        history.record_one(facility, columns, effective_on=visit.visited_on, by=visit.recorded_by, reason=source)
    for one in differing:
        if not one.column:
            _declare(one, seen[one.fact], visit, "：".join(filter(None, [source, tidy(notes.get(one.fact, ""))])))


def _declare(one: Asked, value: object, visit: SiteVisit, evidence: str) -> None:
    subject = {"region": one.place} if one.place else {"facility": visit.review.facility}
    Declaration.objects.create(
        fact=one.fact, value=pack(value), starts_on=visit.visited_on, evidence=evidence[:EVIDENCE],
        recorded_at=clock.now(), recorded_by=visit.recorded_by, **subject,
    )  # fmt: skip
