"""Acceptance: one review of one facility against its own district's standard, decided by another person than its drafter."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from eldercare.review import Move, Reviewable
from facilities.facility import Facility
from facilities.standards import StandardEdition


def _person(label: str) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label,
        editable=False,
    )  # fmt: skip


def _moment(label: str) -> models.DateTimeField:
    return models.DateTimeField(label, null=True, blank=True, editable=False)


class AcceptanceReview(Reviewable):
    """验收审核. An accepted review keeps a frozen copy of the values, requirement texts, edition and findings it rested on."""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        ACCEPTED = "accepted", "验收合格"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "已撤销验收"

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
    MOVES = (
        Move("submit", "提交审核", (Status.DRAFT, Status.RETURNED), Status.SUBMITTED,
             "facilities.submit_acceptancereview", stamps="submitted", clears=("decided",), style="primary"),
        Move("accept", "验收合格", (Status.SUBMITTED,), Status.ACCEPTED,
             "facilities.decide_acceptancereview", stamps="decided", apart_from=("submitted_by",), style="primary"),
        Move("send_back", "退回", (Status.SUBMITTED,), Status.RETURNED,
             "facilities.decide_acceptancereview", stamps="decided", apart_from=("submitted_by",), comment_required=True),
        Move("withdraw", "撤回", OPEN, Status.WITHDRAWN,
             "facilities.submit_acceptancereview", stamps="withdrawn", comment_required=True, style="danger"),
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
    submitted_at = _moment("提交时间")
    submitted_by = _person("提交人")
    decided_at = _moment("审核时间")
    decided_by = _person("审核人")
    withdrawn_at = _moment("撤回时间")
    withdrawn_by = _person("撤回人")
    revoked_at = _moment("撤销时间")
    revoked_by = _person("撤销人")
    accepted_on = models.DateField("验收日期", null=True, blank=True, editable=False)
    edition = models.ForeignKey(
        StandardEdition, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据的标准版本",
        editable=False,
    )  # fmt: skip
    frozen = models.JSONField("验收时的依据", null=True, blank=True, editable=False)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "验收审核"
        ordering = ["created_at", "pk"]
        permissions = [
            ("submit_acceptancereview", "提交或撤回验收审核"),
            ("decide_acceptancereview", "审核验收"),
            ("consent_waiver", "同意偏差说明"),
            ("revoke_acceptancereview", "撤销验收"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["facility"],
                condition=Q(status__in=["draft", "submitted", "returned"]),
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
                condition=Q(status="draft", submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(status__in=["submitted", "returned", "accepted", "revoked"], submitted_at__isnull=False,
                    submitted_by__isnull=False)
                | Q(status="withdrawn"),
                name="facilities_acceptancereview_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted"], decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["returned", "accepted", "revoked"], decided_at__isnull=False, decided_by__isnull=False)
                | Q(status="withdrawn"),
                name="facilities_acceptancereview_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True),
                name="facilities_acceptancereview_withdrawn_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", revoked_at__isnull=False, revoked_by__isnull=False)
                | ~Q(status="revoked") & Q(revoked_at__isnull=True, revoked_by__isnull=True),
                name="facilities_acceptancereview_revoked_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["accepted", "revoked"], accepted_on__isnull=False, frozen__isnull=False)
                | ~Q(status__in=["accepted", "revoked"]) & Q(accepted_on__isnull=True),
                name="facilities_acceptancereview_accepted_with_evidence",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(submitted_by__isnull=True) | ~Q(decided_by=F("submitted_by")),
                name="facilities_acceptancereview_two_persons",
                violation_error_message="提交人与审核人不能是同一人。",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True) | ~Q(revoked_by=F("decided_by")),
                name="facilities_acceptancereview_revoked_by_another",
                violation_error_message="撤销验收与原审核不能是同一人。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.facility} 验收"
