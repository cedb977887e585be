"""Subsidy claims: computed from the scheme and the accepted facts, approved and paid by other people than their drafter."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from eldercare.regions import Region
from eldercare.review import Move, MoveRefused, Reviewable
from eldercare.scoping import Scoped
from eldercare.signatures import both, different, moment, person, together
from facilities.models import Facility
from subsidies.budgets import Budget, money
from subsidies.schemes import SubsidyScheme


class SubsidyClaim(Reviewable):
    """补助申请: one scheme's amount for one key (a facility, or a township's bundle), in yuan.

    `basis` is the entitlement as computed when it was drafted, and again when approved: conditions with clause, measured
    value and truth. `paid_total` is what the ledger sums to. A claim whose ground fell away is flagged, never silently
    changed.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已批准"
        PAID = "paid", "已拨付"
        RECOVERED = "recovered", "已追回"
        WITHDRAWN = "withdrawn", "已撤回"

    LIVE = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.APPROVED, Status.PAID)
    MOVES = (
        Move("submit", "提交审核", (Status.DRAFT, Status.RETURNED), Status.SUBMITTED, "subsidies.submit_subsidyclaim",
             stamps="submitted", clears=("decided", "flagged"), style="primary"),
        Move("approve", "批准", (Status.SUBMITTED,), Status.APPROVED, "subsidies.approve_subsidyclaim",
             stamps="decided", apart_from=("created_by", "submitted_by"), style="primary"),
        Move("send_back", "退回", (Status.SUBMITTED,), Status.RETURNED, "subsidies.approve_subsidyclaim",
             stamps="decided", apart_from=("created_by", "submitted_by"), comment_required=True),
        Move("withdraw", "撤回", (Status.DRAFT, Status.SUBMITTED, Status.RETURNED), Status.WITHDRAWN,
             "subsidies.submit_subsidyclaim", stamps="withdrawn", clears=("flagged",), comment_required=True, style="danger"),
        Move("cancel", "取消批准", (Status.APPROVED,), Status.WITHDRAWN, "subsidies.pay_subsidyclaim",
             stamps="withdrawn", clears=("flagged",), comment_required=True, style="danger"),
        Move("pay_part", "登记分期拨付", (Status.APPROVED,), Status.APPROVED, "subsidies.pay_subsidyclaim",
             stamps="paid", apart_from=("created_by", "submitted_by", "decided_by")),
        Move("pay", "登记拨付", (Status.APPROVED,), Status.PAID, "subsidies.pay_subsidyclaim",
             stamps="paid", apart_from=("created_by", "submitted_by", "decided_by"), style="primary"),
        Move("recover", "登记追回", (Status.APPROVED, Status.PAID), Status.RECOVERED, "subsidies.pay_subsidyclaim",
             stamps="recovered", clears=("flagged",), apart_from=("created_by", "submitted_by"), comment_required=True,
             style="danger"),
        Move("keep", "核实后维持", (Status.APPROVED,), Status.APPROVED, "subsidies.approve_subsidyclaim",
             clears=("flagged",), apart_from=("created_by", "submitted_by"), comment_required=True),
        Move("keep_paid", "核实后维持", (Status.PAID,), Status.PAID, "subsidies.approve_subsidyclaim",
             clears=("flagged",), apart_from=("created_by", "submitted_by"), comment_required=True),
    )  # fmt: skip
    scope_lookups = ("township__path",)

    scheme = models.ForeignKey(SubsidyScheme, models.PROTECT, related_name="claims", verbose_name="补助政策")
    district = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区县", editable=False)
    township = models.ForeignKey(Region, models.PROTECT, related_name="subsidy_claims", verbose_name="乡镇（街道）")
    facility = models.ForeignKey(
        Facility, models.PROTECT, null=True, blank=True, related_name="subsidy_claims", verbose_name="设施"
    )
    key = models.CharField("计发对象", max_length=80, editable=False)
    year = models.PositiveSmallIntegerField("预算年度")
    amount = money("金额（元）")
    paid_total = money("已拨付（元）", default=0, editable=False)
    basis = models.JSONField("计算依据", default=dict, editable=False)
    approved_basis = models.JSONField("批准时的计算依据", null=True, blank=True, editable=False)
    members = models.ManyToManyField(Facility, related_name="bundle_claims", blank=True, verbose_name="打包的设施")
    note = models.CharField("申请说明", max_length=500, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    created_at = models.DateTimeField("起草时间", default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人", editable=False
    )
    submitted_at = moment("提交时间")
    submitted_by = person("提交人")
    decided_at = moment("审核时间")
    decided_by = person("审核人")
    paid_at = moment("拨付登记时间")
    paid_by = person("拨付登记人")
    recovered_at = moment("追回登记时间")
    recovered_by = person("追回登记人")
    withdrawn_at = moment("撤回时间")
    withdrawn_by = person("撤回人")
    flagged_at = moment("预警时间")
    flagged_by = person("引起预警的人")
    flag_reason = models.CharField("预警原因", max_length=300, blank=True, editable=False)

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "补助申请"
        ordering = ["-created_at", "-pk"]
        permissions = [
            ("submit_subsidyclaim", "起草、提交或撤回补助申请"),
            ("approve_subsidyclaim", "审核补助申请"),
            ("pay_subsidyclaim", "登记拨付、追回"),
        ]
        indexes = [models.Index(fields=["district", "year", "status"], name="subsidies_claim_board")]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "key"],
                condition=Q(status__in=["draft", "submitted", "returned", "approved", "paid"]),
                name="subsidies_subsidyclaim_never_twice",
                violation_error_message="这一对象的这项补助已有申请，不能重复申请。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=100_000_000, paid_total__gte=0, paid_total__lte=F("amount")),
                name="subsidies_subsidyclaim_paid_within_amount",
                violation_error_message="拨付金额不能超过批准金额。",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") & both("submitted", set_=False)
                | Q(status__in=["submitted", "returned", "approved", "paid", "recovered"]) & both("submitted", set_=True)
                | Q(status="withdrawn") & together("submitted"),
                name="subsidies_subsidyclaim_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted"]) & both("decided", set_=False)
                | Q(status__in=["returned", "approved", "paid", "recovered"]) & both("decided", set_=True)
                | Q(status="withdrawn") & together("decided"),
                name="subsidies_subsidyclaim_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "returned"], paid_total=0) & both("paid", set_=False)
                | Q(status="approved", paid_total__lt=F("amount")) & together("paid")
                | Q(status="paid", paid_total=F("amount")) & both("paid", set_=True)
                | Q(status="recovered", paid_total=0) & both("paid", set_=True)
                | Q(status="withdrawn", paid_total=0) & together("paid"),
                name="subsidies_subsidyclaim_paid_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "paid", "recovered"], approved_basis__isnull=False)
                | Q(status__in=["draft", "submitted", "returned", "withdrawn"]),
                name="subsidies_subsidyclaim_approved_with_its_basis",
            ),
            models.CheckConstraint(
                condition=Q(status="recovered") & both("recovered", set_=True)
                | ~Q(status="recovered") & both("recovered", set_=False),
                name="subsidies_subsidyclaim_recovered_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn") & both("withdrawn", set_=True)
                | ~Q(status="withdrawn") & both("withdrawn", set_=False),
                name="subsidies_subsidyclaim_withdrawn_by_someone",
            ),
            models.CheckConstraint(condition=together("flagged"), name="subsidies_subsidyclaim_flagged_by_someone"),
            models.CheckConstraint(
                condition=different("submitted_by", "decided_by")
                & different("created_by", "decided_by")
                & different("paid_by", "created_by")
                & different("paid_by", "submitted_by")
                & different("paid_by", "decided_by"),
                name="subsidies_subsidyclaim_three_persons",
                violation_error_message="起草、审核和拨付必须由不同的人办理。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.facility or self.township} {self.scheme}"

    def save(self, *args, **kwargs) -> None:
        """Save anything but a decision about money without the money's own record, which its service makes."""
        if self.status == self.Status.APPROVED and self.approved_basis is None:
            raise MoveRefused("请填写资金安排后批准。")
        if self.status == self.Status.PAID and self.paid_total != self.amount:
            raise MoveRefused("请填写金额、日期、预算和凭证后登记拨付。")
        if self.status == self.Status.RECOVERED and self.paid_total:
            raise MoveRefused("请填写追回的日期和凭证后登记追回。")
        super().save(*args, **kwargs)


class ClaimShare(Scoped):
    """资金安排: how much of an approved claim one budget bears; the shares of a claim add up to its amount."""

    scope_lookups = ("claim__township__path",)

    claim = models.ForeignKey(SubsidyClaim, models.CASCADE, related_name="shares", verbose_name="补助申请")
    budget = models.ForeignKey(Budget, models.PROTECT, related_name="shares", verbose_name="资金预算")
    amount = money("金额（元）")

    class Meta:
        verbose_name = verbose_name_plural = "资金安排"
        ordering = ["claim", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "budget"], name="subsidies_claimshare_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="subsidies_claimshare_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.claim} {self.budget}"
