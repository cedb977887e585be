"""村级队伍: the teams of each village beside the sizes that the policy demands, counted by roster or as declared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare import figures
from eldercare.dashboard import asof, township
from eldercare.figures import Scope
from eldercare.regions import VILLAGE_KINDS, Region
from facilities import checks, knowledge, unitchecks
from facilities.rules import phrases
from facilities.rules.clauses import Requirement
from facilities.rules.findings import Finding
from facilities.rules.results import fact_label
from facilities.rules.truth import Truth
from training import teamfacts
from training.teamfacts import Count
from training.teams import TeamKind

OPERATORS = {">=": "不少于", "<=": "不多于", "=": "", ">": "多于", "<": "少于"}


@dataclass(frozen=True, slots=True)
class Demand:
    """One size of one kind of team, with every clause that asks for it, the strictest first."""

    fact: str
    kind: TeamKind
    label: str
    requirements: tuple[Requirement, ...]

    @property
    def unit(self) -> str:
        return self.requirements[0].unit

    @property
    def short_label(self) -> str:
        """The kind of team and what of it is counted, for narrow places: 老年协会（人）."""
        return f"{self.kind.label}（{self.unit}）" if self.unit else self.kind.label

    @property
    def sizes(self) -> list[tuple[str, str, str]]:
        """(不少于 10 人, 应, clauses) of each degree in which it is asked for."""
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.requirements:
            words = f"{OPERATORS.get(row.operator, row.operator)} {phrases.amount(row.value, row.unit)}".strip()
            degree = row.modality.label if row.modality.binds else row.wording or row.modality.label
            found.setdefault((words, degree), []).append(row.clause)
        return [(words, degree, "、".join(dict.fromkeys(clauses))) for (words, degree), clauses in found.items()]


@dataclass(frozen=True, slots=True)
class Measure:
    """One demand on one village: how many there are, who says so and since when, and what is lacking.

    `state` is met, unmet, advice, no_data or not_applicable, and "" where the policy asks nothing of the unit.
    """

    demand: Demand
    measured: object = None
    source: str = ""
    on: date | None = None
    state: str = ""
    words: str = ""
    gap: Decimal | None = None

    @property
    def shown(self) -> str:
        """How many there are, with the unit; empty where nobody has said."""
        return "" if self.measured is None else phrases.shown(self.measured, self.demand.unit)

    @property
    def applies(self) -> bool:
        return self.state not in ("", "not_applicable")


@dataclass(frozen=True, slots=True)
class VillageRow:
    """One village or community with its measures in the order of the demands."""

    unit: Region
    measures: list[Measure]

    @property
    def is_short(self) -> bool:
        return any(measure.state == "unmet" for measure in self.measures)

    @property
    def is_incomplete(self) -> bool:
        """Whether nothing fails, but something is not known."""
        return not self.is_short and any(measure.state == "no_data" for measure in self.measures)


@dataclass(slots=True)
class Sum:
    """One demand over many villages."""

    demand: Demand
    asked: int = 0
    met: int = 0
    unknown: int = 0
    counted: Decimal = Decimal(0)
    gap: Decimal = Decimal(0)

    def add(self, measure: Measure) -> None:
        self.asked += measure.applies
        self.met += measure.state == "met"
        self.unknown += measure.state == "no_data"
        self.counted += phrases.number(measure.measured) or 0
        self.gap += measure.gap or 0

    @property
    def short(self) -> int:
        return self.asked - self.met - self.unknown

    @property
    def shown(self) -> str:
        return phrases.amount(self.counted, self.demand.unit)

    @property
    def gap_shown(self) -> str:
        return phrases.amount(self.gap, self.demand.unit) if self.gap else ""


@dataclass(slots=True)
class Board:
    """The teams of some villages on a day. `tops` are the kinds of team with the number of their demands."""

    demands: list[Demand]
    rows: list[VillageRow] = field(default_factory=list)

    @property
    def sums(self) -> list[Sum]:
        return summed(self.demands, self.rows)

    @property
    def tops(self) -> list[tuple[str, int]]:
        kinds = dict.fromkeys(demand.kind for demand in self.demands)
        return [(kind.label, sum(demand.kind == kind for demand in self.demands)) for kind in kinds]

    @property
    def short(self) -> int:
        return sum(row.is_short for row in self.rows)

    @property
    def incomplete(self) -> int:
        return sum(row.is_incomplete for row in self.rows)


@dataclass(frozen=True, slots=True)
class Line:
    """One township of the district's page."""

    unit: Region
    board: Board


def summed(demands: list[Demand], rows: Iterable[VillageRow]) -> list[Sum]:
    """The sums of each demand over rows."""
    sums = [Sum(demand) for demand in demands]
    for row in rows:
        for sum_, measure in zip(sums, row.measures, strict=True):
            sum_.add(measure)
    return sums


