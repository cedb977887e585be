"""What every dashboard page asks first: which region, on which day, and may this person see it."""

from collections.abc import Callable
from datetime import date
from functools import wraps

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

from eldercare import clock
from eldercare.regions import Kind, Region


class Moved(Exception):
    """The code belongs to a unit that another one has succeeded; its address is the successor's."""

    def __init__(self, region: Region) -> None:
        super().__init__(region.code)
        self.region = region


def for_readers_of_dashboards(view: Callable) -> Callable:
    """Let those who read dashboards through; to everyone else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not request.user.has_perm("eldercare.view_dashboard"):
            raise Http404("没有这个页面。")
        return view(request, *args, **kwargs)

    return guarded


def day_of(request: HttpRequest, region: Region) -> date:
    """The day asked for with `?as_of=`, else the district's own default. BadRequest for what is no date."""
    text = request.GET.get("as_of", "")
    if not text:
        return region.default_as_of()
    day = clock.asked_day(text)
    if day is None:
        raise BadRequest(f"统计日期“{text[:20]}”不是有效日期，请写成 2020-12-31 的形式。")
    return day


def visible_region(request: HttpRequest, code: str, kinds: tuple[str, ...], day: date | None = None) -> Region:
    """The visible region of that code. Raises Http404, or Moved when a visible successor has taken its place by the day."""
    rows = Region.objects.visible_to(request.user).filter(code=code, kind__in=kinds)
    found = list(rows.select_related("parent", "successor").order_by("valid_from"))
    if not found:
        raise Http404("没有找到这个单位，或不在您的管理范围内。")
    current = next((row for row in found if day is None or row.on_day(day)), None)
    if current is not None:
        return current
    successor = found[-1].successor
    if successor and Region.objects.visible_to(request.user).filter(pk=successor.pk).exists():
        raise Moved(successor)
    return found[-1]


def visible_district(request: HttpRequest, code: str) -> Region:
    """The visible district of that code, or 404."""
    return visible_region(request, code, (Kind.DISTRICT,))
