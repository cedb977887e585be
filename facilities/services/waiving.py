"""Deviations from a principle: proposed by the reviewer in charge, consented to by a third person, lapsing by themselves."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from eldercare import audit, clock, review
from eldercare.review import MoveRefused, ReviewEvent
from facilities import checks
from facilities.models import AcceptanceReview, Waiver
from facilities.rules import evaluation, phrases
from facilities.rules.findings import Finding, Outcome
from facilities.rules.truth import Truth
from facilities.services import wording
from facilities.services.acceptance import hold, in_charge, review_day

PROPOSE = "facilities.propose_waiver"
JUSTIFICATION = (10, 1000)
COMMENT = 1000
SHORT = 200
# Written words: a row of digits or dots justifies nothing.
_WORDS = re.compile("[A-Za-z\u3400-\u9fff]")
LETTERS = 4


@dataclass(frozen=True, slots=True)
class State:
    """How a waiver stands on a day: a code (of the badge) and the bureau's word for it; `counts` while it excuses."""

    code: str
    label: str
    counts: bool = False


VALID = State("waived", "有效", counts=True)
NOT_YET = State("pending", "尚未生效")
WORSE = State("unmet", "已失效（现值更差）")
OTHER_CLASS = State("unmet", "已失效（类别已变）")
OTHER_EDITION = State("unmet", "已失效（标准版本已变）")
MOOT = State("met", "已不需要（已达标）")
INAPPLICABLE = State("not_applicable", "已不需要（条件不适用）")
NO_DATA = State("no_data", "资料不全")


def propose(row: AcceptanceReview, requirement: str, *, justification: str, by) -> Waiver:
    """Propose a deviation from one unmet principle of a review that one has in charge.

    MoveRefused in the user's words when the clause, the words or the moment do not allow it; Denied without right or scope.
    """
    _need_right(row, by)
    words = justified(justification)
    with transaction.atomic():
        case = hold(row)
        if reason := _not_now(case, by):
            raise MoveRefused(reason)
        found = checks.check(case.facility, review_day(case))
        finding = _finding(found, requirement)
        if reason := unwaivable(finding) or _proposed_already(case, finding):
            raise MoveRefused(reason)
        made = Waiver.objects.create(**_bound(case, found, finding), justification=words, proposed_by=by)
        audit.record("record.created", by=by, target=made, detail={"fields": [made.label, made.gap_text]})
    return made


def consent(waiver: Waiver, *, by, comment: str = "", version: int | None = None, effective_on: date | None = None):
    """Consent to a proposed deviation; it counts from `effective_on`, by default the district's own today."""
    day = effective_on or waiver.facility.district.default_as_of()
    if day > timezone.localdate():
        raise MoveRefused("偏差的生效日期不能晚于今天。")
    return _decide(waiver, "consent", by, comment, version, effective_on=day)


def refuse(waiver: Waiver, *, by, comment: str = "", version: int | None = None):
    """Refuse a proposed deviation, with the reason."""
    return _decide(waiver, "refuse", by, comment, version)


def withdraw(waiver: Waiver, *, by, comment: str = "", version: int | None = None):
    """Take a proposed deviation back."""
    return _decide(waiver, "withdraw", by, comment, version)


def revoke(waiver: Waiver, *, by, comment: str = "", version: int | None = None):
    """Take a consent back from the district's own today on; what counted until then stays as it was."""
    today = waiver.facility.district.default_as_of()
    ended_on = max(today, waiver.effective_on) if waiver.effective_on else today
    return _decide(waiver, "revoke", by, comment, version, ended_on=ended_on)


DECISIONS = {"consent": consent, "refuse": refuse, "withdraw": withdraw, "revoke": revoke}


def decide(waiver: Waiver, verb: str, *, by, comment: str = "", version: int | None = None):
    """One decision by the name of its move. MoveRefused for a name that is none."""
    if verb not in DECISIONS:
        raise MoveRefused("没有这个操作。")
    return DECISIONS[verb](waiver, by=by, comment=comment, version=version)


def _decide(waiver: Waiver, verb: str, by, comment: str, version: int | None, **changes):
    if reason := wording.said_well(comment, "办理意见", COMMENT):
        raise MoveRefused(reason)
    words = wording.tidy(comment)
    move = review.find_move(Waiver, verb)
    visible = Waiver.objects.visible_to(by).filter(pk=waiver.pk).exists()
    if not visible or not by.has_perm(move.permission):
        # Denied here, outside the transaction below, so that the attempt stays on record.
        return review.perform(waiver, verb, by=by, comment=words, version=version)
    with transaction.atomic():
        hold(waiver.review)
        return review.perform(waiver, verb, by=by, comment=words, version=version, **changes)


def _need_right(row: AcceptanceReview, by) -> None:
    visible = AcceptanceReview.objects.visible_to(by).filter(pk=row.pk).exists()
    if visible and by.is_active and by.has_perm(PROPOSE):
        return
    reason = "您的角色不能提出偏差说明。" if visible else "不在您的管理范围内。"
    audit.record("review.denied", by=by, target=row, detail={"verb": "propose_waiver", "reason": reason})
    raise review.Denied(reason)


def justified(justification: str) -> str:
    """The reason given for a deviation, as it is stored. MoveRefused when it is too short, too long or no words."""
    least, most = JUSTIFICATION
    if reason := wording.said_well(justification, "偏差理由", most, required=True):
        raise MoveRefused(reason)
    words = wording.tidy(justification)
    if len(words) < least:
        raise MoveRefused(f"偏差理由至少 {least} 个字，现有 {len(words)} 个。")
    if len(_WORDS.findall(words)) < LETTERS:
        raise MoveRefused("偏差理由须用文字说明为什么达不到、为什么可以接受。")
    return words


