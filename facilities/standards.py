"""Standards as data: dated editions of a policy and one row per requirement, exactly as the policy folder states it."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models
from django.db.models import F, FilteredRelation, Q

from eldercare.policies import Policy, unpack
from eldercare.review import Move, Reviewable
from eldercare.scoping import Scoped, ScopedQuerySet
from facilities.rules import editions, requirements

# Editions as parsed from what was loaded at a moment; a process forgets them all rather than grow.
MOST_PARSED = 500
PARSED: dict[tuple[int, datetime], requirements.Edition] = {}


class EditionQuerySet(ScopedQuerySet):
    """Editions by district and day."""

    def of(self, district) -> "list[StandardEdition]":
        """The editions of a district in the order they begin; of one day, that of a superseded policy first."""
        return _in_order(self.filter(policy__district=district).select_related("policy"))

    def in_force(self, district, day) -> "StandardEdition | None":
        """The edition of a district on a day: the latest begun, unless it has ended; before the first one begins, that one."""
        return editions.standing(self.of(district), day)

    def measuring(self, district, day) -> "tuple[StandardEdition | None, list[tuple[str, str]]]":
        """The edition of a district on a day with the (listed, counted) zone names confirmed for it: one query."""
        confirmed = FilteredRelation(
            "policy__zone_aliases", condition=Q(policy__zone_aliases__status=ZoneAlias.Status.CONFIRMED)
        )
        rows = self.filter(policy__district=district).select_related("policy").annotate(confirmed=confirmed)
        rows = list(rows.annotate(listed=F("confirmed__listed"), counted=F("confirmed__counted")))
        found = editions.standing(_in_order({row.pk: row for row in rows}.values()), day)
        names = {(row.listed, row.counted) for row in rows if row.listed and found and found.keeps_rows_of(row.policy)}
        return found, sorted(names)


def _in_order(rows: "Iterable[StandardEdition]") -> "list[StandardEdition]":
    """Editions in the order they begin; of one day, that of a superseded policy first."""
    rows = list(rows)
    superseded = {edition.policy.supersedes_id for edition in rows}
    return sorted(rows, key=lambda e: (e.starts or date.min, e.policy_id not in superseded, e.key))


class StandardEdition(Scoped):
    """标准版本: the standards of one policy from a day to a day (`valid_to` is exclusive); no printed day means always.

    `body` is the standards.toml without its requirements; of an amendment the whole that results, and under "amendment" what
    it states itself (facilities.amendments).
    """

    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="standard_editions", verbose_name="政策")
    key = models.CharField("标识", max_length=60)
    valid_from = models.DateField("生效日期", null=True, blank=True)
    valid_to = models.DateField("失效日期", null=True, blank=True)
    dates_from = models.CharField("日期来源", max_length=20, default="printed")
    body = models.JSONField("条件与类别表", default=dict)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标准版本"
        ordering = ["policy", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "key"], name="facilities_standardedition_key_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="facilities_standardedition_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}（{self.valid_from or '无印发日期'}起）"

    @property
    def starts(self) -> date | None:
        """First day in force: as printed, else 1 January of the printed year; None means always."""
        year = self.body.get("edition", {}).get("year")
        return self.valid_from or (date(year, 1, 1) if year else None)

    @property
    def amendment(self) -> dict:
        """What makes this edition an amendment (see facilities.amendments); empty for one that stands by itself."""
        return self.body.get("amendment", {})

    @property
    def carried_policies(self) -> set[str]:
        """The slugs of the policies whose rows still stand in an amendment."""
        return set(self.amendment.get("origin", {}).values())

    @property
    def ends(self) -> date | None:
        """First day no longer in force; the loader has turned the printed last day into it."""
        return self.valid_to

    def keeps_rows_of(self, policy: Policy) -> bool:
        """Whether rows of a policy stand in this edition: its own, and those that an amendment carries on."""
        return policy.pk == self.policy_id or policy.slug in self.carried_policies

    def holds_on(self, day) -> bool:
        """Whether the edition has begun and not ended on a day; a later one may have taken its place."""
        return (self.starts is None or self.starts <= day) and editions.standing([self], day) is not None

    def data(self) -> dict:
        """The whole edition as a standards.toml holds it: one query for its rows."""
        data = unpack({key: value for key, value in self.body.items() if key != "amendment"})
        data["requirement"] = [unpack(row.body) for row in self.requirements.all()]
        return data

    def rules(self) -> requirements.Edition:
        """The edition as the rules understand it: one query for its rows, none while the policy is the one loaded last.

        An edition changes by loading only, which stamps its policy anew; a policy that was never loaded is read each time.
        """
        stamp = self.policy.loaded_at
        if stamp is None:
            return requirements.parse_edition(self.data())
        if (self.pk, stamp) not in PARSED:
            if len(PARSED) >= MOST_PARSED:
                PARSED.clear()
            PARSED[self.pk, stamp] = requirements.parse_edition(self.data())
        return PARSED[self.pk, stamp]


class Requirement(Scoped):
    """标准条款: one requirement with its clause and modality; `body` holds the row of the policy folder unchanged."""

    class Modality(models.TextChoices):
        MUST = "must", "应（必须）"
        PRINCIPLE = "principle", "原则上"
        CONDITIONAL = "conditional", "有条件的"
        SHOULD = "should", "宜"
        MAY = "may", "可"

    scope_lookups = ("edition__policy__district__path",)

    edition = models.ForeignKey(StandardEdition, models.CASCADE, related_name="requirements", verbose_name="标准版本")
    position = models.PositiveSmallIntegerField("序号")
    key = models.CharField("标识", max_length=80)
    label = models.CharField("要求", max_length=120)
    clause = models.CharField("条款", max_length=80)
    subject = models.CharField("对象", max_length=20, default="facility")
    applies_to = models.JSONField("适用设施类型", default=list)
    kind = models.CharField("类别", max_length=20)
    modality = models.CharField("约束程度", max_length=12, choices=Modality)
    wording = models.CharField("印发用词", max_length=40)
    body = models.JSONField("条款内容")

    class Meta:
        verbose_name = verbose_name_plural = "标准条款"
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="facilities_requirement_key_once"),
        ]

    def __str__(self) -> str:
        return self.label


class FunctionZone(models.Model):
    """功能区目录: every zone name that a policy prints; a facility's zones are ticked from it."""

    name = models.CharField("功能区", max_length=30, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "功能区目录"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ZoneAlias(Reviewable):
    """功能区别名: under one policy, another name that counts as the listed zone once a person has confirmed it."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已否定"

    MOVES = (
        Move("confirm", "确认等同", (Status.PROPOSED, Status.REJECTED), Status.CONFIRMED, "facilities.decide_zonealias",
             stamps="decided", style="primary"),
        Move("reject", "不等同", (Status.PROPOSED, Status.CONFIRMED), Status.REJECTED, "facilities.decide_zonealias",
             stamps="decided"),
    )  # fmt: skip
    scope_lookups = ("policy__district__path",)

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="zone_aliases", verbose_name="政策")
    listed = models.CharField("条款列出的功能区", max_length=30)
    counted = models.CharField("可视同的名称", max_length=30)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PROPOSED, editable=False)
    decided_at = models.DateTimeField("认定时间", null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        "eldercare.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="认定人", editable=False
    )

    class Meta(Reviewable.Meta):
        verbose_name = verbose_name_plural = "功能区别名"
        permissions = [("decide_zonealias", "认定功能区别名")]
        constraints = [
            models.UniqueConstraint(fields=["policy", "listed", "counted"], name="facilities_zonealias_once"),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | Q(status__in=["confirmed", "rejected"], decided_at__isnull=False, decided_by__isnull=False),
                name="facilities_zonealias_status_tied_to_time_and_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counted} 视同 {self.listed}"
