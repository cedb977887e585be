"""The shortest repair: what a subject must add, may add or explain, must still record, and is advised to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from facilities.rules import evaluation, plans
from facilities.rules.clauses import Ladder
from facilities.rules.facts import Facts
from facilities.rules.findings import Finding, Outcome
from facilities.rules.plans import Action, Plan
from facilities.rules.truth import Truth

Prices = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Remedy:
    """How one finding is repaired: its undominated plans, best first; none when nothing can repair it."""

    requirement: str
    label: str
    plans: tuple[Plan, ...]
    text: str

    @property
    def shown(self) -> tuple[Plan, ...]:
        """The best three plans."""
        return self.plans[: plans.SHOWN_PLANS]


@dataclass(frozen=True, slots=True)
class Pending:
    """A binding finding that cannot be decided: the fact ids that would decide it, and what either answer means."""

    requirement: str
    label: str
    missing: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Repair:
    """Four lists. Acceptance needs `must` and `missing` empty and every entry of `explain` repaired or waived."""

    must: tuple[Remedy, ...] = ()
    explain: tuple[Remedy, ...] = ()
    missing: tuple[Pending, ...] = ()
    advice: tuple[Remedy, ...] = ()


LIST_LABELS = {"must": "必须补", "explain": "可补或说明", "missing": "待补资料", "advice": "建议"}


@dataclass(frozen=True, slots=True)
class Total:
    """The sum over several subjects of each one's best plan: a lower bound, since shared rooms cost area too.

    `pending` counts undecided findings, `unrepairable` failed ones that no plan mends; both are outside the sums.
    """

    must: tuple[Action, ...]
    explain: tuple[Action, ...]
    advice: tuple[Action, ...]
    pending: int
    unrepairable: int

    @property
    def lines(self) -> dict[str, str]:
        """List name → what it comes to in Chinese, marked as a lower bound; empty lists are left out."""
        sums = {name: plans.told(getattr(self, name)) for name in ("must", "explain", "advice")}
        return {name: f"至少{text}" for name, text in sums.items() if text}


def shortest(findings: Iterable[Finding], prices: Prices | None = None) -> Repair:
    """The four lists for one subject's findings; `prices` are the district's yuan per action key, if it gave any."""
    findings = tuple(findings)
    failed = [finding for finding in findings if finding.truth is Truth.FALSE]
    advised = [finding for finding in findings if finding.outcome is Outcome.ADVICE or _is_idle(finding)]
    return Repair(
        must=tuple(_remedy(finding, prices) for finding in failed if finding.blocks),
        explain=tuple(_remedy(finding, prices) for finding in failed if finding.needs_reason),
        missing=tuple(_pending(finding) for finding in findings if finding.holds),
        advice=tuple(_remedy(finding, prices) for finding in advised),
    )


def _is_idle(finding: Finding) -> bool:
    """An advisory clause nothing is known about: worth recording, holding nothing up."""
    return finding.truth is Truth.UNKNOWN and not finding.modality.binds


def _remedy(finding: Finding, prices: Prices | None) -> Remedy:
    ways = plans.ranked(finding.result.plans, prices)
    text = "；或：".join(plan.text for plan in ways[: plans.SHOWN_PLANS])
    if finding.truth is Truth.UNKNOWN:
        text = finding.missing_text
    return Remedy(finding.requirement, finding.label, ways, text or finding.gap_text)


def _pending(finding: Finding) -> Pending:
    text = "；".join(part for part in (finding.missing_text, finding.reason, finding.note) if part)
    return Pending(finding.requirement, finding.label, finding.missing, text)


def combined(remedies: Iterable[Remedy], prices: Prices | None = None) -> tuple[Plan, ...]:
    """Plans that carry out all remedies of one subject together, best first: 1500 and 800 ㎡ need 1500.

    () when one of them cannot be repaired or two want opposite things.
    """
    return plans.ranked(plans.all_of(remedy.plans for remedy in remedies), prices)


def summed(repairs: Iterable[Repair], prices: Prices | None = None) -> Total:
    """The least several subjects need together: amounts per action, each subject by its best plan."""
    repairs = tuple(repairs)
    lists = {
        name: [best(getattr(repair, name), prices) for repair in repairs] for name in ("must", "explain", "advice")
    }
    return Total(
        **{name: plans.added(plan for plan, _ in chosen) for name, chosen in lists.items()},
        pending=sum(len(repair.missing) for repair in repairs),
        unrepairable=sum(left for chosen in lists.values() for _, left in chosen),
    )


def best(remedies: Iterable[Remedy], prices: Prices | None = None) -> tuple[Plan, int]:
    """The best plan that carries out all remedies that can be carried out together, and how many are left."""
    chosen: list[Remedy] = []
    remedies = tuple(remedies)
    if together := combined(remedies, prices):
        return together[0], 0
    for remedy in remedies:
        if combined([*chosen, remedy]):
            chosen.append(remedy)
    return combined(chosen, prices)[0], len(remedies) - len(chosen)


def upgrade(ladder: Ladder, facts: Facts, to: str, prices: Prices | None = None, **frame) -> Repair:
    """What a facility lacks at least for another class of the ladder; `frame` as for `evaluation.check`.

    Usable room area needs gross area in a relation no policy prints, so every amount is a lower bound. Raises
    ValueError for a class the ladder does not have.
    """
    step = ladder.step(to)
    if step is None:
        raise ValueError(f"{ladder.id} has no class {to!r}")
    return shortest(evaluation.of_class(ladder, step, facts, **frame), prices)
