"""Policies: the documents that every standard, plan, scheme, quota and indicator cites by clause."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped


class Policy(Scoped):
    """政策文件: one document of one district, loaded from a folder. Dates that are not printed stay empty."""

    scope_lookups = ("district__path",)

    slug = models.SlugField("标识", max_length=60, unique=True)
    title = models.CharField("标题", max_length=200)
    short_title = models.CharField("简称", max_length=60)
    document_number = models.CharField("文号", max_length=60, blank=True)
    district = models.ForeignKey(Region, models.PROTECT, related_name="policies", verbose_name="区县")
    issued_on = models.DateField("印发日期", null=True, blank=True)
    effective_on = models.DateField("施行日期", null=True, blank=True)
    dates_from = models.CharField("日期来源", max_length=20, default="printed")
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name="替代文件"
    )
    division_edition = models.DateField("制定时的区划版本", null=True, blank=True)
    coverage = models.JSONField("覆盖口径", default=dict, blank=True)
    body = models.JSONField("文件要素", default=dict, blank=True)
    loaded_at = models.DateTimeField("载入时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策文件"
        ordering = ["district__path", "issued_on", "slug"]

    def __str__(self) -> str:
        return self.short_title or self.title


class PolicyConflict(Scoped):
    """存疑与矛盾: a place where a policy contradicts itself or its own figures; kept and shown, never resolved silently."""

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="conflicts", verbose_name="政策")
    key = models.CharField("标识", max_length=80)
    kind = models.CharField("类别", max_length=30)
    label = models.CharField("说明", max_length=300)
    clause = models.CharField("条款", max_length=80)
    ids = models.JSONField("涉及条目", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "存疑与矛盾"
        ordering = ["policy", "key"]
        constraints = [models.UniqueConstraint(fields=["policy", "key"], name="eldercare_policyconflict_key_once")]

    def __str__(self) -> str:
        return self.label


class PolicyClause(Scoped):
    """条款: one numbered clause of the text and how the portal holds it, so that a page can say how much is executed."""

    class Encoding(models.TextChoices):
        ENCODED = "encoded", "可执行"
        MANUAL = "manual", "人工核查"
        REFERENCE = "reference", "引用标准"
        TEXT = "text", "仅文字"

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="clauses", verbose_name="政策")
    clause = models.CharField("条款", max_length=80)
    position = models.PositiveSmallIntegerField("序号")
    label = models.CharField("内容", max_length=200)
    encoding = models.CharField("执行方式", max_length=10, choices=Encoding)

    class Meta:
        verbose_name = verbose_name_plural = "政策条款"
        ordering = ["policy", "position"]
        constraints = [models.UniqueConstraint(fields=["policy", "clause"], name="eldercare_policyclause_once")]

    def __str__(self) -> str:
        return f"{self.clause} {self.label}"


class PolicyLoad(Scoped):
    """载入记录: what one load of a policy's folder changed. Added to, never edited."""

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="loads", verbose_name="政策")
    at = models.DateTimeField("载入时间", default=timezone.now)
    summary = models.CharField("变化", max_length=200)
    lines = models.JSONField("逐条变化", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "政策载入记录"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.policy} {self.at:%Y-%m-%d}"


def pack(value):
    """A TOML value as JSON that gives exactly the same value back: decimals and dates are marked."""
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    return {"$date": value.isoformat()} if isinstance(value, date) else value


def unpack(value):
    """The TOML value that `pack` stored."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$decimal" in value:
        return Decimal(value["$decimal"])
    if "$date" in value:
        return date.fromisoformat(value["$date"])
    return {key: unpack(item) for key, item in value.items()}
