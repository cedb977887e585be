"""What the rosters say of a village on a day: a fact for each kind of team that the village has ever reported."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from eldercare.sheets.text import compact
from training.teams import TeamKind, TeamMember

PREFIX = "region.counted"
# The facts by which policies speak of teams; the rosters count all of them but the last, which is declared.
ABOUT = {
    "village.assistants": TeamKind.ASSISTANT,
    "village.associations": TeamKind.ASSOCIATION,
    "village.association_members": TeamKind.ASSOCIATION,
    "village.volunteer_teams": TeamKind.VOLUNTEERS,
    "village.volunteer_members": TeamKind.VOLUNTEERS,
    "village.fewest_help_groups": TeamKind.MUTUAL_HELP,
}


@dataclass(frozen=True, slots=True)
class Count:
    """One kind of team of one village on a day: how many teams and people; `recorded_on` is the day of the last entry."""

    teams: int
    people: int
    recorded_on: date


def counted(ids: Iterable[int], day: date) -> dict[tuple[int, str], Count]:
    """The teams of villages on a day by (village, kind), in one query; a kind that no roster of the village holds is absent.

    Members of a former village count for the one that took its place.
    """
    ids = set(ids)
    rows = TeamMember.objects.filter(Q(village__in=ids) | Q(village__successor__in=ids), retracted_at__isnull=True)
    found: dict[tuple[int, str], set[tuple[str, int]]] = defaultdict(set)
    last: dict[tuple[int, str], date] = {}
    told = ("village", "village__successor", "kind", "team", "person", "starts_on", "ends_on", "recorded_at")
    for village, successor, kind, team, person, starts, ends, at in rows.values_list(*told):
        key = (village if village in ids else successor, kind)
        members, recorded_on = found[key], timezone.localdate(at)
        last[key] = max(last.get(key, recorded_on), recorded_on)
        if (starts is None or starts <= day) and (ends is None or ends >= day):
            members.add((compact(team), person))
    return {
        key: Count(len({team for team, _ in members}), len({person for _, person in members}), last[key])
        for key, members in found.items()
    }


def rostered(ids: Iterable[int], day: date) -> dict[int, dict[str, object]]:
    """Assistants, associations, volunteers of villages on a day, in one query; one whose members have all left is zero."""
    known: dict[int, dict[str, object]] = defaultdict(dict)
    for (village, kind), count in counted(ids, day).items():
        known[village] |= facts_of(kind, count)
    return dict(known)


def facts_of(kind: str, count: Count) -> dict[str, object]:
    """What a count means by fact."""
    if kind == TeamKind.ASSISTANT:
        return {"village.assistants": count.people}
    if kind == TeamKind.ASSOCIATION:
        return {"village.associations": count.teams, "village.association_members": count.people}
    if kind == TeamKind.VOLUNTEERS:
        return {"village.volunteer_teams": count.teams, "village.volunteer_members": count.people}
    return {}
