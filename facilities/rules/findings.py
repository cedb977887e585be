"""A finding: raw truth and its consequence, stored apart, so that a waiver never erases a failure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from facilities.rules import phrases, waivers
from facilities.rules.clauses import Requirement
from facilities.rules.modality import Modality
from facilities.rules.results import Result
from facilities.rules.truth import Truth
from facilities.rules.waivers import Waiver


class Outcome(StrEnum):
    """What a finding says to the bureau."""

    MET = "met"
    UNMET = "unmet"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"
    NO_DATA = "no_data"
    ADVICE = "advice"

    @property
    def label(self) -> str:
        """The outcome in Chinese."""
        return LABELS[self]


LABELS = {
    Outcome.MET: "达标",
    Outcome.UNMET: "不达标",
    Outcome.WAIVED: "原则性偏差",
    Outcome.NOT_APPLICABLE: "条件不适用",
    Outcome.NO_DATA: "资料不全",
    Outcome.ADVICE: "建议",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one requirement says about one subject; every applicable requirement yields exactly one.

    `result` holds the raw truth and the tree of tests (`detail`), `outcome` the consequence. `blocks`: an unmet 应;
    `needs_reason`: an unmet, unwaived 原则上; `holds`: a binding clause that cannot be decided. `missing` holds the
    lacking names of a failure, or the fact ids that would decide.
    """

    requirement: str
    edition: str
    label: str
    clause: str
    kind: str
    modality: Modality
    wording: str
    outcome: Outcome
    result: Result
    missing_text: str = ""
    note: str = ""
    waiver: Waiver | None = None
    yardstick: str = ""

    @property
    def truth(self) -> Truth | None:
        """Raw truth, untouched by any waiver; None = not applicable."""
        return self.result.truth

    @property
    def measured(self) -> object:
        """The recorded value as it was read."""
        return self.result.measured

    @property
    def required(self) -> object:
        """The value it was compared with."""
        return self.result.required

    @property
    def operator(self) -> str:
        """How they were compared."""
        return self.result.operator

    @property
    def unit(self) -> str:
        """Unit of measured, required and gap."""
        return self.result.unit

    @property
    def gap(self) -> Decimal | None:
        """What separates a failed numeric limit, > 0; None otherwise."""
        return self.result.gap

    @property
    def gap_text(self) -> str:
        """The gap in Chinese: 还差 80 ㎡."""
        return self.result.gap_text

    @property
    def missing(self) -> tuple[str, ...]:
        """Lacking names (failure) or fact ids that would decide (unknown)."""
        return self.result.missing

    @property
    def reason(self) -> str:
        """Why it does not apply or cannot be read."""
        return self.result.reason

    @property
    def detail(self) -> tuple[Result, ...]:
        """The tests it consists of."""
        return self.result.children

    @property
    def blocks(self) -> bool:
        """Whether acceptance is impossible until it is met."""
        return self.truth is Truth.FALSE and self.modality is Modality.MUST

    @property
    def needs_reason(self) -> bool:
        """Whether acceptance waits for a repair or a justified waiver."""
        return self.outcome is Outcome.UNMET and self.modality is Modality.PRINCIPLE

    @property
    def holds(self) -> bool:
        """Whether acceptance waits for data."""
        return self.truth is Truth.UNKNOWN and self.modality.binds

    @property
    def binds(self) -> bool:
        """Whether it applies and acceptance depends on it."""
        return self.truth is not None and self.modality.binds

    def as_dict(self) -> dict[str, object]:
        """A JSON-ready copy to freeze with a review: numbers as exact text, outcome and modality as codes."""
        own = ("requirement", "edition", "label", "clause", "kind", "wording", "note", "missing_text", "yardstick")
        flags = ("blocks", "needs_reason", "holds")
        return {
            **{name: getattr(self, name) for name in (*own, *flags)},
            "modality": self.modality.value,
            "outcome": self.outcome.value,
            "outcome_label": self.outcome.label,
            "waiver": self.waiver.id if self.waiver else None,
            **_result_dict(self.result),
        }


def _result_dict(result: Result) -> dict[str, object]:
    plain = {name: getattr(result, name) for name in ("operator", "unit", "gap_text", "reason", "join")}
    exact = {name: _jsonable(getattr(result, name)) for name in ("measured", "required", "gap", "missing")}
    truth = None if result.truth is None else result.truth.name.lower()
    children = [{"label": child.label, **_result_dict(child)} for child in result.children]
    return {**plain, **exact, "truth": truth, "detail": children}


def _jsonable(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _jsonable(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_jsonable(item) for item in value]
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def outcome_of(truth: Truth | None, modality: Modality, waived: bool) -> Outcome:
    """The consequence of a raw truth under a degree of obligation."""
    if truth is None:
        return Outcome.NOT_APPLICABLE
    if truth is Truth.TRUE:
        return Outcome.MET
    if truth is Truth.UNKNOWN:
        return Outcome.NO_DATA
    if not modality.binds:
        return Outcome.ADVICE
    return Outcome.WAIVED if waived else Outcome.UNMET


def conclude(
    requirement: Requirement, result: Result, waived_by: Iterable[Waiver] = (), label=str, note: str = ""
) -> Finding:
    """The finding of a result: its consequence by modality, with a valid waiver; `label` names fact ids in Chinese."""
    waiver = waivers.valid(waived_by, requirement, result)
    return Finding(
        requirement=requirement.id,
        edition=requirement.edition,
        label=requirement.label,
        clause=requirement.clause,
        kind=requirement.kind,
        modality=requirement.modality,
        wording=requirement.wording,
        outcome=outcome_of(result.truth, requirement.modality, waiver is not None),
        result=result,
        missing_text=_missing_text(result, label),
        note="；".join(part for part in (result.note, note, requirement.note) if part),
        waiver=waiver,
        yardstick=requirement.yardstick,
    )


def _missing_text(result: Result, label) -> str:
    if not result.missing or result.truth is None:
        return ""
    if result.truth is Truth.FALSE:
        return f"缺少：{phrases.listed(result.missing)}"
    return f"待补：{phrases.listed(label(fact) for fact in result.missing)}"
