"""The registers around facilities in and out of the admin. Facilities themselves come in by their own sheet only."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from eldercare import clock
from eldercare.importing.resource import RegisterResource
from eldercare.regions import VILLAGE_KINDS
from eldercare.resources import UNIT_CODE, UNIT_NAME, Units, home
from eldercare.sheets.columns import Column, Kind, Sheet
from facilities.facility import Facility
from facilities.kinds import Operation
from facilities.prices import UnitPrice
from facilities.records import Declaration, Exemption, OperatorContract, ServiceLink
from facilities.register.columns import plain
from facilities.register.sheet import COLUMNS, OWN, SHEET

DATES = (
    Column("starts_on", "起始日期", Kind.DATE, width=12, note="留空表示一直如此"),
    Column("ends_on", "截止日期", Kind.DATE, width=12, note="最后一天；留空表示至今有效"),
    Column("evidence", "依据或证据", width=30, max_length=300),
)
SAID = {"True": "是", "False": "否"}
FACILITY_CODE = Column("facility", "设施编码", required=True, width=16, max_length=20)
FACILITY_NAME = Column("facility_name", "设施名称", width=24, max_length=60, note="填了就与编码核对")


class FacilityResource(RegisterResource):
    """养老服务设施, for export under the headings of the register's own sheet, which takes the file back."""

    sheet = Sheet(SHEET.id, SHEET.title, SHEET.name, SHEET.version, COLUMNS[: -len(OWN)], SHEET.key, SHEET.identity)
    places = ("township", "village")

    class Meta:
        model = Facility

    def rows(self, queryset):
        """Places under the names of the district's present day; one query."""
        keys = [column.key for column in self.sheet.columns if column.key not in self.places]
        names = [
            f"{place}__{part}" for place in self.places for part in ("short_name", "valid_to", "successor__short_name")
        ]
        days = {True: date.fromisoformat(settings.DEMO_AS_OF), False: timezone.localdate()}
        for values in queryset.values_list("district__is_demo", *keys, *names).iterator(chunk_size=2000):
            known = dict(zip(keys, map(plain, values[1:]), strict=False))
            for place, (name, ended, heir) in zip(self.places, (values[-6:-3], values[-3:]), strict=True):
                known[place] = heir if ended and heir and ended <= days[values[0]] else name
            yield [column.cell(known[column.key]) for column in self.sheet.columns]


class DatedResource(RegisterResource):
    """Dated records: signed by whoever brings them in; a wrong one is ended, never erased."""

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.units = Units(self.by, self.read("code"))

    def signed(self, instance):
        instance.recorded_by, instance.recorded_at = self.by, clock.now()


class ExemptionResource(DatedResource):
    """设点豁免."""

    sheet = Sheet(
        "exemptions", "设点豁免", "设点豁免", "1",
        (
            UNIT_CODE,
            UNIT_NAME,
            Column("reason", "豁免理由", Kind.CHOICE, required=True, choices=Exemption.Reason.choices, width=22),
            *DATES,
        ),
        key=("code", "reason", "starts_on"),
    )  # fmt: skip
    paths = {"code": "region__code", "unit": "region__short_name"}
    attributes = {"code": "region"}
    readonly = frozenset({"unit"})
    keys = ("code", "reason", "starts_on")
    related = ("region",)

    class Meta:
        model = Exemption

    def key_of(self, instance):
        return instance.region_id, instance.reason, instance.starts_on

    def meant(self, row):
        code, name = row.get("code"), row.get("unit")
        self.look(row, "code", lambda: village(self.units, code, name))


class OfFacility(DatedResource):
    """Dated records of facilities, which a file names by their code."""

    paths = {"facility": "facility__code", "facility_name": "facility__name"}
    readonly = frozenset({"facility_name"})
    related = ("facility",)

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        rows = Facility.objects.visible_to(self.by).filter(code__in=self.read("facility")).select_related("district")
        self.facilities = {facility.code: facility for facility in rows}

    def meant(self, row):
        code, name = row.get("facility"), row.get("facility_name")
        self.look(row, "facility", lambda: self._facility(code, name))

    def _facility(self, code, name) -> Facility | None:
        found = self.facilities.get(code)
        if code and found is None:
            raise ValidationError({"facility": f"没有编码为 {code} 的设施，或不在您的管理范围内"})
        if found and name and name != found.name:
            raise ValidationError({"facility_name": f"{code} 是“{found.name}”，不是“{name}”"})
        return found


