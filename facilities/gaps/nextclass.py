"""The way to the next class: what a facility on a class table lacks for the class above the one it stands at."""

from dataclasses import dataclass

from facilities import checks, classes
from facilities.checks import Check
from facilities.classes import Classes
from facilities.gaps import lists
from facilities.gaps.lists import Gaps
from facilities.gaps.prices import PriceList
from facilities.rules import evaluation, overall
from facilities.rules.clauses import Edition, Ladder, Requirement
from facilities.rules.findings import Finding
from facilities.rules.ladders import DECLARED

AT_LEAST = "各项均为“至少”：用房的使用面积还要占用建筑面积，两者怎样折算，文件没有规定。"


@dataclass(frozen=True, slots=True)
class NextClass:
    """Where a facility stands on one class table, and the four lists up to the class `name`.

    `name` is one step above the better of declared and achieved class; "" with `way` None when that is the best one.
    """

    ladder: Ladder
    now: Classes
    name: str
    way: Gaps | None

    @property
    def declared(self) -> str:
        """The class it was planned as, if the table has it."""
        return self.now.declared if self.ladder.step(self.now.declared) is not None else ""

    @property
    def why(self) -> str:
        """From where the next class was counted."""
        reached, declared = self.now.achieved or "", self.declared
        if reached and _place(self.ladder, reached) < _place(self.ladder, declared):
            told = f"现状已达到{reached}，高于计划类别" if declared else f"现状已达到{reached}"
            return f"{told}，从{reached}往上看"
        if not declared:
            return "没有登记计划类别，也没有达到任何一类，先看最低一类"
        return f"计划类别{declared}是验收依据，它自己的差距已经列出，这里从它往上看"


def _place(ladder: Ladder, name: str | None) -> int:
    """Position of a class from the best; behind the last for a name the table does not have."""
    place = ladder.step(name)
    return len(ladder.steps) if place is None else place


def of(check: Check, prices: PriceList | None = None) -> list[NextClass]:
    """The way up on every class table of a checked facility; none for types without one."""
    tables = {ladder.id: ladder for ladder in check.rules.ladders} if check.rules else {}
    return [_of(tables[now.ladder], now, check, prices or PriceList()) for now in classes.of(check)]


def _of(ladder: Ladder, now: Classes, check: Check, prices: PriceList) -> NextClass:
    base = min(_place(ladder, now.declared), _place(ladder, now.achieved))
    if base == 0:
        return NextClass(ladder, now, "", None)
    name = ladder.steps[base - 1].name
    found = _planned_as(ladder, name, check)
    return NextClass(ladder, now, name, lists.of_findings(found, overall.judge(found), prices, lists.glossary(check)))


def _planned_as(ladder: Ladder, name: str, check: Check) -> list[Finding]:
    """What would be found of the table's clauses, and of those tied to a class, were it planned as another class."""
    tied = [row for row in check.rules.requirements if _is_tied(row, check.rules)]
    ids = {row.id for row in tied} | {row.id for slot in ladder.slots for row in slot if row}
    facts = {**check.facts, DECLARED: name}
    aliases = _aliases(check) if any(row.kind == "zone" for row in tied) else {}
    found = evaluation.check(check.rules, check.facility.type, facts, zone_aliases=aliases)
    return [finding for finding in found if finding.requirement in ids]


def _is_tied(row: Requirement, rules: Edition) -> bool:
    return any(rules.conditions[name].test.fact == DECLARED for name in row.conditions)


def _aliases(check: Check) -> dict[str, set[str]]:
    return checks.yardstick(check.facility.district, check.day, check.edition).zone_aliases
