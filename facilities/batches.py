"""Many facilities written at once as they stand from one day on: rows of columns instead of objects.

It does what `history.write` does where nothing lies between: each facility is new, or has exactly one state that holds
from the day on, and that began by then. The values have been compared with the register under the same locks; what may
not stand together is refused there, and by the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from eldercare import bulk, clock
from eldercare.regions import Region
from eldercare.uploads import Upload
from facilities.facility import Facility, FacilityRecord
from facilities.history import COLUMNS, take_codes

CREATED = ("id", *COLUMNS, "code", "district_id", "township_id", "is_demo", "created_at", "created_by_id")
WRITTEN = (
    *COLUMNS, "facility_id", "effective_on", "asserted", "sources", "upload_id", "reason", "recorded_at", "recorded_by_id",
)  # fmt: skip
_PLACES = {name: place for place, name in enumerate(COLUMNS)}
_BLANK = tuple(FacilityRecord._meta.get_field(name.removesuffix("_id")).get_default() for name in COLUMNS)


class State(NamedTuple):
    """A state of a facility: facility, record, when it began, its columns as the database gave them."""

    facility_id: int
    record_id: int
    effective_on: date
    columns: tuple


class Said(NamedTuple):
    """What a row says: values by column, the JSON text of their cells, and the state it follows (None when new)."""

    values: dict
    sources: str
    state: State | None


@dataclass(slots=True)
class Batch:
    """A sheet's rows about one township, holding from one day on."""

    district: Region
    township: Region
    effective_on: date
    by: object
    upload: Upload
    _prepared: bulk.Prepared = field(default_factory=lambda: bulk.Prepared(FacilityRecord))

    def write(self, rows: Iterable[Said]) -> int:
        """Bring records and register in step, in at most five statements; how many records were written."""
        new, followed = [], []
        for values, sources, state in rows:
            (followed if state else new).append((self._prepared.values(values), sources, state))
        records = self._created(new) if new else []
        records += [
            (_merged(state.columns, values), state.facility_id, values, sources) for values, sources, state in followed
        ]
        # Spans close before new ones open: one open record per facility is a database constraint.
        bulk.set_all(FacilityRecord, "until", self.effective_on, [state.record_id for _, _, state in followed])
        bulk.insert_rows(FacilityRecord, WRITTEN, self._as_rows(records))
        self._update(records[len(new) :])
        return len(records)

    def _created(self, new: list[tuple]) -> list[tuple]:
        """Write the new facilities; their states, keys, values and cells."""
        codes, keys = take_codes(self.district, len(new), keyed=True)
        shared = bulk.Prepared(Facility).values(
            {
                "district_id": self.district.pk,
                "township_id": self.township.pk,
                "is_demo": self.district.is_demo,
                "created_at": clock.now(),
                "created_by_id": self.by.pk,
            }
        )
        states = [_merged(_BLANK, values) for values, _, _ in new]
        rows = [(key, *state, code, *shared.values()) for key, state, code in zip(keys, states, codes, strict=True)]
        bulk.insert_rows(Facility, CREATED, rows)
        return [(state, key, *said[:2]) for key, state, said in zip(keys, states, new, strict=True)]

    def _as_rows(self, records: list[tuple]) -> list[tuple]:
        own = {"upload_id": self.upload.pk, "reason": "", "recorded_at": clock.now(), "recorded_by_id": self.by.pk}
        own, day = tuple(self._prepared.values(own).values()), self._prepared.value("effective_on", self.effective_on)
        asserted: dict[tuple, str] = {}
        rows = []
        for state, facility, values, sources in records:
            names = tuple(values)
            if names not in asserted:
                asserted[names] = bulk.as_json(sorted(names))
            rows.append((*state, facility, day, asserted[names], sources, *own))
        return rows

    def _update(self, records: list[tuple]) -> None:
        """Bring the register's rows in step with the states that follow theirs, in the columns that any row says."""
        said = {name for _, _, values, _ in records for name in values}
        names = [name for name in COLUMNS if name in said]
        places = [_PLACES[name] for name in names]
        bulk.update_rows(Facility, names, [(*[state[at] for at in places], key) for state, key, _, _ in records])


def _merged(state: tuple, values: dict) -> list:
    columns = list(state)
    for name, value in values.items():
        columns[_PLACES[name]] = value
    return columns
