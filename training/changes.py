"""What became of a person of the rosters: moved to another unit, entered wrongly and corrected, registered twice and merged."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from eldercare.regions import Region
from eldercare.scoping import Scoped
from eldercare.signatures import moment, together
from eldercare.signatures import person as signer
from training.people import Person


class Change(models.TextChoices):
    """变更类别."""

    MOVED = "moved", "调动"
    CORRECTED = "corrected", "更正"
    MERGED = "merged", "合并"


class PersonChange(Scoped):
    """人员变更: one change of a person's entry with its reason; it is retracted, never deleted.

    A move has the day from which the person belongs to the new unit. A correction says that the entry was wrong from the
    outset and has no day; `name_before` goes when the person's data are cleared. `other` is the entry that was merged.
    `detail` keeps what to put back: of moves and corrections `refiled`, the unit that each attendance counted for before
    ({attendance: [unit id, name]}), of merges the ids of the rows that were taken over or retracted.
    """

    scope_lookups = ("person__district__path",)

    person = models.ForeignKey(Person, models.PROTECT, related_name="changes", verbose_name="姓名")
    kind = models.CharField("变更类别", max_length=10, choices=Change)
    on = models.DateField("调动日期", null=True, blank=True)
    from_unit = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="原区划"
    )
    from_unit_name = models.CharField("原单位", max_length=60, blank=True)
    unit = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="现区划")
    unit_name = models.CharField("现单位", max_length=60, blank=True)
    name_before = models.CharField("原姓名", max_length=40, blank=True)
    other = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被合并的登记"
    )
    phone_changed = models.BooleanField("更正了联系电话", default=False)
    detail = models.JSONField("改动的记录", default=dict, blank=True, editable=False)
    reason = models.CharField("原因", max_length=200)
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )
    retracted_at = moment("撤销时间")
    retracted_by = signer("撤销人")

    class Meta:
        verbose_name = verbose_name_plural = "人员变更"
        ordering = ["person", "pk"]
        constraints = [
            models.CheckConstraint(condition=together("retracted"), name="training_personchange_retracted_by_someone"),
            models.CheckConstraint(
                condition=Q(kind=Change.MOVED, on__isnull=False) | ~Q(kind=Change.MOVED) & Q(on__isnull=True),
                name="training_personchange_move_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind=Change.MERGED, other__isnull=False) | ~Q(kind=Change.MERGED) & Q(other__isnull=True),
                name="training_personchange_merge_has_another",
            ),
            models.UniqueConstraint(
                fields=["person", "on"],
                condition=Q(kind=Change.MOVED, retracted_at__isnull=True),
                name="training_personchange_moved_once_a_day",
                violation_error_message="这个人这一天已经登记过调动。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"

    @property
    def told(self) -> str:
        """What changed, in words; numbers are never part of it."""
        parts = []
        if self.kind == Change.MERGED:
            parts.append(f"并入 {self.other_id} 号登记")
        if self.name_before:
            parts.append(f"姓名：{self.name_before} → {self.person.name}")
        if self.phone_changed:
            parts.append("联系电话已更正")
        if self.moves:
            parts.append(f"单位：{self.from_unit_name or '—'} → {self.unit_name}")
        return "；".join(parts)

    @property
    def moves(self) -> bool:
        """Whether the unit changed."""
        return self.kind != Change.MERGED and (self.from_unit_id, self.from_unit_name) != (self.unit_id, self.unit_name)


def unit_on(moves: list[PersonChange], day: date, now: tuple[Region | None, str]) -> tuple[Region | None, str]:
    """(unit, name) of a person on a day, by the standing moves in the order of their days; `now` where there are none."""
    for move in reversed(moves):
        if move.on <= day:
            return move.unit, move.unit_name
    return (moves[0].from_unit, moves[0].from_unit_name) if moves else now
