"""One facility's four lists: what must be added, added or explained, recorded first, and what is only advised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from facilities.checks import Check
from facilities.gaps.prices import Cost, PriceList
from facilities.rules import repair
from facilities.rules.findings import Finding
from facilities.rules.overall import Overall
from facilities.rules.plans import Plan
from facilities.rules.truth import Truth

LIST_NOTES = {
    "must": "不补齐不能验收",
    "explain": "补齐，或由审核人员提出偏差说明并经另一人同意",
    "missing": "补登或认定以后才能判断",
    "advice": "不影响验收",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way of mending a clause, in Chinese, and what it costs."""

    text: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class Line:
    """One clause of a list: up to three ways of mending it (best first), or in `text` why it waits and what follows.

    `missing` are the fact ids that somebody would have to record.
    """

    requirement: str
    clause: str
    label: str
    wording: str
    ways: tuple[Way, ...] = ()
    text: str = ""
    missing: tuple[str, ...] = ()

    @property
    def brief(self) -> str:
        """The line in a few words, under a heading that names the list: the best way, or what is missing."""
        return self.ways[0].text if self.ways else self.text.removeprefix("待补：")

    @property
    def says_more(self) -> bool:
        """Whether the text tells more than that the clause itself is not recorded."""
        return bool(self.text) and self.brief != self.label


@dataclass(frozen=True, slots=True)
class Gaps:
    """The four lists of one subject, each under its name, and what mending the binding ones costs.

    `unrepairable` counts failed binding clauses that no plan mends; `accepted` is whether the subject is accepted already.
    """

    overall: Overall
    lines: dict[str, tuple[Line, ...]]
    repair: repair.Repair
    cost: Cost = field(default_factory=Cost)
    unrepairable: int = 0
    accepted: bool = False

    @property
    def count(self) -> int:
        """Clauses in the way of acceptance."""
        return sum(len(self.lines[name]) for name in ("must", "explain", "missing"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is lacking."""
        return not any(self.lines.values())

    @property
    def sentence(self) -> str:
        """Whether it can be accepted by the standard (or still meets it), and how much is lacking."""
        advice = f"另有建议 {len(self.lines['advice'])} 项，不影响验收。" if self.lines["advice"] else ""
        if not self.count:
            return self._nothing_binding() + advice
        counted = "，".join(f"{label} {len(self.lines[name])} 项" for name, label in _binding(self.lines))
        return f"{self._standing()}：还差 {self.count} 项（{counted}）。{advice}"

    def _nothing_binding(self) -> str:
        if self.overall is Overall.NO_STANDARD:
            return "本区县没有为这类设施规定约束性的标准，没有可核查的差距；验收合格须填写理由。"
        told = "没有差距" if self.is_empty else "没有必须补的差距"
        return f"{told}，{'符合标准' if self.accepted else '按标准可以验收'}。"

    def _standing(self) -> str:
        if self.accepted:
            return "已经验收合格，按本日的标准和登记核查"
        only_explain = not self.lines["must"] and not self.lines["missing"]
        return "补齐或说明后可以验收" if only_explain else "按标准还不能验收"

    @property
    def sections(self) -> list[tuple[str, str, str, tuple[Line, ...]]]:
        """(name, label, note, lines) of every list that is not empty, in order."""
        return [
            (name, label, LIST_NOTES[name], self.lines[name])
            for name, label in repair.LIST_LABELS.items()
            if self.lines[name]
        ]


def _binding(lines: dict[str, tuple[Line, ...]]) -> list[tuple[str, str]]:
    return [(name, label) for name, label in repair.LIST_LABELS.items() if name != "advice" and lines[name]]


def of(check: Check, prices: PriceList | None = None) -> Gaps:
    """The four lists of a check, with costs by the district's prices."""
    found = of_findings(check.findings, check.overall, prices or PriceList(), glossary(check))
    return replace(found, accepted=check.facts.get("facility.accepted") is True)


def glossary(check: Check) -> dict[str, str]:
    """The labels of coded values in the edition that a check was made by."""
    facts = check.rules.facts.values() if check.rules else ()
    return {value: label for fact in facts for value, label in fact.choices.items()}


def of_findings(
    findings: Iterable[Finding], overall: Overall, prices: PriceList, words: Mapping[str, str] | None = None
) -> Gaps:
    """The four lists of any findings about one subject; `words` are the labels of coded values."""
    by_id = {finding.requirement: finding for finding in findings}
    found = repair.shortest(by_id.values(), prices.of)
    lines = {
        name: tuple(_line(row, by_id[row.requirement], prices, words or {}) for row in getattr(found, name))
        for name in repair.LIST_LABELS
    }
    plan, unrepairable = repair.best((*found.must, *found.explain), prices.of)
    return Gaps(overall, lines, found, prices.cost(plan), unrepairable)


def _line(row: repair.Remedy | repair.Pending, finding: Finding, prices: PriceList, words: Mapping[str, str]) -> Line:
    frame = (finding.requirement, finding.clause, finding.label, finding.wording)
    if finding.truth is Truth.UNKNOWN:
        text = row.text if isinstance(row, repair.Pending) else "；".join(filter(None, (row.text, finding.note)))
        return Line(*frame, text=text, missing=finding.missing)
    ways = tuple(Way(_said(plan, words), prices.cost(plan)) for plan in row.shown)
    hopeless = "" if ways else f"{finding.gap_text}；没有可以照做的补法，须由人判断"
    return Line(*frame, ways=ways, text=hopeless.removeprefix("；"))


def _said(plan: Plan, words: Mapping[str, str]) -> str:
    """A plan in Chinese, the coded values it changes something to under their labels."""
    actions = (replace(a, target=words.get(a.target, a.target)) if a.verb == "change" else a for a in plan.actions)
    return Plan(tuple(actions)).text
