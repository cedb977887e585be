"""What the rosters say of a village on a day: a fact for each kind of team that the village has ever reported."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from eldercare.sheets.text import compact
from training.teams import TeamKind, TeamMember

PREFIX = "region.counted"


def rostered(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """Assistants, associations, volunteers of villages on a day, in one query.

    A kind that no roster of the village holds is absent; one whose members have all left counts zero. Members of a former
    village count for the one that took its place.
    """
    ids = set(ids)
    rows = TeamMember.objects.filter(Q(village__in=ids) | Q(village__successor__in=ids), retracted_at__isnull=True)
    found: dict[tuple[int, str], set[tuple[str, int]]] = defaultdict(set)
    told = ("village", "village__successor", "kind", "team", "person", "starts_on", "ends_on")
    for village, successor, kind, team, person, starts, ends in rows.values_list(*told):
        members = found[village if village in ids else successor, kind]
        if (starts is None or starts <= day) and (ends is None or ends >= day):
            members.add((compact(team), person))
    known: dict[int, dict[str, object]] = defaultdict(dict)
    for (village, kind), members in found.items():
        known[village] |= _facts(kind, len({team for team, _ in members}), len({person for _, person in members}))
    return dict(known)


def _facts(kind: str, teams: int, people: int) -> dict[str, object]:
    if kind == TeamKind.ASSISTANT:
        return {"village.assistants": people}
    if kind == TeamKind.ASSOCIATION:
        return {"village.associations": teams, "village.association_members": people}
    if kind == TeamKind.VOLUNTEERS:
        return {"village.volunteer_teams": teams, "village.volunteer_members": people}
    return {}