class ContractResource(OfFacility):
    """运营合同."""

    sheet = Sheet(
        "contracts", "运营合同", "运营合同", "1",
        (
            FACILITY_CODE,
            FACILITY_NAME,
            Column("operator", "运营单位", required=True, width=24, max_length=100),
            Column("operation", "运营方式", Kind.CHOICE, required=True, choices=Operation.choices),
            *DATES,
        ),
        key=("facility", "operator", "starts_on"),
    )  # fmt: skip
    keys = ("facility", "operator", "starts_on")

    class Meta:
        model = OperatorContract

    def key_of(self, instance):
        return instance.facility_id, instance.operator, instance.starts_on


class LinkResource(OfFacility):
    """共享服务关系."""

    sheet = Sheet(
        "links", "共享服务关系", "共享服务", "1",
        (
            FACILITY_CODE,
            FACILITY_NAME,
            Column("code", "覆盖单位代码", required=True, width=16, max_length=12, note="村（社区）的区划代码"),
            Column("unit", "覆盖的村（社区）", width=16, max_length=60, note="填了就与代码核对"),
            *DATES,
        ),
        key=("facility", "code", "starts_on"),
    )  # fmt: skip
    paths = OfFacility.paths | {"code": "region__code", "unit": "region__short_name"}
    attributes = {"code": "region"}
    readonly = frozenset({"facility_name", "unit"})
    keys = ("facility", "code", "starts_on")
    related = ("facility__district", "region")

    class Meta:
        model = ServiceLink

    def key_of(self, instance):
        return instance.facility_id, instance.region_id, instance.starts_on

    def meant(self, row):
        super().meant(row)
        code, name = row.get("code"), row.get("unit")
        self.look(row, "code", lambda: village(self.units, code, name))


class PriceResource(RegisterResource):
    """整改单价 of the person's own district."""

    sheet = Sheet(
        "prices", "整改单价", "整改单价", "1",
        (
            Column("of", "单价对象", Kind.CHOICE, required=True, choices=UnitPrice.Of.choices, width=20),
            Column("yuan", "单价（元）", Kind.DECIMAL, required=True, unit="元", minimum=0, maximum=9_999_999_999),
            Column("source", "依据", required=True, width=30, max_length=200),
        ),
        key=("of",),
    )  # fmt: skip
    keys = ("of",)

    class Meta:
        model = UnitPrice

    def key_of(self, instance):
        return (instance.of,)

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        self.district = home(self.by)
        if self.district is None:
            raise ValidationError("您的账号不属于一个区县，不能导入整改单价。")
        self.existing = {key: row for key, row in self.existing.items() if row.district_id == self.district.pk}

    def init_instance(self, row=None):
        return UnitPrice(district=self.district)


class DeclarationResource(RegisterResource):
    """条件认定, for export: each is made on its page, beside the clause that asks for it."""

    sheet = Sheet(
        "declarations", "条件认定", "条件认定", "1",
        (
            Column("fact", "认定事项", width=26),
            Column("facility", "设施编码", width=16),
            Column("facility_name", "设施名称", width=24),
            Column("code", "单位代码", width=16),
            Column("unit", "单位", width=16),
            Column("value", "认定结果", width=14),
            *DATES,
        ),
        key=("fact",),
    )  # fmt: skip
    paths = {
        "facility": "facility__code", "facility_name": "facility__name", "code": "region__code",
        "unit": "region__short_name",
    }  # fmt: skip

    class Meta:
        model = Declaration

    def rows(self, queryset):
        place = [column.key for column in self.sheet.columns].index("value")
        for row in super().rows(queryset):
            yield [*row[:place], SAID.get(row[place], row[place]), *row[place + 1 :]]


def village(units: Units, code: str | None, name: str | None):
    """The village or community of a code; ValidationError for any other unit."""
    found = units.meant(code, name)
    if found is not None and found.kind not in VILLAGE_KINDS:
        raise ValidationError({"code": f"{found}不是村（社区）"})
    return found
