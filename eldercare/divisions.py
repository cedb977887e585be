"""Loading published divisions: each unit becomes one dated row, from the edition that brings it to the one that ends it."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from eldercare import audit
from eldercare.regions import (
    TOWNSHIP_KINDS,
    VILLAGE_KINDS,
    DivisionEdition,
    Kind,
    Region,
    district_of,
    short_name,
)

SOURCE = "国家统计局统计用区划代码和城乡划分代码"
VILLAGE_KIND = {"居委会": Kind.COMMUNITY, "村委会": Kind.VILLAGE, "其他": Kind.OTHER}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of one edition, as published."""

    code: str
    name: str
    kind: str
    parent: str


class OutOfOrder(Exception):
    """An edition older than one that is loaded: its units would end what came after them."""


def township_kind(name: str) -> str:
    """Kind of a township-level unit by its ending; units that are none of the three are 其他."""
    endings = {"街道": Kind.STREET, "镇": Kind.TOWN, "乡": Kind.TOWNSHIP}
    return next((kind for ending, kind in endings.items() if name.endswith(ending)), Kind.OTHER)


def read_divisions(path: Path) -> dict[str, dict[date, list[Unit]]]:
    """{district code: {edition: units, townships before villages}} of a divisions file."""
    found: dict[str, dict[date, dict[str, Unit]]] = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            units = found[row["county_code"]][date.fromisoformat(row["edition"])]
            township = Unit(row["township_code"], row["township"], township_kind(row["township"]), row["county_code"])
            units.setdefault(township.code, township)
            units[row["village_code"]] = Unit(
                row["village_code"], row["village"], VILLAGE_KIND[row["kind"]], row["township_code"]
            )
    return {
        code: {edition: sorted(units.values(), key=lambda unit: len(unit.code)) for edition, units in editions.items()}
        for code, editions in found.items()
    }


@transaction.atomic
def load_upper(path: Path) -> None:
    """Provinces, cities and districts; present ones stay as they are."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            parent = Region.objects.get(code=row["parent"]) if row["parent"] else None
            Region.objects.get_or_create(
                code=row["code"], edition=None, defaults={"name": row["name"], "kind": row["kind"], "parent": parent}
            )


@transaction.atomic
def load_edition(district: Region, edition: date, units: list[Unit]) -> dict[str, int]:
    """Bring one district to one edition: what is new begins, what is gone ends, what stays is untouched.

    Editions are loaded oldest first; loading one again changes nothing. Returns counts of units begun, ended and kept.
    Raises OutOfOrder when a later edition of the district is loaded already.
    """
    loaded = set(DivisionEdition.objects.filter(district=district).values_list("published_on", flat=True))
    if edition in loaded:
        return {"begun": 0, "ended": 0, "kept": len(units)}
    if later := [day for day in loaded if day > edition]:
        raise OutOfOrder(f"{district}已载入 {max(later)} 版区划，不能再载入更早的 {edition} 版。")
    first = not loaded
    open_rows = {row.code: row for row in district.below().filter(valid_to__isnull=True).exclude(pk=district.pk)}
    kept = {
        unit.code
        for unit in units
        if unit.code in open_rows and (open_rows[unit.code].name, open_rows[unit.code].kind) == (unit.name, unit.kind)
    }
    ended = [row.pk for code, row in open_rows.items() if code not in kept]
    Region.objects.filter(pk__in=ended).update(valid_to=edition)
    _begin(
        [unit for unit in units if unit.code not in kept],
        district,
        edition,
        None if first else edition,
        open_rows,
        kept,
    )
    _link_renamed(district, edition, ended)
    DivisionEdition.objects.create(district=district, published_on=edition, source=SOURCE)
    counts = {"begun": len(units) - len(kept), "ended": len(ended), "kept": len(kept)}
    audit.record("regions.loaded", target=district, detail={"edition": edition.isoformat(), **counts})
    return counts


def _begin(units, district: Region, edition: date, valid_from, open_rows, kept) -> None:
    """Create the units of an edition level by level, so that each finds its parent."""
    parents = {district.code: district} | {code: open_rows[code] for code in kept}
    for length in sorted({len(unit.code) for unit in units}):
        level = [unit for unit in units if len(unit.code) == length]
        created = Region.objects.bulk_create(_row(unit, parents[unit.parent], edition, valid_from) for unit in level)
        parents |= {row.code: row for row in created}


def _link_renamed(district: Region, edition: date, ended: list[int]) -> None:
    """A unit that keeps its code and its short name, and changes only how the name is written out, succeeds itself."""
    begun = {(row.code, row.short_name): row for row in district.below().filter(edition=edition)}
    renamed = [row for row in Region.objects.filter(pk__in=ended) if (row.code, row.short_name) in begun]
    for row in renamed:
        row.successor = begun[row.code, row.short_name]
    Region.objects.bulk_update(renamed, ["successor"], batch_size=200)


@transaction.atomic
def link_successors(path: Path) -> int:
    """Map units to the ones that succeeded them, and villages of a township by equal name; a clerk maps what is left.

    `path` is a CSV of district, edition, old_code, new_code. Returns how many units were newly mapped.
    """
    mapped = 0
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["edition"])
            old = Region.objects.filter(code=row["old_code"], valid_to=day).first()
            new = Region.objects.filter(code=row["new_code"], edition=day).first()
            if old and new:
                mapped += _map(old, new) + _map_villages(old, new)
    return mapped


@transaction.atomic
def succeed(old: Region, new: Region | None) -> int:
    """Say by hand which unit succeeded one that has ended (None: not known); villages of equal name go with a township.

    Returns how many villages were newly mapped.
    """
    Region.objects.filter(pk=old.pk).update(successor=new)
    return _map_villages(old, new) if new else 0


def possible_successors(ended: Region):
    """The units of an ended unit's district and level that stood when it ended."""
    level = TOWNSHIP_KINDS if ended.is_township else VILLAGE_KINDS
    if ended.kind not in (*TOWNSHIP_KINDS, *VILLAGE_KINDS) or ended.valid_to is None:
        return Region.objects.none()
    rows = district_of(ended).below().on(ended.valid_to).filter(kind__in=level).exclude(pk=ended.pk)
    return rows.order_by("path")


def _map(old: Region, new: Region) -> int:
    return Region.objects.filter(pk=old.pk, successor__isnull=True).update(successor=new)


def _map_villages(old: Region, new: Region) -> int:
    heirs = {child.name: child for child in new.children.on(old.valid_to)}
    ended = old.children.filter(valid_to=old.valid_to)
    return sum(_map(child, heirs[child.name]) for child in ended if child.name in heirs)


def _row(unit: Unit, parent: Region, edition: date, valid_from) -> Region:
    return Region(
        code=unit.code,
        name=unit.name,
        short_name=short_name(unit.name),
        kind=unit.kind,
        parent=parent,
        path=f"{parent.path}{unit.code}Z",
        edition=edition,
        valid_from=valid_from,
        is_demo=parent.is_demo,
    )


def without_successor():
    """Units that have ended and that nobody has mapped to a successor yet."""
    return Region.objects.filter(valid_to__isnull=False, successor__isnull=True)
