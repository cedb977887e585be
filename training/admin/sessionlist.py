"""培训班一览: the filtered list of sessions with how many took part and completed, on A4."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

LIST = "admin:training_trainingsession_changelist"
MOST_PRINTED = 500


def printed(admin, request: HttpRequest) -> HttpResponse:
    """The sessions as the list is filtered, oldest first; cancelled ones are shown and not added up."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    try:
        listed = admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect(LIST)
    found = list(listed.queryset.order_by("starts_on", "pk")[: MOST_PRINTED + 1])
    rows = found[:MOST_PRINTED]
    held = [row for row in rows if not row.cancelled_at]
    context = {
        **admin.admin_site.each_context(request),
        "rows": rows,
        "held": len(held),
        "people": sum(row.people_number for row in held),
        "finished": sum(row.finished_number for row in held),
        "hours": sum(row.hours or 0 for row in held),
        "cut_at": MOST_PRINTED if len(found) > MOST_PRINTED else None,
        "total": listed.result_count,
        "printed_at": timezone.localtime(),
        "back_url": f"{reverse(LIST)}?{request.GET.urlencode()}",
    }
    return TemplateResponse(request, "admin/training/sessions_print.html", context)
