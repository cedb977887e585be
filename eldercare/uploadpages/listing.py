"""The list of uploads that a person may see, newest first."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare.uploadpages import access
from eldercare.uploadpages.answers import UploadPage
from eldercare.uploads import Upload, kinds_for

ROWS_A_PAGE = 50


class UploadList(UploadPage):
    """`/uploads/`: what was sent, by whom, and what became of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        visible = Upload.objects.visible_to(request.user)
        rows = _filtered(request, visible)
        rows = rows.select_related("region", "uploaded_by").defer("problems", "left_alone")
        context = {
            "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
            "statuses": Upload.Status.choices,
            "status": request.GET.get("status", ""),
            "period": access.parse_month(request.GET.get("period", "")),
            "months": visible.exclude(period=None).order_by("-period").values_list("period", flat=True).distinct(),
            "sheets": _sheets(request.user),
        }
        return render(request, "uploads/list.html", context)


def _filtered(request: HttpRequest, rows: QuerySet) -> QuerySet:
    """The rows of the state and month asked for; a filter that says nothing is none."""
    if request.GET.get("status") in Upload.Status.values:
        rows = rows.filter(status=request.GET["status"])
    month = access.parse_month(request.GET.get("period", ""))
    return rows.filter(period=month) if month else rows


def _sheets(user) -> list[dict]:
    """The sheets this person sends, each with the month to report now."""
    return [
        {
            "kind": kind,
            "month": access.reported_month(kind, user) if kind.has_period else None,
            "has_template": kind.template is not None,
            "calendar": kind.calendar(user),
        }
        for kind in kinds_for(user)
    ]
