"""What a scheme owes for one subject: payable, refused, or pending while a condition is unknown.

Every condition must be true, the amount printed, the key unpaid and no other scheme in the way. An unknown condition,
or an amount that is not printed, never pays: the conditions are joined by a three-valued AND.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from facilities.rules.facts import Facts
from facilities.rules.phrases import plain
from facilities.rules.truth import Truth, all_of
from subsidies.rules import conditions
from subsidies.rules.case import Case
from subsidies.rules.conditions import Checked
from subsidies.rules.scheme import PRO_RATA, Scheme

FEN = Decimal("0.01")


class Outcome(StrEnum):
    """What follows for the money."""

    PAYABLE = "payable"
    REFUSED = "refused"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """The outcome in Chinese."""
        return {"payable": "符合", "refused": "不符合", "pending": "待定"}[self.value]


OUTCOMES = {Truth.TRUE: Outcome.PAYABLE, Truth.UNKNOWN: Outcome.PENDING, Truth.FALSE: Outcome.REFUSED}


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """The decision with every condition it rests on.

    `amount` in yuan is set only when payable; `printed` is the scheme's amount as printed, None where none is.
    `reasons` are those that refuse, or those that are still missing. `arithmetic` says how a part amount came about.
    """

    rule: Scheme
    key: str
    outcome: Outcome
    amount: Decimal | None
    printed: Decimal | None
    conditions: tuple[Checked, ...]
    reasons: tuple[str, ...]
    arithmetic: str = ""

    @property
    def is_payable(self) -> bool:
        """Whether a claim may be made."""
        return self.outcome is Outcome.PAYABLE

    @property
    def is_claimed(self) -> bool:
        """Whether nothing but an existing claim of the same scheme and key stands in the way."""
        open_ = {row.id for row in self.conditions if row.truth is not Truth.TRUE}
        return open_ == {"once"}

    def failed(self) -> list[Checked]:
        """The conditions that are not met."""
        return [row for row in self.conditions if row.truth is Truth.FALSE]

    def missing(self) -> list[Checked]:
        """The conditions that nobody can decide yet."""
        return [row for row in self.conditions if row.truth is Truth.UNKNOWN]

    def as_dict(self) -> dict[str, object]:
        """A JSON-ready copy to keep with a claim: exact amounts as text."""
        return {
            "policy": self.rule.policy,
            "scheme": self.rule.id,
            "label": self.rule.label,
            "clause": self.rule.clause,
            "key": self.key,
            "outcome": self.outcome.value,
            "outcome_label": self.outcome.label,
            "amount": None if self.amount is None else str(self.amount),
            "printed": None if self.printed is None else str(self.printed),
            "arithmetic": self.arithmetic,
            "conditions": [row.as_dict() for row in self.conditions],
            "reasons": list(self.reasons),
        }


def entitle(scheme: Scheme, facts: Facts, case: Case) -> Entitlement:
    """Decide one scheme for one subject. `facts` are those known of the facility (for a bundle: of the township)."""
    return Entitlement(**decide(scheme, facts, case))


def decide(scheme: Scheme, facts: Facts, case: Case) -> dict[str, object]:
    """The fields of the Entitlement, for those who add what they know of the subject."""
    checked = _conditions(scheme, facts, case)
    truth = all_of(row.truth for row in checked) or Truth.FALSE
    amount, words = _amount(scheme, case)
    return {
        "rule": scheme,
        "key": case.key,
        "outcome": OUTCOMES[truth],
        "amount": amount if truth is Truth.TRUE else None,
        "printed": scheme.amount,
        "conditions": checked,
        "reasons": tuple(row.text for row in checked if row.truth is truth and row.text),
        "arithmetic": words if truth is Truth.TRUE else "",
    }


def _conditions(scheme: Scheme, facts: Facts, case: Case) -> tuple[Checked, ...]:
    """All conditions in the order they are read; a subject that the scheme is not for is asked nothing else."""
    first = conditions.fits(scheme, case)
    if first.truth is not Truth.TRUE:
        return (first,)
    return (
        first,
        conditions.in_force(scheme, case),
        *conditions.trigger(scheme, facts),
        *conditions.counted(scheme, case),
        *conditions.required(scheme, facts, case),
        _printed(scheme),
        conditions.once(scheme, case),
        conditions.stacking(scheme, case),
    )


def in_words(yuan: Decimal) -> str:
    """An amount as the policies print it: 万元 from ten thousand on, else 元."""
    return f"{plain(yuan / 10000)} 万元" if yuan >= 10000 else f"{plain(yuan)} 元"


def _printed(scheme: Scheme) -> Checked:
    """The amount is printed, as one sum."""
    truth = Truth.UNKNOWN if scheme.amount is None else Truth.TRUE
    told = "未印" if scheme.amount is None else in_words(scheme.amount)
    lacking = "按档计发，不能按一笔申请" if scheme.bands else "文件没有印金额，不能拨付"
    return Checked(
        "amount", "补助金额", scheme.clause, truth, scheme.amount,
        missing_text="" if truth is Truth.TRUE else lacking, measured_text=told, required_text="文件印有金额",
    )  # fmt: skip


def _amount(scheme: Scheme, case: Case) -> tuple[Decimal | None, str]:
    """The amount to the fen; of a bundle that pays pro rata the accepted share of what is needed, rounded down."""
    if scheme.amount is None or not scheme.bundle or scheme.bundle.pays != PRO_RATA:
        return scheme.amount, ""
    planned = {count.type: count.planned for count in case.members}
    needed = {member.type: member.needed(planned[member.type]) for member in scheme.bundle.members}
    if None in needed.values():
        return None, ""
    done, total = sum(min(count.accepted, needed[count.type]) for count in case.members), sum(needed.values())
    fen = Fraction(scheme.amount) * 100 * done // total if total else 0
    return (Decimal(fen) / 100).quantize(FEN), f"{in_words(scheme.amount)} × {done} ÷ {total}"
