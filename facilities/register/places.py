"""Township and village names of a whole district, looked up in two steps: the township, then its own villages."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property

from eldercare.names import SIMILAR_ENOUGH, NameBook
from eldercare.regions import TOWNSHIP_KINDS, VILLAGE_KINDS, Region
from eldercare.sheets.text import compact


class Places:
    """The given units of a day. No query but one for the confirmed other names; nothing similar is ever applied."""

    def __init__(self, district: Region, day: date, units: Iterable[Region]) -> None:
        units = list(units)
        self.townships = NameBook(district, day, TOWNSHIP_KINDS, units=units)
        self._villages: dict[str, list[Region]] = defaultdict(list)
        for village in units:
            if village.kind in VILLAGE_KINDS:
                self._villages[_parent_path(village)].append(village)

    @cached_property
    def _aliases(self) -> dict[str, set[int]]:
        """The ids that a confirmed name stands for: the unit's own and its successor's."""
        found: dict[str, set[int]] = defaultdict(set)
        for row in self.townships.aliases:
            found[compact(row.name)] |= {row.region_id, row.region.successor_id} - {None}
        return found

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
