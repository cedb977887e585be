"""Site visits: what a reviewer saw on the spot, beside what was registered."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from eldercare.scoping import Scoped
from facilities.acceptance import AcceptanceReview


class SiteVisit(Scoped):
    """现场核查: one visit within one review; what was seen becomes dated facts of the facility in the same transaction.

    `observations` is a list of {fact, label, registered, seen, agrees, note}: values packed as exact text, in the words of
    the page that the reviewer filled in. A visit is never edited; a mistake is answered by another visit.
    """

    scope_lookups = ("review__facility__township__path",)

    review = models.ForeignKey(AcceptanceReview, models.PROTECT, related_name="visits", verbose_name="验收审核")
    visited_on = models.DateField("核查日期")
    attended = models.CharField("参加人员", max_length=200, blank=True)
    conclusion = models.TextField("核查情况", blank=True)
    observations = models.JSONField("逐项情况", default=list)
    recorded_at = models.DateTimeField("登记时间", default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人", editable=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "现场核查"
        ordering = ["visited_on", "pk"]

    def __str__(self) -> str:
        return f"{self.review.facility} {self.visited_on} 现场核查"
