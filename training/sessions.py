"""Training sessions and who completed them."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped
from eldercare.signatures import moment, together
from eldercare.signatures import person as signer
from eldercare.uploads import Upload
from training.people import Person
from training.quotas import TrainingRole


class TrainingSession(Scoped):
    """培训班: one course for one role, from a day to a day. A cancelled one keeps its rows and counts nothing."""

    scope_lookups = ("district__path",)

    district = models.ForeignKey(Region, models.PROTECT, related_name="training_sessions", verbose_name="区县")
    title = models.CharField("培训班名称", max_length=100)
    role = models.CharField("培训对象", max_length=20, choices=TrainingRole)
    starts_on = models.DateField("开班日期")
    ends_on = models.DateField("结业日期")
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    capacity = models.PositiveSmallIntegerField(
        "名额", null=True, blank=True, validators=[MinValueValidator(1)], help_text="最多收多少人；不限的留空。"
    )
    place = models.CharField("地点", max_length=100, blank=True)
    organiser = models.CharField("承办单位", max_length=100, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)
    created_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )
    cancelled_at = moment("取消时间")
    cancelled_by = signer("取消人")

    class Meta:
        verbose_name = verbose_name_plural = "培训班"
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="training_session_ends_after_it_begins",
                violation_error_message="结业日期不能早于开班日期。",
            ),
            models.CheckConstraint(condition=together("cancelled"), name="training_session_cancelled_by_someone"),
            models.UniqueConstraint(
                fields=["district", "title", "starts_on"],
                name="training_session_once",
                violation_error_message="同名、同日开班的培训班已经登记。",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(Scoped):
    """参训记录: one person in one session; `unit` is the quota's unit that the person counts for."""

    scope_lookups = ("session__district__path",)

    session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="attendances", verbose_name="培训班")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendances", verbose_name="姓名")
    unit = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在单位（区划）"
    )
    unit_name = models.CharField("所在单位", max_length=60)
    completed = models.BooleanField("结业")
    sources = models.JSONField("单元格出处", default=dict, blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="attendances", verbose_name="来源表格"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )
    retracted_at = moment("撤销时间")
    retracted_by = signer("撤销人")

    class Meta:
        verbose_name = verbose_name_plural = "参训记录"
        ordering = ["session", "unit_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "person"],
                condition=Q(retracted_at__isnull=True),
                name="training_attendance_once",
                violation_error_message="这个人已在本班名册里。",
            ),
            models.CheckConstraint(condition=together("retracted"), name="training_attendance_retracted_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.person}"