def may_propose(row: AcceptanceReview, user) -> str:
    """Why this person cannot propose a deviation on this review now; empty when it is possible."""
    return _not_now(row, user) if user.has_perm(PROPOSE) else "您的角色不能提出偏差说明。"


def _not_now(case: AcceptanceReview, user) -> str:
    if case.status != AcceptanceReview.Status.REVIEWING:
        return f"验收审核现为“{case.get_status_display()}”，审核中才能提出偏差说明。"
    return in_charge(case, user)


def _finding(found: checks.Check, requirement: str) -> Finding | None:
    return next((finding for finding in found.findings if finding.requirement == requirement), None)


def unwaivable(finding: Finding | None) -> str:
    """Why a finding admits no deviation; empty for an unmet principle without one."""
    if finding is None:
        return "这次核查没有这一条款，不能提出偏差说明。"
    named = f"“{finding.label}”（{finding.clause}）"
    if finding.needs_reason:
        return ""
    if finding.blocks:
        return f"{named}是必须达到的要求，不能以偏差说明代替，须整改到位。"
    return named + {
        Outcome.NO_DATA: f"资料不全，不能提出偏差说明；{finding.missing_text or '请先补齐资料'}。",
        Outcome.MET: "已达标，不需要偏差说明。",
        Outcome.NOT_APPLICABLE: "条件不适用，不需要偏差说明。",
        Outcome.WAIVED: "已有同意的偏差说明，不必重复提出。",
    }.get(finding.outcome, "只作建议，不影响验收，不需要偏差说明。")


def _proposed_already(case: AcceptanceReview, finding: Finding) -> str:
    bound = {name: getattr(finding, name) for name in ("requirement", "edition", "yardstick")}
    other = Waiver.objects.filter(facility=case.facility_id, status=Waiver.Status.PROPOSED, **bound).first()
    return f"“{finding.label}”已有一份待同意的偏差说明（{other.proposed_by}提出）。" if other else ""


def _bound(case: AcceptanceReview, found: checks.Check, finding: Finding) -> dict:
    """What a waiver is bound to and keeps of the finding it answers."""
    kept = finding.as_dict()
    return {
        "review": case,
        "facility": case.facility,
        **{name: kept[name] for name in ("requirement", "edition", "yardstick", "measured")},
        "label": _short(finding.label, 120),
        "clause": _short(finding.clause, 80),
        "measured_text": _short(measured_text(finding, found)),
        "gap_text": _short(finding.gap_text or finding.missing_text),
        "submitted_by_id": case.submitted_by_id,
        "proposed_at": clock.now(),
    }


def measured_text(finding: Finding, found: checks.Check) -> str:
    """What was there, in words: 1420 ㎡; 休息室 90 ㎡、厨房 未登记; 助餐、阅览."""
    measured = finding.measured
    if measured is None:
        return ""
    if finding.kind == "room" and all(isinstance(item, (tuple, list)) for item in measured):
        return phrases.listed(f"{name} {phrases.shown(area, finding.unit or '㎡')}" for name, area in measured)
    words = {code: label for fact in found.rules.facts.values() for code, label in fact.choices.items()}
    return phrases.said(measured, words, finding.unit)


def _short(words: str, most: int = SHORT) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"


def states(waivers: list[Waiver], found: checks.Check) -> dict[int, State]:
    """How each waiver of a checked facility stands, by pk; at most two queries however many there are.

    A proposed one is judged as if it had been consented to: what is not `counts` cannot be consented to any more.
    """
    if not waivers:
        return {}
    measure = checks.yardstick(found.facility.district, found.day, found.edition)
    return {waiver.pk: _state(waiver, found, measure) for waiver in waivers}


def state(waiver: Waiver, found: checks.Check) -> State:
    """How one waiver stands under a check of its facility."""
    return states([waiver], found)[waiver.pk]


def _state(waiver: Waiver, found: checks.Check, measure: checks.Yardstick) -> State:
    if waiver.status not in (Waiver.Status.PROPOSED, Waiver.Status.CONSENTED):
        return State(waiver.status, waiver.get_status_display())
    finding = _finding(found, waiver.requirement)
    if finding is None or finding.edition != waiver.edition:
        return OTHER_EDITION
    if finding.yardstick != waiver.yardstick:
        return OTHER_CLASS
    settled = {None: INAPPLICABLE, Truth.TRUE: MOOT, Truth.UNKNOWN: NO_DATA}
    if finding.truth in settled:
        return settled[finding.truth]
    if not _covers(waiver, found, measure):
        return WORSE
    return NOT_YET if waiver.effective_on and waiver.effective_on > found.day else VALID


def _covers(waiver: Waiver, found: checks.Check, measure: checks.Yardstick) -> bool:
    frame = {"waivers": [waiver.as_rule()], "zone_aliases": measure.zone_aliases}
    again = evaluation.check(measure.rules, found.facility.type, found.facts, **frame)
    return any(finding.waiver for finding in again)


def events(row: AcceptanceReview) -> list[dict]:
    """What happened to the waivers of a review, oldest first, as the timeline shows it: two queries."""
    waivers = {waiver.pk: waiver for waiver in row.waivers.select_related("proposed_by")}
    told = [
        {"at": one.proposed_at, "by_name": one.proposed_by.display_name, "label": f"提出偏差说明：{one.label}",
         "comment": one.justification}
        for one in waivers.values()
    ]  # fmt: skip
    decided = ReviewEvent.objects.filter(model=Waiver._meta.label_lower, object_id__in=waivers)
    told += [
        {"at": event.at, "by_name": event.by_name, "label": f"{event.label}：{waivers[event.object_id].label}",
         "comment": event.comment}
        for event in decided
    ]  # fmt: skip
    return sorted(told, key=lambda event: event["at"])
