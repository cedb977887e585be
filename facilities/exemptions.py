"""设点豁免: which units need not have a facility of their own, recorded as exemption or declared for the standard."""

from collections import Counter, defaultdict

from django.db.models import Case, CharField, F, Value, When

from eldercare.figures import Scope
from eldercare.scoping import within
from facilities.models import Declaration, Exemption

NOT_MERGED = ""


def exempt(scope: Scope) -> dict[int, set[str]]:
    """Exemption.Reason codes by unit pk on the day: one query, asked once per scope.

    An exemption in force exempts; so does the latest declaration “即将合并撤销” when its answer is yes.
    """
    found = {unit: set(reasons) for unit, reasons in recorded(scope).items()}
    for unit, reason in scope.once("exempt", _read)[1].items():
        if reason != NOT_MERGED:
            found.setdefault(unit, set()).add(reason)
    return found


def recorded(scope: Scope) -> dict[int, set[str]]:
    """Exemption.Reason codes by unit pk that stand as exemptions of their own; no further query."""
    return scope.once("exempt", _read)[0]


def _read(scope: Scope) -> tuple[dict[int, set[str]], dict[int, str]]:
    """What is recorded, and what the latest declaration says, by unit of the day."""
    told: dict[int, set[str]] = defaultdict(set)
    declared: dict[int, str] = {}
    heirs = Counter(unit.successor_id for unit in scope.known)
    for is_declared, _, _, region_id, reason in sorted(_rows(scope), key=_oldest_first):
        unit_id, _ = scope.today_of(region_id, None)
        if not is_declared:
            told[unit_id].add(reason)
        elif unit_id == region_id or heirs[unit_id] == 1:
            declared[unit_id] = reason
    return dict(told), declared


def _oldest_first(row: tuple) -> tuple:
    is_declared, starts_on, pk, *_ = row
    return is_declared, str(starts_on or ""), pk


def _rows(scope: Scope):
    """(is_declared, starts_on, pk, region, reason or "" for a no) of both kinds of record."""
    inside = within("region__path", scope.district.path)
    recorded = Exemption.objects.on(scope.as_of).filter(inside)
    declared = Declaration.objects.on(scope.as_of).filter(inside, fact="village.to_be_merged")
    answer = Case(
        When(value=True, then=Value(Exemption.Reason.TO_BE_MERGED.value)),
        default=Value(NOT_MERGED),
        output_field=CharField(),
    )
    columns = ("is_declared", "starts_on", "pk", "region_id", "why")
    rows = recorded.annotate(is_declared=Value(0), why=F("reason")).order_by().values_list(*columns)
    return rows.union(declared.annotate(is_declared=Value(1), why=answer).order_by().values_list(*columns), all=True)
