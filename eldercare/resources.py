"""The kernel's registers in and out of the admin: population figures, other names of units, divisions."""

from django.core.exceptions import ValidationError

from eldercare.importing.resource import RegisterResource
from eldercare.names import RegionAlias
from eldercare.regions import Kind, PopulationFact, Region, district_of
from eldercare.sheets.columns import Column, Sheet
from eldercare.sheets.columns import Kind as Of

UNIT_CODE = Column("code", "单位代码", required=True, width=16, max_length=12, note="区划代码")
UNIT_NAME = Column("unit", "单位", width=16, max_length=60, note="填了就与代码核对")


class Units:
    """The units in a person's scope, by code: a code that several editions used is told apart by day or by name."""

    def __init__(self, user, codes: set[str]) -> None:
        self._by_code: dict[str, list[Region]] = {}
        for unit in Region.objects.visible_to(user).filter(code__in=codes).order_by("code", "valid_from", "pk"):
            self._by_code.setdefault(unit.code, []).append(unit)

    def meant(self, code: str | None, name: str | None, day=None, *, key: str = "code") -> Region | None:
        """The unit of that code, None for an empty one; ValidationError where there is none, or none of that name."""
        if not code:
            return None
        found = self._by_code.get(code, [])
        if not found:
            raise ValidationError({key: f"没有代码为 {code} 的单位，或不在您的管理范围内"})
        named = [unit for unit in found if not name or name in (unit.short_name, unit.name)]
        if not named:
            raise ValidationError({"unit": f"代码 {code} 是“{found[0]}”，不是“{name}”"})
        standing = [unit for unit in named if day is None or unit.on_day(day)] or named
        return standing[-1]


class PopulationResource(RegisterResource):
    """人口数据: one count of one unit on one day."""

    sheet = Sheet(
        "population", "人口数据", "人口数据", "1",
        (
            UNIT_CODE,
            UNIT_NAME,
            Column("basis", "口径", Of.CHOICE, required=True, choices=PopulationFact.Basis.choices, width=10),
            Column("counted_on", "统计日期", Of.DATE, required=True, width=12),
            Column("total", "总人口", Of.INTEGER, unit="人", minimum=0, maximum=100_000_000),
            Column("aged_60_plus", "60岁及以上", Of.INTEGER, unit="人", minimum=0, maximum=100_000_000),
            Column("source", "来源", required=True, width=30, max_length=200, note="公报、年鉴或报表的名称"),
        ),
        key=("code", "basis", "counted_on"),
    )  # fmt: skip
    paths = {"code": "region__code", "unit": "region__short_name"}
    attributes = {"code": "region"}
    readonly = frozenset({"unit"})
    keys = ("code", "basis", "counted_on")
    related = ("region",)

    class Meta:
        model = PopulationFact

    def key_of(self, instance):
        return instance.region_id, instance.basis, instance.counted_on

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.units = Units(self.by, self.read("code"))

    def meant(self, row):
        code, name, day = (row.get(key) for key in ("code", "unit", "counted_on"))
        self.look(row, "code", lambda: self.units.meant(code, name, day))


class AliasResource(RegisterResource):
    """名称对照: names come in as proposals only; a person confirms each on its page."""

    sheet = Sheet(
        "aliases", "名称对照", "名称对照", "1",
        (
            Column("name", "印发或填报的名称", required=True, width=24, max_length=60),
            Column("code", "对应单位代码", width=16, max_length=12, note="区划代码，未定可留空"),
            Column("unit", "对应单位", width=16, max_length=60, note="填了就与代码核对"),
            Column("source", "出处", width=30, max_length=200),
            Column("status", "状态", Of.CHOICE, choices=RegionAlias.Status.choices, note="只供查看，导入时不看"),
        ),
        key=("name",),
    )  # fmt: skip
    paths = {"code": "region__code", "unit": "region__short_name"}
    attributes = {"code": "region"}
    readonly = frozenset({"unit", "status"})
    keys = ("name",)
    related = ("region", "district")

    class Meta:
        model = RegionAlias

    def key_of(self, instance):
        return (instance.name,)

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.units, self.district = Units(self.by, self.read("code")), home(self.by)
        if self.district is None:
            raise ValidationError("您的账号不属于一个区县，不能导入名称对照。")
        self.existing = {key: row for key, row in self.existing.items() if row.district_id == self.district.pk}

    def meant(self, row):
        code, name = row.get("code"), row.get("unit")
        self.look(row, "code", lambda: self.units.meant(code, name))

    def init_instance(self, row=None):
        return RegionAlias(district=self.district)

    def judged(self, instance, new):
        if instance.region and not instance.region.path.startswith(self.district.path):
            raise ValidationError({"code": "对应单位应属于本区县"})
        if not new and instance.status == RegionAlias.Status.CONFIRMED:
            raise ValidationError({"name": "这个名称已经确认；要改，请先在它的页面上否定"})


class RegionResource(RegisterResource):
    """行政区划, for export: the published divisions are loaded, not typed."""

    sheet = Sheet(
        "regions", "行政区划", "行政区划", "1",
        (
            Column("code", "区划代码", width=16),
            Column("name", "名称", width=24),
            Column("short_name", "简称", width=16),
            Column("kind", "类别", Of.CHOICE, choices=Kind.choices),
            Column("parent", "上级代码", width=16),
            Column("edition", "区划版本", Of.DATE),
            Column("valid_from", "生效日期", Of.DATE),
            Column("valid_to", "失效日期", Of.DATE),
            Column("successor", "承继单位代码", width=16),
        ),
    )  # fmt: skip
    paths = {"parent": "parent__code", "successor": "successor__code"}

    class Meta:
        model = Region


def home(user) -> Region | None:
    """The district in which a person works; None for an account of a city, a province or nowhere."""
    try:
        return district_of(user.region) if user.region else None
    except Region.DoesNotExist:
        return None
