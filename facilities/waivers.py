"""Waivers: a justified deviation from one principle, proposed by the reviewer, consented to by a third person."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare.review import Move, Reviewable
from eldercare.signatures import both, different, moment, person
from facilities.acceptance import AcceptanceReview
from facilities.facility import Facility
from facilities.rules import waivers as rules


class Waiver(Reviewable):
    """偏差说明（豁免）: bound to facility, requirement, edition, class and the value measured then.

    It counts from `effective_on` until `ended_on` (exclusive; the day it was taken back). A value that worsens or becomes
    unknown ends its effect by itself. `submitted_by` is who submitted the review it was proposed in.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待同意"
        CONSENTED = "consented", "已同意"
        REFUSED = "refused", "不同意"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "已收回"

    MOVES = (
        Move("consent", "同意偏差", (Status.PROPOSED,), Status.CONSENTED, "facilities.consent_waiver",
             stamps="decided", apart_from=("submitted_by", "proposed_by"), style="primary"),
        Move("refuse", "不同意", (Status.PROPOSED,), Status.REFUSED, "facilities.consent_waiver",
             stamps="decided", apart_from=("submitted_by", "proposed_by"), comment_required=True),
        Move("withdraw", "撤回", (Status.PROPOSED,), Status.WITHDRAWN, "facilities.propose_waiver",
             stamps="withdrawn", style="danger"),
        Move("revoke", "收回同意", (Status.CONSENTED,), Status.REVOKED, "facilities.consent_waiver",
             stamps="revoked", comment_required=True, style="danger"),
    )  # fmt: skip
    scope_lookups = ("facility__township__path",)

    review = models.ForeignKey(AcceptanceReview, models.PROTECT, related_name="waivers", verbose_name="验收审核")
    facility = models.ForeignKey(Facility, models.PROTECT, related_name="waivers", verbose_name="设施")
    requirement = models.CharField("条款标识", max_length=80)
    edition = models.CharField("标准版本标识", max_length=60)
    yardstick = models.CharField("类别", max_length=20, blank=True)
    label = models.CharField("条款", max_length=120)
    clause = models.CharField("条款号", max_length=80)
    measured = models.JSONField("当时的值", null=True)
    measured_text = models.CharField("当时的情况", max_length=200, blank=True)
    gap_text = models.CharField("差距", max_length=200, blank=True)
    justification = models.TextField("理由")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PROPOSED, editable=False)
    submitted_by = person("验收提交人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now, editable=False)
    proposed_by = person("提出人")
    decided_at = moment("决定时间")
    decided_by = person("决定人")
    effective_on = models.DateField("生效日期", null=True, blank=True, editable=False)
    withdrawn_at = moment("撤回时间")
    withdrawn_by = person("撤回人")
    revoked_at = moment("收回时间")
    revoked_by = person("收回人")
    ended_on = models.DateField("终止日期", null=True, blank=True, editable=False)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "偏差说明"
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "requirement", "edition", "yardstick"],
                condition=Q(status="proposed"),
                name="facilities_waiver_one_proposed",
                violation_error_message="这一条款已有一份待同意的偏差说明。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "consented", "refused", "withdrawn", "revoked"])
                & ~Q(justification="")
                & Q(submitted_by__isnull=False, proposed_by__isnull=False),
                name="facilities_waiver_is_justified_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "withdrawn"]) & both("decided", set_=False)
                | Q(status__in=["consented", "refused", "revoked"]) & both("decided", set_=True),
                name="facilities_waiver_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["consented", "revoked"], effective_on__isnull=False)
                | Q(status__in=["proposed", "refused", "withdrawn"], effective_on__isnull=True),
                name="facilities_waiver_consented_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn") & both("withdrawn", set_=True)
                | ~Q(status="withdrawn") & both("withdrawn", set_=False),
                name="facilities_waiver_withdrawn_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", ended_on__isnull=False) & both("revoked", set_=True)
                | ~Q(status="revoked") & Q(ended_on__isnull=True) & both("revoked", set_=False),
                name="facilities_waiver_revoked_by_someone",
            ),
            models.CheckConstraint(
                condition=different("submitted_by", "proposed_by")
                & different("decided_by", "submitted_by")
                & different("decided_by", "proposed_by"),
                name="facilities_waiver_three_persons",
                violation_error_message="验收提交人、偏差提出人和同意人必须是三个人。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.facility} {self.label}偏差说明"

    def as_rule(self) -> rules.Waiver:
        """The waiver as the rules understand it."""
        return rules.Waiver(self.requirement, self.edition, self.measured, str(self.pk), self.yardstick)
