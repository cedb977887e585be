"""一院一档 for those who read dashboards: the whole file of one facility; a township's official reads the township's own."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from eldercare.dashboard import asof, township
from eldercare.scoping import visible_or_404
from facilities.admin import dossier
from facilities.models import Facility


def page(request: HttpRequest, code: str, facility_code: str) -> HttpResponse:
    """The file of the facility of that code; 404 for anyone it is not for."""
    if not township.may_see(request.user):
        raise Http404("没有这个页面。")
    rows = Facility.objects.select_related("district", "township", "village")
    row = visible_or_404(rows, request.user, code=facility_code, district__code=code)
    day = asof.day_of(request, row.district)
    back = reverse("township", args=[code, row.township.code])
    context = dossier.context(row, day, request.user) | {"back_url": back}
    return render(request, "admin/facilities/facility/file.html", context)
