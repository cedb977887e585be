"""Village teams by roster: who assists, who belongs to the association, who volunteers (巫溪 二(二), 三(三)2, 附件3)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped
from eldercare.signatures import moment, together
from eldercare.signatures import person as signer
from eldercare.uploads import Upload
from training.people import Person

CORRECTED = "corrected"
"""Where `sources` of a member keeps why the row stands in the place of another."""


class TeamKind(models.TextChoices):
    """队伍类别."""

    ASSISTANT = "assistant", "养老助理"
    ASSOCIATION = "association", "老年协会"
    VOLUNTEERS = "volunteers", "志愿服务队"
    MUTUAL_HELP = "mutual_help", "互助小组"


class TeamMember(Scoped):
    """队伍成员: one person in one team of one village from a day until a day (inclusive)."""

    scope_lookups = ("village__path",)

    village = models.ForeignKey(Region, models.PROTECT, related_name="team_members", verbose_name="村（社区）")
    kind = models.CharField("队伍类别", max_length=12, choices=TeamKind)
    team = models.CharField("队伍名称", max_length=60, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="姓名")
    duty = models.CharField("职务", max_length=40, blank=True)
    starts_on = models.DateField("加入日期", null=True, blank=True)
    ends_on = models.DateField("退出日期", null=True, blank=True)
    sources = models.JSONField("单元格出处", default=dict, blank=True)
    upload = models.ForeignKey(
        Upload, models.PROTECT, null=True, blank=True, related_name="team_members", verbose_name="来源表格"
    )
    recorded_at = models.DateTimeField("登记时间", default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )
    retracted_at = moment("撤销时间")
    retracted_by = signer("撤销人")

    class Meta:
        verbose_name = verbose_name_plural = "队伍成员"
        ordering = ["village", "kind", "team", "pk"]
        indexes = [models.Index(fields=["village", "kind"], name="training_team_of_village")]
        constraints = [
            models.UniqueConstraint(
                fields=["village", "kind", "team", "person"],
                condition=Q(retracted_at__isnull=True, ends_on__isnull=True),
                name="training_teammember_once",
                violation_error_message="这个人已在这支队伍的名册里。",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="training_teammember_ends_after_it_begins",
                violation_error_message="退出日期不能早于加入日期。",
            ),
            models.CheckConstraint(condition=together("retracted"), name="training_teammember_retracted_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.village} {self.get_kind_display()} {self.person}"