def board(scope: Scope, units: list[Region]) -> Board:
    """The teams of villages; the number of queries does not grow with them."""
    measure = checks.yardstick(scope.district, scope.as_of)
    demands = demanded(measure)
    if not demands:
        return Board([])
    ids = [unit.pk for unit in units]
    found = {check.unit.pk: check for check in unitchecks.check_units(scope, units, measure)}
    rosters = teamfacts.counted(ids, scope.as_of)
    declared = {(unit, row.fact): row for unit, row in knowledge.about_regions(ids, scope.as_of)}
    listed = Board(demands)
    for unit in units:
        check = found.get(unit.pk)
        own = {finding.requirement: finding for finding in check.findings} if check else {}
        known = check.facts if check else {}
        measures = [_measure(demand, unit, own, known, rosters, declared) for demand in demands]
        listed.rows.append(VillageRow(unit, measures))
    return listed


def demanded(measure: checks.Yardstick) -> list[Demand]:
    """The sizes of teams that the edition of the day asks for, in the order of the teams."""
    if measure.rules is None:
        return []
    by_fact: dict[str, list[Requirement]] = {}
    for row in measure.rules.requirements:
        if row.fact in teamfacts.ABOUT and row.subject in ("village", "community"):
            by_fact.setdefault(row.fact, []).append(row)
    return [
        Demand(fact, kind, _label(measure, fact), tuple(sorted(by_fact[fact], key=lambda row: not row.modality.binds)))
        for fact, kind in teamfacts.ABOUT.items()
        if fact in by_fact
    ]


def _label(measure: checks.Yardstick, fact: str) -> str:
    declared = measure.rules.facts.get(fact)
    return declared.label if declared else fact_label(fact)


def _measure(
    demand: Demand, unit: Region, own: dict[str, Finding], known: dict, rosters: dict, declared: dict
) -> Measure:
    count = rosters.get((unit.pk, demand.kind))
    source, on = _source(demand, unit, count, declared)
    findings = [own[row.id] for row in demand.requirements if row.id in own]
    if not findings:
        return Measure(demand, known.get(demand.fact, _rostered(demand, count)), source, on)
    # Of several clauses the one that says most about the village: what fails before what is met, what binds before advice.
    finding = min(findings, key=lambda row: (not row.binds, row.truth is not Truth.FALSE))
    gap = finding.gap if finding.binds else None
    words = finding.gap_text or finding.outcome.label
    return Measure(demand, known.get(demand.fact), source, on, finding.outcome.value, words, gap)


def _source(demand: Demand, unit: Region, count: Count | None, declared: dict) -> tuple[str, date | None]:
    if count is not None and demand.kind != TeamKind.MUTUAL_HELP:
        return "名册", count.recorded_on
    row = declared.get((unit.pk, demand.fact))
    return ("认定", row.starts_on or row.recorded_at.date()) if row else ("", None)


def _rostered(demand: Demand, count: Count | None) -> int | None:
    """What a roster says of a unit of which the policy asks nothing."""
    return teamfacts.facts_of(demand.kind, count).get(demand.fact) if count else None


def township_page(request: HttpRequest, code: str, township_code: str) -> HttpResponse:
    """The teams of one township's villages: for its own officials, and for those who read dashboards."""
    try:
        unit, day = township.asked(request, code, township_code)
    except asof.Moved as gone:
        return township.moved(request, "township-teams", gone.region)
    scope = figures.scope_for(unit.parent, day)
    villages = [row for row in _villages(scope) if scope.township_code(row) == unit.code]
    context = _context(scope, board(scope, villages)) | {"township": unit, "place": unit}
    return render(request, "dashboard/teams_township.html", context)


@asof.for_readers_of_dashboards
def district_page(request: HttpRequest, code: str) -> HttpResponse:
    """The townships of a district, those with most villages short first, then those of which least is known."""
    district = asof.visible_district(request, code)
    scope = figures.scope_for(district, asof.day_of(request, district))
    found = board(scope, _villages(scope))
    of_townships: dict[str, list[VillageRow]] = {}
    for row in found.rows:
        of_townships.setdefault(scope.township_code(row.unit), []).append(row)
    lines = [Line(unit, Board(found.demands, own)) for unit in scope.townships if (own := of_townships.get(unit.code))]
    lines.sort(key=lambda line: (-line.board.short, -line.board.incomplete, line.unit.path))
    context = _context(scope, found) | {"place": district, "lines": lines}
    return render(request, "dashboard/teams_district.html", context)


def _villages(scope: Scope) -> list[Region]:
    return [unit for unit in scope.units if unit.kind in VILLAGE_KINDS]


def _context(scope: Scope, found: Board) -> dict:
    return {
        "district": scope.district,
        "as_of": scope.as_of,
        "edition": scope.edition,
        "board": found,
        "sums": found.sums,
    }
