"""Acceptance: one review of one facility against its own district's standard, decided by another person than its drafter."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from eldercare.review import Move, Reviewable
from eldercare.signatures import both, different, moment, person, together
from facilities.facility import Facility
from facilities.standards import StandardEdition


class AcceptanceReview(Reviewable):
    """验收审核. An accepted review keeps a frozen copy of the values, requirement texts, edition and findings it rested on.

    Three persons sign: who submits, who reviews, and who consents to a deviation. `reviewer` is whom the case was given to;
    `recheck` is the copy that a later 复核 rested on.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待受理"
        REVIEWING = "reviewing", "审核中"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "验收合格"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "已撤销验收"

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.REVIEWING, Status.RETURNED)
    MOVES = (
        Move("submit", "提交审核", (Status.DRAFT, Status.RETURNED), Status.SUBMITTED,
             "facilities.submit_acceptancereview", stamps="submitted", clears=("decided", "assigned"),
             empties=("reviewer",), style="primary"),
        Move("take", "受理", (Status.SUBMITTED,), Status.REVIEWING,
             "facilities.decide_acceptancereview", stamps="assigned", apart_from=("submitted_by",), style="primary"),
        Move("assign", "分派", (Status.SUBMITTED, Status.REVIEWING), Status.REVIEWING,
             "facilities.assign_acceptancereview", stamps="assigned"),
        Move("accept", "验收合格", (Status.REVIEWING,), Status.ACCEPTED,
             "facilities.decide_acceptancereview", stamps="decided", apart_from=("submitted_by",), style="primary"),
        Move("send_back", "退回", (Status.REVIEWING,), Status.RETURNED,
             "facilities.decide_acceptancereview", stamps="decided", apart_from=("submitted_by",), comment_required=True),
        Move("withdraw", "撤回", OPEN, Status.WITHDRAWN,
             "facilities.submit_acceptancereview", stamps="withdrawn", comment_required=True, style="danger"),
        Move("recheck", "复核", (Status.ACCEPTED,), Status.ACCEPTED,
             "facilities.decide_acceptancereview", stamps="rechecked", apart_from=("submitted_by",), comment_required=True),
        Move("revoke", "撤销验收", (Status.ACCEPTED,), Status.REVOKED,
             "facilities.revoke_acceptancereview", stamps="revoked", apart_from=("decided_by",), comment_required=True,
             style="danger"),
    )  # fmt: skip
    scope_lookups = ("facility__township__path",)

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="acceptances", verbose_name="设施")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    note = models.CharField("申请说明", max_length=500, blank=True)
    created_at = models.DateTimeField("建立时间", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="建立人", editable=False
    )
    submitted_at = moment("提交时间")
    submitted_by = person("提交人")
    assigned_at = moment("分派时间")
    assigned_by = person("分派人")
    reviewer = person("审核承办人")
    decided_at = moment("审核时间")
    decided_by = person("审核人")
    consented_at = moment("同意偏差时间")
    consented_by = person("同意偏差人")
    withdrawn_at = moment("撤回时间")
    withdrawn_by = person("撤回人")
    rechecked_at = moment("复核时间")
    rechecked_by = person("复核人")
    revoked_at = moment("撤销时间")
    revoked_by = person("撤销人")
    accepted_on = models.DateField("验收日期", null=True, blank=True, editable=False)
    edition = models.ForeignKey(
        StandardEdition, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据的标准版本",
        editable=False,
    )  # fmt: skip
    frozen = models.JSONField("验收时的依据", null=True, blank=True, editable=False)
    recheck = models.JSONField("复核时的依据", null=True, blank=True, editable=False)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "验收审核"
        ordering = ["created_at", "pk"]
        permissions = [
            ("submit_acceptancereview", "提交或撤回验收审核"),
            ("assign_acceptancereview", "分派验收审核"),
            ("decide_acceptancereview", "审核验收"),
            ("propose_waiver", "提出偏差说明"),
            ("consent_waiver", "同意偏差说明"),
            ("revoke_acceptancereview", "撤销验收"),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="facilities_acceptance_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["facility"],
                condition=Q(status__in=["draft", "submitted", "reviewing", "returned"]),
                name="facilities_acceptancereview_one_open",
                violation_error_message="该设施已有一份进行中的验收审核。",
            ),
            models.UniqueConstraint(
                fields=["facility"],
                condition=Q(status="accepted"),
                name="facilities_acceptancereview_one_accepted",
                violation_error_message="该设施已验收合格。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "reviewing", "returned", "accepted", "withdrawn", "revoked"]),
                name="facilities_acceptancereview_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") & both("submitted", set_=False)
                | Q(status__in=["submitted", "reviewing", "returned", "accepted", "revoked"]) & both("submitted", set_=True)
                | Q(status="withdrawn") & together("submitted"),
                name="facilities_acceptancereview_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted"], reviewer__isnull=True) & both("assigned", set_=False)
                | Q(status__in=["reviewing", "returned", "accepted", "revoked"], reviewer__isnull=False)
                & both("assigned", set_=True)
                | Q(status="withdrawn") & together("assigned"),
                name="facilities_acceptancereview_assigned_to_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "reviewing"]) & both("decided", set_=False)
                | Q(status__in=["returned", "accepted", "revoked"], decided_by=F("reviewer")) & both("decided", set_=True)
                | Q(status="withdrawn") & together("decided"),
                name="facilities_acceptancereview_decided_by_its_reviewer",
            ),
            models.CheckConstraint(
                condition=together("consented")
                & (Q(consented_by__isnull=True) | Q(status__in=["accepted", "revoked"])),
                name="facilities_acceptancereview_consent_belongs_to_acceptance",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn") & both("withdrawn", set_=True)
                | ~Q(status="withdrawn") & both("withdrawn", set_=False),
                name="facilities_acceptancereview_withdrawn_by_someone",
            ),
            models.CheckConstraint(
                condition=both("rechecked", set_=False) & Q(recheck__isnull=True)
                | Q(status__in=["accepted", "revoked"], recheck__isnull=False) & both("rechecked", set_=True),
                name="facilities_acceptancereview_rechecked_with_evidence",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked") & both("revoked", set_=True)
                | ~Q(status="revoked") & both("revoked", set_=False),
                name="facilities_acceptancereview_revoked_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["accepted", "revoked"], accepted_on__isnull=False, frozen__isnull=False)
                | ~Q(status__in=["accepted", "revoked"]) & Q(accepted_on__isnull=True, frozen__isnull=True),
                name="facilities_acceptancereview_accepted_with_evidence",
            ),
            models.CheckConstraint(
                condition=different("submitted_by", "reviewer") & different("submitted_by", "decided_by"),
                name="facilities_acceptancereview_submitter_does_not_review",
                violation_error_message="提交人与审核人不能是同一人。",
            ),
            models.CheckConstraint(
                condition=different("consented_by", "submitted_by") & different("consented_by", "decided_by"),
                name="facilities_acceptancereview_consent_by_a_third_person",
                violation_error_message="同意偏差的人不能是提交人或审核人。",
            ),
            models.CheckConstraint(
                condition=different("rechecked_by", "submitted_by"),
                name="facilities_acceptancereview_submitter_does_not_recheck",
                violation_error_message="提交人与复核人不能是同一人。",
            ),
            models.CheckConstraint(
                condition=different("revoked_by", "decided_by"),
                name="facilities_acceptancereview_revoked_by_another",
                violation_error_message="撤销验收与原审核不能是同一人。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.facility} 验收"
