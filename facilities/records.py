"""Dated records beside the register: contracts, declarations, sharing and exemptions, each with evidence and author."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped, ScopedQuerySet
from facilities.facility import Facility
from facilities.kinds import Operation


class DatedQuerySet(ScopedQuerySet):
    """Records by day; `ends_on` is the last day they hold."""

    def on(self, day) -> "DatedQuerySet":
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )


class DatedRecord(Scoped):
    """Something a person recorded as true from a day to a day, with its evidence."""

    starts_on = models.DateField("起始日期", null=True, blank=True, help_text="留空表示一直如此。")
    ends_on = models.DateField("截止日期", null=True, blank=True, help_text="最后一天；留空表示至今有效。")
    evidence = models.CharField("依据或证据", max_length=300, blank=True)
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人", editable=False
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(app_label)s_%(class)s_ends_after_it_begins",
                violation_error_message="截止日期不能早于起始日期。",
            )
        ]


class OperatorContract(DatedRecord):
    """运营合同: who runs a facility from when to when; it outranks what the monthly sheet says."""

    scope_lookups = ("facility__township__path",)

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="contracts", verbose_name="设施")
    operator = models.CharField("运营单位", max_length=100)
    operation = models.CharField("运营方式", max_length=30, choices=Operation)

    class Meta(DatedRecord.Meta):
        verbose_name = verbose_name_plural = "运营合同"
        ordering = ["facility", "starts_on"]

    def __str__(self) -> str:
        return f"{self.facility} {self.operator}"


class Declaration(DatedRecord):
    """认定: what a person declared of a facility or a unit for the standards (老年人口较少, 有条件 …), with evidence."""

    scope_lookups = ("scope_region__path",)

    fact = models.CharField("认定事项", max_length=80)
    facility = models.ForeignKey(
        Facility, models.CASCADE, null=True, blank=True, related_name="declarations", verbose_name="设施"
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="declarations", verbose_name="单位"
    )
    scope_region = models.ForeignKey(Region, models.PROTECT, related_name="+", editable=False)
    value = models.JSONField("认定结果")

    class Meta(DatedRecord.Meta):
        verbose_name = verbose_name_plural = "条件认定"
        ordering = ["fact", "-starts_on", "-pk"]
        constraints = [
            *DatedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(facility__isnull=False, region__isnull=True)
                | Q(facility__isnull=True, region__isnull=False),
                name="facilities_declaration_of_one_subject",
                violation_error_message="认定的对象是一个设施或一个单位。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility or self.region} {self.fact}"

    def save(self, *args, **kwargs) -> None:
        self.scope_region = self.facility.township if self.facility_id else self.region
        super().save(*args, **kwargs)


class ServiceLink(DatedRecord):
    """共享服务关系: a facility that also serves another community or village."""

    scope_lookups = ("facility__township__path",)

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="links", verbose_name="设施")
    region = models.ForeignKey(Region, models.PROTECT, related_name="served_by", verbose_name="覆盖的村（社区）")

    class Meta(DatedRecord.Meta):
        verbose_name = verbose_name_plural = "共享服务关系"
        ordering = ["facility", "region"]

    def __str__(self) -> str:
        return f"{self.facility} → {self.region}"

    def clean(self) -> None:
        """A facility serves units of its own district."""
        if self.facility_id and self.region_id and not self.region.path.startswith(self.facility.district.path):
            raise ValidationError({"region": "只能与本区县的村（社区）共享。"})


class Exemption(DatedRecord):
    """豁免: a village that need not have a point of its own, and why."""

    class Reason(models.TextChoices):
        TO_BE_MERGED = "to_be_merged", "即将合并撤销"
        HOSTS_CENTRE = "hosts_centre", "乡镇养老服务中心所在村"

    scope_lookups = ("region__path",)

    region = models.ForeignKey(Region, models.PROTECT, related_name="exemptions", verbose_name="村（社区）")
    reason = models.CharField("豁免理由", max_length=20, choices=Reason)

    class Meta(DatedRecord.Meta):
        verbose_name = verbose_name_plural = "设点豁免"
        ordering = ["region", "starts_on"]

    def __str__(self) -> str:
        return f"{self.region} {self.get_reason_display()}"
