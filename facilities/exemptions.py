"""设点豁免: which units need not have a facility of their own, recorded as exemption or declared for the standard."""

from collections import Counter, defaultdict

from eldercare.figures import Scope
from facilities import dated


def exempt(scope: Scope) -> dict[int, set[str]]:
    """Exemption.Reason codes by unit pk on the day: no query beside that of `dated`.

    An exemption in force exempts; so does the latest declaration “即将合并撤销” when its answer is yes.
    """
    found = {unit: set(reasons) for unit, reasons in recorded(scope).items()}
    for unit, reason in scope.once("exempt", _read)[1].items():
        if reason != dated.NOT_MERGED:
            found.setdefault(unit, set()).add(reason)
    return found


def recorded(scope: Scope) -> dict[int, set[str]]:
    """Exemption.Reason codes by unit pk that stand as exemptions of their own; no further query."""
    return scope.once("exempt", _read)[0]


def _read(scope: Scope) -> tuple[dict[int, set[str]], dict[int, str]]:
    """What is recorded, and what the latest declaration says, by unit of the day."""
    register = dated.of(scope)
    told: dict[int, set[str]] = defaultdict(set)
    for region_id, reason in register.exempt:
        told[scope.today_of(region_id, None)[0]].add(reason)
    declared: dict[int, str] = {}
    heirs = Counter(unit.successor_id for unit in scope.known)
    for region_id, reason in register.merged:
        unit_id, _ = scope.today_of(region_id, None)
        if unit_id == region_id or heirs[unit_id] == 1:
            declared[unit_id] = reason
    return dict(told), declared
