"""A subsidy scheme as the rules understand it, read from its row of a policy folder's schemes.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WHEN_COMPLETE, PRO_RATA = "when_complete", "pro_rata"
ACCEPTANCE_FACTS = ("facility.accepted", "centre.accepted")
CENTRE_TYPE = "TOWNSHIP_CENTRE"
# The portal's own facts about a yearly evaluation, by trigger; unknown until somebody records one.
EVALUATIONS = {
    "evaluated": ("facility.evaluated", "年度评估合格"),
    "quality_evaluation": ("facility.quality_evaluation", "年度服务质量评价合格"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A hard condition of a scheme: no degree of obligation, no waiver. `clause` is the scheme's own."""

    label: str
    clause: str
    fact: str
    operator: str
    value: object
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """An amount in yuan for a range of ages, both ends included; None is an open end or an amount not printed."""

    min: Decimal | None = None
    max: Decimal | None = None
    amount: Decimal | None = None
    before: Decimal | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    printed: str = ""

    def holds(self, value: int | Decimal) -> bool:
        """Whether a value lies in the band."""
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)

    @property
    def width(self) -> Decimal:
        """How far the band reaches; an open one reaches without end."""
        return Decimal("Infinity") if self.min is None or self.max is None else self.max - self.min


@dataclass(frozen=True, slots=True)
class Member:
    """What a bundle holds of one facility type: every planned one, or one; never fewer than `at_least`."""

    type: str
    every: bool
    at_least: int

    def needed(self, planned: int | None) -> int | None:
        """How many must be accepted; None where all planned ones count and the plan is not known."""
        if not self.every:
            return max(1, self.at_least)
        return None if planned is None else max(planned, self.at_least)


@dataclass(frozen=True, slots=True)
class Bundle:
    """One amount for a township's facilities together; `plan` names the annex that plans them, or is empty."""

    region_kinds: tuple[str, ...]
    members: tuple[Member, ...]
    plan: str
    pays: str

    @property
    def annex(self) -> str:
        """The number of the annex: annex-2 → 2."""
        return self.plan.removeprefix("annex-")


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the amount and what it follows, as printed."""

    share: Decimal | None
    after: str
    printed: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme. `amount` in yuan; None when bands carry it or the policy prints none, and then it never pays."""

    id: str
    policy: str
    label: str
    form: str
    clause: str
    key: tuple[str, ...]
    per: str = ""
    applies_to: tuple[str, ...] = ()
    amount: Decimal | None = None
    bands: tuple[Band, ...] = ()
    tiers: str = ""
    method: str = ""
    trigger: str = ""
    trigger_printed: bool = True
    requires: tuple[Condition, ...] = ()
    bundle: Bundle | None = None
    instalments: tuple[Instalment, ...] = ()
    may_combine_with: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    in_force_by: date | None = None

    @property
    def subject(self) -> str:
        """Whom a claim is made for: "facility", "township" (a bundle), or "" where people are paid by head count."""
        if self.bundle:
            return "township"
        return "facility" if "facility" in self.key and not self.per else ""

    @property
    def asks_for_acceptance(self) -> bool:
        """Whether a condition of the policy's own speaks of acceptance."""
        return any(condition.fact in ACCEPTANCE_FACTS for condition in self.requires)

    def asks(self, type_: str) -> set[str]:
        """The facts about a facility of a type that a decision by this scheme rests on."""
        if self.bundle:
            if type_ not in {member.type for member in self.bundle.members}:
                return set()
            names = {"facility.accepted"}
            if type_ == CENTRE_TYPE:
                names |= {f"facility.{test.fact.partition('.')[2]}" for test in self.requires}
            return names
        if self.applies_to and type_ not in self.applies_to:
            return set()
        first = EVALUATIONS[self.trigger][0] if self.trigger in EVALUATIONS else "facility.accepted"
        return {first, *(test.fact for test in self.requires)}

    def wants(self, fact: str) -> bool:
        """Whether a condition looks at a fact of a facility, be it the claimed one or the bundle's centre."""
        return any(condition.fact.partition(".")[2] == fact.partition(".")[2] for condition in self.requires)

    def key_of(self, subject: str, day: date) -> str:
        """What is never paid twice: the subject's code, with the period where the scheme pays by period."""
        parts = [self.subject, subject]
        if "year" in self.key or "quarter" in self.key or "month" in self.key:
            parts.append(str(day.year))
        if "quarter" in self.key:
            parts.append(f"Q{(day.month + 2) // 3}")
        if "month" in self.key:
            parts.append(f"{day.month:02d}")
        return ":".join(parts)


def band_of(scheme: Scheme, value: int | Decimal) -> Band | None:
    """The band that a value falls into, the narrowest where printed bands overlap; None where none holds it.

    Narrower replaces wider and is never added to it (长寿 第一章第一节: 90岁以上 contains 96—99岁).
    """
    return min((band for band in scheme.bands if band.holds(value)), key=lambda band: band.width, default=None)


def parse(row: Mapping, policy: str = "") -> Scheme:
    """The scheme of one row of schemes.toml, checked by the loader; decimals and dates as TOML has them."""
    words = {name: row.get(name, "") for name in ("form", "per", "tiers", "method", "trigger")}
    lists = {name: tuple(row.get(name, ())) for name in ("key", "applies_to", "may_combine_with", "excludes")}
    clause = row["clause"]
    return Scheme(
        id=row["id"],
        policy=policy,
        label=row["label"],
        clause=clause,
        amount=_number(row.get("amount")),
        bands=tuple(map(_band, row.get("bands", ()))),
        trigger_printed=bool(row.get("trigger")) and row.get("trigger_printed", True),
        requires=tuple(_condition(test, clause) for test in row.get("requires", ())),
        bundle=_bundle(row["bundle"]) if "bundle" in row else None,
        instalments=tuple(map(_instalment, row.get("instalments", ()))),
        in_force_by=row.get("in_force_by"),
        **words,
        **lists,
    )


def _number(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _condition(test: Mapping, clause: str) -> Condition:
    value = test.get("value", True)
    return Condition(test["label"], clause, test["fact"], test.get("operator", "="), value, test.get("unit", ""))


def _band(row: Mapping) -> Band:
    numbers = ("min", "max", "amount", "before", "amount_min", "amount_max")
    return Band(**{name: _number(row.get(name)) for name in numbers}, printed=row.get("printed", ""))


def _bundle(row: Mapping) -> Bundle:
    members = tuple(
        Member(one["type"], one.get("count", "all_planned") == "all_planned", int(one.get("at_least", 0)))
        for one in row.get("members", ())
    )
    return Bundle(tuple(row.get("region_kinds", ())), members, row.get("plan", ""), row.get("pays", WHEN_COMPLETE))


def _instalment(row: Mapping) -> Instalment:
    return Instalment(_number(row.get("share")), row.get("after", ""), row.get("printed", ""))
