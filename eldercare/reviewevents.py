"""The decisions on rows with states: one event a move, never edited, never deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models
from django.utils import timezone

from eldercare import audit


class ReviewEvent(models.Model):
    """审核记录: who moved what from where to where, when and why. Never edited, never deleted, keyed to no table."""

    model = models.CharField("对象类别", max_length=60)
    object_id = models.BigIntegerField("对象编号")
    object_name = models.CharField("对象", max_length=200)
    verb = models.CharField("动作", max_length=30)
    label = models.CharField("动作名称", max_length=40)
    source = models.CharField("原状态", max_length=30)
    target = models.CharField("新状态", max_length=30)
    by_id = models.BigIntegerField("操作人编号", null=True)
    by_name = models.CharField("操作人", max_length=150)
    at = models.DateTimeField("时间", default=timezone.now)
    comment = models.TextField("说明", blank=True)
    detail = models.JSONField("附记", default=dict, blank=True)

    objects = audit.AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "审核记录"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["model", "object_id"], name="eldercare_reviewevent_object")]

    def __str__(self) -> str:
        return f"{self.object_name} {self.label}"

    def save(self, *args, **kwargs) -> None:
        audit.refuse_rewrite(self)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("review events are never deleted")


_telling: ContextVar[list[ReviewEvent] | None] = ContextVar("events of the move that is being made", default=None)


@contextmanager
def told_together() -> Iterator[list[ReviewEvent]]:
    """The events of a move and of the moves that follow from it, in their order; written at its end in one statement."""
    outer = _telling.get()
    events = [] if outer is None else outer
    begun, token = len(events), _telling.set(events)
    try:
        yield events
    except BaseException:
        del events[begun:]
        raise
    finally:
        _telling.reset(token)
    if outer is None:
        ReviewEvent.objects.bulk_create(events)
