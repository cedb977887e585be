"""Township and village names of a whole district, looked up in two steps: the township, then its own villages."""

from collections import defaultdict
from datetime import date
from difflib import SequenceMatcher

from eldercare.names import SIMILAR_ENOUGH, NameBook, RegionAlias
from eldercare.regions import TOWNSHIP_KINDS, VILLAGE_KINDS, Region
from eldercare.sheets.text import compact


class Places:
    """The units of a region on a day. Four queries, whatever the number of look-ups; nothing similar is ever applied."""

    def __init__(self, district: Region, day: date, within: Region) -> None:
        self.townships = NameBook(district, day, TOWNSHIP_KINDS, within_region=within)
        self._villages: dict[str, list[Region]] = defaultdict(list)
        for village in within.below().on(day).filter(kind__in=VILLAGE_KINDS):
            self._villages[_parent_path(village)].append(village)
        confirmed = RegionAlias.objects.filter(district=district, status=RegionAlias.Status.CONFIRMED)
        self._aliases: dict[str, set[int]] = defaultdict(set)
        for name, pk, successor in confirmed.values_list("name", "region", "region__successor"):
            self._aliases[compact(name)] |= {pk, successor} - {None}

    def village(self, township: Region, name: str) -> Region | None:
        """The village of a township by its exact or confirmed name; a name that two share is none."""
        key = compact(name)
        here = self._villages[township.path]
        found = [unit for unit in here if key in (compact(unit.name), compact(unit.short_name))]
        found = found or [unit for unit in here if unit.pk in self._aliases.get(key, ())]
        return found[0] if len(found) == 1 else None

    def similar_village(self, township: Region, name: str) -> Region | None:
        """The village of the township whose name is most like it, to be proposed."""
        key = compact(name)
        scored = [
            (SequenceMatcher(None, key, compact(unit.short_name)).ratio(), unit)
            for unit in self._villages[township.path]
        ]
        best = max(scored, key=lambda pair: pair[0], default=(0, None))
        return best[1] if best[0] >= SIMILAR_ENOUGH else None


def _parent_path(village: Region) -> str:
    return "Z".join(village.path.split("Z")[:-2]) + "Z"
