"""Returning a review: coded reasons with a drafted, editable message a clause, and what has changed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from eldercare import clock, review
from eldercare.review import MoveRefused, ReviewEvent
from facilities import checks, differences
from facilities.differences import Difference
from facilities.glossary import Glossary
from facilities.knowledge import RECORDED
from facilities.models import AcceptanceReview
from facilities.rules import phrases, repair
from facilities.rules.findings import Finding, Outcome
from facilities.services.acceptance import frozen, hold, in_charge, is_turn_of, may_decide, review_day
from facilities.services.wording import said_well

REASONS = {
    "clause_unmet": "条款不达标",
    "data_missing": "资料不全",
    "not_as_registered": "现场与登记不符",
    "documents": "证明材料不全或过期",
    "other": "其他",
}
MOST_REASONS, LONGEST = 60, 500
LIMITS = {">=": "不低于 ", "<=": "不超过 ", ">": "大于 ", "<": "小于 ", "=": "", "!=": "不得为 "}
SETTLED = (Outcome.MET, Outcome.WAIVED, Outcome.NOT_APPLICABLE)
PROVEN_BY_PAPER = ("reference", "manual")


@dataclass(frozen=True, slots=True)
class Draft:
    """One reason as it is proposed: code, requirement, clause and label of the finding, and a message to edit."""

    code: str
    requirement: str
    clause: str
    label: str
    message: str

    @property
    def code_label(self) -> str:
        """The coded reason in Chinese."""
        return REASONS[self.code]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of the last return. `settled`: whether its clause stands in the way no more; None: the reviewer judges.

    `now` says what the check finds of the clause now; empty where it names none.
    """

    code: str
    requirement: str
    clause: str
    label: str
    message: str
    settled: bool | None
    now: str = ""

    @property
    def code_label(self) -> str:
        """The coded reason in Chinese."""
        return REASONS.get(self.code, self.code)

    @property
    def state(self) -> str:
        """Whether it is settled, in Chinese."""
        return {True: "已解决", False: "未解决", None: "由审核人员判断"}[self.settled]


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since the last return; `event` is that return, None when the review was never returned."""

    event: ReviewEvent | None = None
    reasons: tuple[Reason, ...] = ()
    facts: tuple[Difference, ...] = ()
    findings: tuple[Difference, ...] = ()
    edition_changed: bool = False

    @property
    def unsettled(self) -> tuple[Reason, ...]:
        """The reasons that the check still finds in the way."""
        return tuple(reason for reason in self.reasons if reason.settled is False)


def drafted(found: checks.Check) -> list[Draft]:
    """One draft for each finding in the way of acceptance, in the order of the standard."""
    glossary = Glossary.of(found)
    return [
        Draft(_code(finding), finding.requirement, finding.clause, finding.label, _message(finding, glossary))
        for finding in found.problems()
    ]


def _code(finding: Finding) -> str:
    if not finding.holds:
        return "clause_unmet"
    return "documents" if finding.kind in PROVEN_BY_PAPER else "data_missing"


def _message(finding: Finding, glossary: Glossary) -> str:
    words = _to_record(finding, glossary) if finding.holds else _to_mend(finding)
    told = f"{finding.label}（{finding.clause}）："
    # Too long to send (a dozen rooms with their areas): what is to be done is shortened before what was found.
    while len(words) > 1 and len(told) + sum(len(word) + 1 for word in words) > LONGEST:
        words.pop(-2 if finding.needs_reason and len(words) > 2 else -1)
    return f"{told}{'；'.join(words)}。"


def _to_mend(finding: Finding) -> list[str]:
    """What was found, what is required, the shortest ways to mend it, and for a principle the way to be excused."""
    found = [_compared(finding), finding.gap_text or finding.missing_text]
    lists = repair.shortest([finding])
    mending = next((remedy.text for remedy in (*lists.must, *lists.explain)), "")
    if mending not in ("", *found):
        found.append(f"请{mending}")
    if finding.needs_reason:
        found.append("确有困难的，请书面说明理由，由审核人员提出偏差说明")
    return [text for text in found if text]


def _compared(finding: Finding) -> str:
    """The limit and the measure of a failed number; other failures say both in their gap."""
    required = finding.required
    if isinstance(required, bool) or not isinstance(required, (int, Decimal)) or finding.measured is None:
        return ""
    limit, measured = (phrases.shown(value, finding.unit) for value in (required, finding.measured))
    degree = f"（{finding.wording}）" if finding.needs_reason else ""
    return f"要求{LIMITS.get(finding.operator, '')}{limit}{degree}，现为 {measured}"


def _to_record(finding: Finding, glossary: Glossary) -> list[str]:
    """What is not recorded, what either answer means, and where it is to be recorded with which proof."""
    register = [glossary.label(fact) for fact in finding.missing if fact in RECORDED]
    asked = [glossary.questions.get(fact) for fact in finding.missing if fact not in RECORDED]
    proofs = list(dict.fromkeys(question.evidence for question in asked if question and question.evidence))
    text = repair.shortest([finding]).missing[0].text or finding.outcome.label
    words = [text, f"请在月报或设施登记中填报{phrases.listed(register)}" if register else ""]
    if asked:
        words.append(f"请提供{phrases.listed(proofs) or '证明材料'}，由科员登记认定")
    return [word for word in words if word]


def send_back(
    row: AcceptanceReview, *, by, reasons: Iterable[Mapping], comment: str = "", version: int | None = None
) -> ReviewEvent:
    """Return a review with coded reasons ({code, requirement, message, label}) or a comment, and keep a snapshot.

    A reason that names a requirement takes clause and label from the check. MoveRefused tells all that is wrong at once.
    """
    if not may_decide(row, by):
        # Denied here, outside the transaction below, so that the attempt stays on record.
        return review.perform(row, "send_back", by=by, comment=comment, version=version)
    with transaction.atomic():
        held = hold(row)
        # Never a day to come: the demo, whose figures are read at its year's end, is told month by month.
        found = checks.check(held.facility, min(review_day(held), timezone.localdate(clock.now())))
        told, wrong = _read(list(reasons), found)
        wrong += filter(None, [said_well(comment, "办理意见", LONGEST)])
        if not told and not comment.strip():
            wrong.append("请至少写明一条退回理由。")
        if wrong and is_turn_of(held, by, version):
            raise MoveRefused(" ".join(wrong))
        detail = {key: value for key, value in frozen(found).items() if key != "edition"} | {"reasons": told}
        return review.perform(
            row, "send_back", by=by, comment=_summary(told, comment), version=version, detail=detail
        )  # fmt: skip


def _read(reasons: list[Mapping], found: checks.Check) -> tuple[list[dict], list[str]]:
    """The reasons as they are kept, and what is wrong with them."""
    if len(reasons) > MOST_REASONS:
        return [], [f"退回理由最多 {MOST_REASONS} 条，请合并后再退回。"]
    findings = {finding.requirement: finding for finding in found.findings}
    told, wrong = [], []
    for place, reason in enumerate(reasons, 1):
        kept = {name: _plain(reason.get(name)) for name in ("code", "requirement", "clause", "label", "message")}
        wrong += [f"第 {place} 条：{text}" for text in _faults(kept, findings)]
        finding = findings.get(kept["requirement"])
        told.append(kept | ({"clause": finding.clause, "label": finding.label} if finding else {}))
    return told, wrong


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _faults(reason: dict, findings: Mapping[str, Finding]) -> list[str]:
    wrong = [
        "请选择理由类别。" if reason["code"] not in REASONS else "",
        "所列条款不在本次核查之列，请刷新页面。" if reason["requirement"] not in ("", *findings) else "",
        said_well(reason["message"], "说明", LONGEST, required=True),
        said_well(reason["label"], "事项", 120),
        said_well(reason["clause"], "条款号", 80),
    ]
    return [text for text in wrong if text]


def _summary(reasons: list[dict], comment: str) -> str:
    """The return as the history shows it: one numbered line a reason, then the comment."""
    lines = [f"{place}. {REASONS.get(row['code'], '')}：{row['message']}" for place, row in enumerate(reasons, 1)]
    return "\n".join([*lines, *([comment.strip()] if comment.strip() else [])])


def changes_since(row: AcceptanceReview, found: checks.Check) -> Changes:
    """What a check finds different from the last return of this review: facts, outcomes, and each reason's state."""
    event = row.events().filter(verb="send_back").order_by("-at", "-pk").first()
    if event is None:
        return Changes()
    kept, now = event.detail, frozen(found)
    reasons = tuple(_state(reason, kept, found) for reason in kept.get("reasons", []))
    if "facts" not in kept:
        return Changes(event, reasons)
    glossary = Glossary.of(found)
    return Changes(
        event,
        reasons,
        tuple(differences.of_facts(kept, now, glossary)),
        tuple(differences.of_outcomes(kept, now)),
        kept["edition_key"] != now["edition_key"],
    )


def _state(reason: Mapping, kept: Mapping, found: checks.Check) -> Reason:
    """A clause that did not stand in the way when it was named (an expired paper) is for the reviewer to judge."""
    words = {name: reason.get(name, "") for name in ("code", "requirement", "clause", "label", "message")}
    finding = next((row for row in found.findings if row.requirement == words["requirement"]), None)
    if finding is None:
        return Reason(**words, settled=None)
    then = {row["requirement"]: row["outcome"] for row in kept.get("findings", [])}
    judged = then.get(finding.requirement) not in SETTLED
    now = differences.verdict(finding.as_dict())
    return Reason(**words, settled=finding.outcome in SETTLED if judged else None, now=now)


def connect() -> None:
    """A case is returned by the person it was given to."""
    review.require(AcceptanceReview, "send_back", in_charge)
