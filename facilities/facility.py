"""The facility register: what stands where, and every dated state it has been in."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped, ScopedQuerySet
from eldercare.uploads import Upload
from facilities.kinds import FacilityType, Operation, Stage


class FacilityState(Scoped):
    """What is known of a facility at a time. Areas in ㎡, money in 万元; null means not recorded, 0 means none."""

    name = models.CharField("设施名称", max_length=60)
    type = models.CharField("设施类型", max_length=30, choices=FacilityType)
    village = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村（社区）"
    )
    planned_year = models.PositiveSmallIntegerField(
        "计划年度", null=True, blank=True, validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    stage = models.CharField("建设阶段", max_length=12, choices=Stage, default=Stage.UNSITED)
    progress = models.DecimalField(
        "形象进度（%）", max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    gross_area = models.DecimalField(
        "建筑面积（㎡）", max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    usable_area = models.DecimalField(
        "使用面积（㎡）", max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    beds = models.PositiveIntegerField("床位数", null=True, blank=True)
    nursing_beds = models.PositiveIntegerField("护理型床位数", null=True, blank=True)
    zones = models.JSONField("功能区", null=True, blank=True)
    operation = models.CharField("运营方式", max_length=30, choices=Operation, blank=True)
    operator = models.CharField("运营单位", max_length=100, blank=True)
    started_on = models.DateField("开工日期", null=True, blank=True)
    completed_on = models.DateField("竣工日期", null=True, blank=True)
    accepted_on = models.DateField("验收日期", null=True, blank=True, editable=False)
    invested = models.DecimalField(
        "投入资金（万元）", max_digits=12, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    issues = models.CharField("存在问题", max_length=500, blank=True)
    remark = models.CharField("备注", max_length=500, blank=True)

    class Meta:
        abstract = True


STATE_FIELDS = tuple(field.name for field in FacilityState._meta.local_fields)


def state_constraints(prefix: str) -> list[models.BaseConstraint]:
    """What must hold of every state, in the register and in its history alike."""
    return [
        models.CheckConstraint(
            condition=Q(nursing_beds__isnull=True) | Q(beds__isnull=True) | Q(nursing_beds__lte=F("beds")),
            name=f"{prefix}_nursing_beds_within_beds",
            violation_error_message="护理型床位数不能多于床位数。",
        ),
        models.CheckConstraint(
            condition=Q(usable_area__isnull=True) | Q(gross_area__isnull=True) | Q(usable_area__lte=F("gross_area")),
            name=f"{prefix}_usable_within_gross",
            violation_error_message="使用面积不能大于建筑面积。",
        ),
        models.CheckConstraint(
            condition=Q(progress__isnull=True) | Q(progress__gte=0, progress__lte=100),
            name=f"{prefix}_progress_is_a_percentage",
            violation_error_message="形象进度应在0到100之间。",
        ),
        models.CheckConstraint(
            condition=Q(stage__in=Stage.values),
            name=f"{prefix}_stage_is_known",
            violation_error_message="建设阶段无效。",
        ),
        models.CheckConstraint(
            condition=Q(type__in=FacilityType.values),
            name=f"{prefix}_type_is_known",
            violation_error_message="设施类型无效。",
        ),
    ]


class Facility(FacilityState):
    """养老服务设施: its latest known state for quick reading; the dated records are the history.

    `code` is given by the portal (<district code>-<serial>) and never reused.
    """

    scope_lookups = ("township__path",)

    code = models.CharField("设施编码", max_length=20, unique=True, editable=False)
    district = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县", editable=False)
    township = models.ForeignKey(Region, models.PROTECT, related_name="facilities", verbose_name="乡镇（街道）")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人", editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "养老服务设施"
        ordering = ["code"]
        indexes = [models.Index(fields=["district", "type", "stage"], name="facilities_facility_board")]
        constraints = state_constraints("facilities_facility")

    def __str__(self) -> str:
        return self.name

    @property
    def location(self) -> Region:
        """The village or community where it stands, else the township."""
        return self.village or self.township

    def clean(self) -> None:
        """The village must lie in the township, or in the one that succeeded it."""
        from django.core.exceptions import ValidationError

        if not self.village_id or not self.township_id or self.village.path.startswith(self.township.path):
            return
        if not any(self.village.path.startswith(heir.path) for heir in self.township.heirs()):
            raise ValidationError({"village": "所选村（社区）不属于该乡镇（街道）。"})


class SerialCounter(models.Model):
    """设施编码计数: the last serial given in a district; it only rises, so that a code is never used twice."""

    district = models.OneToOneField(Region, models.PROTECT, primary_key=True, related_name="+")
    last = models.PositiveIntegerField("最近序号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "设施编码计数"

    def __str__(self) -> str:
        return f"{self.district} {self.last}"


class RecordQuerySet(ScopedQuerySet):
    """Dated states by day; retracted ones are history only."""

    def standing(self) -> "RecordQuerySet":
        return self.filter(retracted_at__isnull=True)

    def since(self, day) -> "RecordQuerySet":
        """The states in force at the end of a day or later."""
        return self.standing().filter(Q(until__isnull=True) | Q(until__gt=day))

    def on(self, day) -> "RecordQuerySet":
        """The state in force at the end of a day: at most one per facility."""
        return self.standing().filter(Q(until__isnull=True) | Q(until__gt=day), effective_on__lte=day)

    def state(self) -> "RecordQuerySet":
        """One text that no record written or retracted among these leaves as it was; read alone, or as a Subquery."""
        number, text = {"output_field": models.IntegerField()}, {"output_field": models.CharField()}
        parts = (
            Coalesce(Func(F("pk"), function="MAX", **number), 0),
            Func(F("pk"), function="COUNT", **number),
            Coalesce(Cast(Func(F("retracted_at"), function="MAX", **text), models.CharField()), Value("")),
        )
        first, count, retracted = (Cast(part, models.CharField()) for part in parts)
        named = Concat(first, Value(","), count, Value(","), retracted, **text)
        return self.order_by().annotate(state=named).values_list("state", flat=True)


class FacilityRecord(FacilityState):
    """设施状态记录: how a facility stood from `effective_on` until `until` (exclusive), who recorded it and from which cells.

    `asserted` lists the fields this record itself says; the others are carried over from the state before.
    `sources` maps a field to `sheet!cell` of the upload that said it.
    """

    scope_lookups = ("facility__township__path",)

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="records", verbose_name="设施")
    effective_on = models.DateField("生效日期")
    until = models.DateField("至", null=True, blank=True)
    asserted = models.JSONField("本次登记的内容", default=list)
    sources = models.JSONField("单元格出处", default=dict, blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="facility_records", verbose_name="来源表格"
    )
    reason = models.CharField("说明", max_length=300, blank=True)
    retracted_at = models.DateTimeField("撤销时间", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "设施状态记录"
        ordering = ["facility", "effective_on", "pk"]
        indexes = [models.Index(fields=["facility", "effective_on"], name="facilities_record_by_day")]
        constraints = [
            *state_constraints("facilities_facilityrecord"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("effective_on")),
                name="facilities_facilityrecord_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["facility"],
                condition=Q(until__isnull=True, retracted_at__isnull=True),
                name="facilities_facilityrecord_one_latest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility} {self.effective_on}"
