"""How people write a unit's name: confirmed other names, proposals that wait for a clerk, and looking names up."""

from collections.abc import Iterable
from datetime import date
from difflib import SequenceMatcher
from functools import cached_property

from django.db import models
from django.db.models import Q

from eldercare import desk
from eldercare.regions import TOWNSHIP_KINDS, Region
from eldercare.review import Move, Reviewable
from eldercare.sheets.text import compact

SIMILAR_ENOUGH = 0.6


class RegionAlias(Reviewable):
    """其他名称: how a document or a township writes a unit's name; proposed by similarity, used once a clerk confirms it."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已否定"

    MOVES = (
        Move(
            "confirm",
            "确认为同一单位",
            (Status.PROPOSED, Status.REJECTED),
            Status.CONFIRMED,
            "eldercare.decide_regionalias",
        ),
        Move(
            "reject",
            "不是同一单位",
            (Status.PROPOSED, Status.CONFIRMED),
            Status.REJECTED,
            "eldercare.decide_regionalias",
        ),
    )
    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.CASCADE, related_name="unit_aliases", verbose_name="区县")
    name = models.CharField("印发或填报的名称", max_length=60)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="aliases", verbose_name="对应单位"
    )
    similarity = models.DecimalField("相似度", max_digits=4, decimal_places=2, null=True, blank=True)
    source = models.CharField("出处", max_length=200, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PROPOSED, editable=False)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "名称对照"
        ordering = ["status", "name"]
        permissions = [("decide_regionalias", "确认名称对照")]
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="eldercare_regionalias_name_once"),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(region__isnull=False),
                name="eldercare_regionalias_confirmed_names_a_unit",
                violation_error_message="确认前先选择对应单位。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.region or '未定'}"


class NameBook:
    """The names of one district's units on a day, to look printed names up in: exact, then alias, then proposal.

    One query, none where the caller hands over the `units` of the day, and one more for the first name that is no
    unit's own, whatever the number of look-ups. A name that two units share is no match.
    """

    def __init__(
        self,
        district: Region,
        day: date,
        kinds=TOWNSHIP_KINDS,
        *,
        within_region: Region | None = None,
        units: Iterable[Region] | None = None,
    ) -> None:
        self._district = district
        if units is None:
            units = (within_region or district).below().on(day).filter(kind__in=kinds)
        self.units = [unit for unit in units if unit.kind in kinds]
        self._by_name: dict[str, Region | None] = {}
        for unit in self.units:
            for name in {compact(unit.name), compact(unit.short_name)}:
                self._by_name[name] = None if name in self._by_name else unit

    @cached_property
    def aliases(self) -> list["RegionAlias"]:
        """The district's confirmed other names, of units of every kind, each with its unit."""
        confirmed = RegionAlias.objects.filter(district=self._district, status=RegionAlias.Status.CONFIRMED)
        return list(confirmed.select_related("region"))

    @cached_property
    def _by_alias(self) -> dict[str, Region | None]:
        return {compact(row.name): self._on_the_day(row.region) for row in self.aliases}

    def _on_the_day(self, region: Region) -> Region | None:
        """The day's unit for one of any day: itself, its successor, or the only one that it succeeded."""
        same = [unit for unit in self.units if unit.pk == region.pk]
        near = [unit for unit in self.units if unit.pk == region.successor_id or unit.successor_id == region.pk]
        found = same or near
        return found[0] if len(found) == 1 else None

    def match(self, name: str) -> Region | None:
        """The unit of that exact or confirmed name, else None."""
        key = compact(name)
        return self._by_name.get(key) or self._by_alias.get(key)

    def proposal(self, name: str) -> tuple[Region, float] | None:
        """The most similar unit and its similarity, else the only one whose own name stands in a longer text.

        None when nothing is near; never to be applied unasked.
        """
        key = compact(name)
        scored = [(SequenceMatcher(None, key, compact(unit.short_name)).ratio(), unit) for unit in self.units]
        best = max(scored, key=lambda pair: pair[0], default=None)
        if best and best[0] >= SIMILAR_ENOUGH:
            return best[1], round(best[0], 2)
        inside = [(unit, round(ratio, 2)) for ratio, unit in scored if _own_name(unit) in key]
        return inside[0] if len(inside) == 1 else None


def _own_name(unit: Region) -> str:
    """What tells a unit from others of its kind: 板桥 of 板桥村; the whole name where less than two characters are left."""
    name = compact(unit.short_name)
    own = name.removesuffix("村").removesuffix("社区")
    return own if len(own) > 1 else name


def _proposed(user):
    return RegionAlias.objects.visible_to(user).filter(status=RegionAlias.Status.PROPOSED)


def connect() -> None:
    """Names that wait for a clerk are work."""
    listed = "admin:eldercare_regionalias_changelist"
    desk.declare(
        desk.Waiting("eldercare.decide_regionalias", "待确认的单位名称", _proposed, listed, "status__exact=proposed")
    )
