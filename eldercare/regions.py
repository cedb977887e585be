"""Administrative divisions: a tree kept as materialised paths, dated, with successors and confirmed other names."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from eldercare.scoping import Scoped, ScopedQuerySet, within

ETHNIC_PART = re.compile(r"^(.{2})[^县市区]*族(乡|镇)$")
VILLAGE_SUFFIXES = ("村民委员会", "村委会")
COMMUNITY_SUFFIXES = ("居民委员会", "居民居委会", "居委会")


class Kind(models.TextChoices):
    PROVINCE = "province", "省（直辖市）"
    CITY = "city", "市"
    DISTRICT = "district", "区县"
    STREET = "street", "街道"
    TOWN = "town", "镇"
    TOWNSHIP = "township", "乡"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村"
    OTHER = "other", "其他"


TOWNSHIP_KINDS = (Kind.STREET, Kind.TOWN, Kind.TOWNSHIP)
VILLAGE_KINDS = (Kind.COMMUNITY, Kind.VILLAGE, Kind.OTHER)
# The unit kinds that coverage is published for, and the region kinds each counts.
UNIT_KINDS = {
    "street": (Kind.STREET,),
    "township": (Kind.TOWN, Kind.TOWNSHIP),
    "community": (Kind.COMMUNITY,),
    "village": (Kind.VILLAGE,),
}
UNIT_KIND_LABELS = {"street": "街道", "township": "乡镇", "community": "社区", "village": "村"}


def short_name(name: str) -> str:
    """The name people write: ethnic-township part and committee dropped (石桥苗族土家族乡 → 石桥乡, 前山村民委员会 → 前山村)."""
    ethnic = ETHNIC_PART.match(name)
    if ethnic:
        return ethnic.group(1) + ethnic.group(2)
    bare = re.sub(r"（.*?）$", "", name)
    for suffix in VILLAGE_SUFFIXES:
        if stem := bare.removesuffix(suffix) if bare.endswith(suffix) else "":
            return stem if stem.endswith("村") else f"{stem}村"
    for suffix in COMMUNITY_SUFFIXES:
        if stem := bare.removesuffix(suffix) if bare.endswith(suffix) else "":
            return stem
    return bare


def _exists_on(day: date) -> Q:
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def exists_today() -> Q:
    """Condition that a region exists on its own default day: today, in a demo district the end of its demo year."""
    demo = Q(is_demo=True) & _exists_on(date.fromisoformat(settings.DEMO_AS_OF))
    return demo | Q(is_demo=False) & _exists_on(timezone.localdate())


class RegionQuerySet(ScopedQuerySet):
    """Regions by date and kind."""

    def on(self, day: date) -> "RegionQuerySet":
        """The regions that exist on a day; before the first edition the first edition applies."""
        return self.filter(_exists_on(day))

    def today(self) -> "RegionQuerySet":
        """The regions that exist on their own default day."""
        return self.filter(exists_today())

    def with_ties(self) -> "RegionQuerySet":
        """The regions with their parents and with whether they succeeded others: what their line and district take."""
        return self.select_related("parent").annotate(succeeds=Exists(Region.objects.filter(successor=OuterRef("pk"))))

    def districts(self) -> "RegionQuerySet":
        return self.filter(kind=Kind.DISTRICT)

    def townships(self) -> "RegionQuerySet":
        return self.filter(kind__in=TOWNSHIP_KINDS)

    def villages(self) -> "RegionQuerySet":
        return self.filter(kind__in=VILLAGE_KINDS)


class Region(Scoped):
    """行政区划: one unit under one name and parent, from the edition that brought it until the one that ended it.

    `path` is the chain of codes, each closed by a Z, so that a subtree is an index range. `valid_to` is exclusive;
    a `valid_from` of null means since always. Source: national statistical division codes, see fixtures/divisions.
    """

    scope_lookups = ("path",)

    code = models.CharField("区划代码", max_length=12, db_index=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级区划"
    )
    path = models.CharField("路径", max_length=80, db_index=True, editable=False)
    edition = models.DateField("区划版本", null=True, blank=True)
    valid_from = models.DateField("生效日期", null=True, blank=True)
    valid_to = models.DateField("失效日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name="承继单位",
        help_text="区划调整后由哪个单位承继；旧代码的网址会转到承继单位。",
    )
    is_demo = models.BooleanField("演示区县", default=False, help_text="演示区县的统计默认停在演示年度末。")

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="eldercare_region_code_once_per_edition"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(edition__isnull=True), name="eldercare_region_code_once_without_edition"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="eldercare_region_ends_after_it_begins",
                violation_error_message="失效日期必须晚于生效日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def save(self, *args, **kwargs) -> None:
        """Keep path and short name in step with code, name and parent."""
        self.path = f"{self.parent.path if self.parent else ''}{self.code}Z"
        self.short_name = self.short_name or short_name(self.name)
        super().save(*args, **kwargs)

    @property
    def ancestor_codes(self) -> list[str]:
        return self.path.split("Z")[:-1]

    @property
    def is_township(self) -> bool:
        return self.kind in TOWNSHIP_KINDS

    def below(self) -> RegionQuerySet:
        """This region and everything under it."""
        return Region.objects.filter(within("path", self.path))

    @cached_property
    def line(self) -> dict[int, str]:
        """Paths by id of this unit and of every unit it succeeded; asked once, or not at all where it is known."""
        found = {self.pk: self.path}
        step = [self.pk] if self.__dict__.get("succeeds", True) else []
        while step:
            before = Region.objects.filter(successor__in=step).exclude(pk__in=list(found))
            step = dict(before.values_list("pk", "path"))
            found |= step
        return found

    def lineage(self) -> list[int]:
        """Ids of this unit and of every unit it succeeded, so that what was registered under an old name is found."""
        return list(self.line)

    def heirs(self) -> list["Region"]:
        """The unit that succeeded this one, the one that succeeded that, and so on; a query a step."""
        found, unit = [], self
        while unit.successor_id and unit.successor_id not in {row.pk for row in (self, *found)}:
            unit = unit.successor
            found.append(unit)
        return found

    def as_of(self, day: date) -> "Region":
        """The unit that stands in this one's place on a day: itself while it exists, else the heir of that day."""
        if self.valid_to is None or self.valid_to > day:
            return self
        return next((unit for unit in self.heirs() if unit.on_day(day)), self)

    def on_day(self, day: date) -> bool:
        """Whether the unit exists on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to > day)

    def default_as_of(self) -> date:
        """The day that figures are read on when nobody names one."""
        return date.fromisoformat(settings.DEMO_AS_OF) if self.is_demo else timezone.localdate()


def lock(ids: Iterable[int]) -> None:
    """Make writers of these units wait for each other until the transaction ends.

    Several are locked in one statement and in one order for everybody; one by one, two writers could wait crosswise.
    """
    list(Region.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk").values_list("pk"))


def district_of(region: Region) -> Region:
    """The district that a unit belongs to (itself, when it is one).

    Raises Region.DoesNotExist for a city or a province.
    """
    if region.kind == Kind.DISTRICT:
        return region
    if region.is_township and region.parent.kind == Kind.DISTRICT:
        return region.parent
    return Region.objects.districts().get(code__in=region.ancestor_codes)


class DivisionEdition(Scoped):
    """区划版本: one published state of the divisions of one district, the denominator of its coverage."""

    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.CASCADE, related_name="editions", verbose_name="区县")
    published_on = models.DateField("版本日期")
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "区划版本"
        ordering = ["district", "published_on"]
        constraints = [
            models.UniqueConstraint(fields=["district", "published_on"], name="eldercare_divisionedition_once")
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.published_on}"


class PopulationFact(Scoped):
    """人口数据: residents or registered people of a unit on a day, with its source. Unit: persons."""

    class Basis(models.TextChoices):
        RESIDENT = "resident", "常住"
        REGISTERED = "registered", "户籍"

    scope_lookups = ("region__path",)

    region = models.ForeignKey(Region, models.PROTECT, related_name="population", verbose_name="单位")
    basis = models.CharField("口径", max_length=10, choices=Basis, default=Basis.RESIDENT)
    counted_on = models.DateField("统计日期")
    total = models.PositiveIntegerField("总人口", null=True, blank=True)
    aged_60_plus = models.PositiveIntegerField("60岁及以上", null=True, blank=True)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "人口数据"
        ordering = ["region__path", "-counted_on"]
        constraints = [
            models.UniqueConstraint(fields=["region", "basis", "counted_on"], name="eldercare_populationfact_once"),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(aged_60_plus__isnull=True) | Q(aged_60_plus__lte=F("total")),
                name="eldercare_populationfact_elders_within_total",
                violation_error_message="60岁及以上人口不能多于总人口。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.counted_on} {self.get_basis_display()}"
