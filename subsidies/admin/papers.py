"""Papers of a claim on A4: 补助申请审批表, and the 拨付凭证 of one ledger entry."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from subsidies.admin import claimpage
from subsidies.models import SubsidyClaim

FORM, VOUCHER = "subsidies_subsidyclaim_form", "subsidies_subsidyclaim_voucher"
DIGITS = 5


def urls(admin) -> list:
    """Addresses below the claim."""

    def form(request: HttpRequest, object_id: str) -> HttpResponse:
        row, context = _read(admin, request, object_id)
        return _paper(request, "admin/subsidies/form.html", row, context) if context else row

    def voucher(request: HttpRequest, object_id: str, number: str) -> HttpResponse:
        row, context = _read(admin, request, object_id)
        shown = context and context | _entry(context, number)
        return _paper(request, "admin/subsidies/voucher.html", row, shown) if shown else row

    view = admin.admin_site.admin_view
    return [
        path("<path:object_id>/form/", view(form), name=FORM),
        path("<path:object_id>/vouchers/<str:number>/", view(voucher), name=VOUCHER),
    ]


def _read(admin, request: HttpRequest, object_id: str):
    """The claim with what a paper shows of it; a refusal and nothing for anything but a GET."""
    row = admin.get_object(request, unquote(object_id))
    if not admin.has_view_or_change_permission(request, row):
        raise PermissionDenied
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"]), None
    return row, claimpage.context(row)


def _entry(context: dict, number: str) -> dict:
    found = [row for row in context["payments"] if str(row.number) == number[:DIGITS]]
    if not found:
        raise Http404("没有这一笔拨付。")
    return {"entry": found[0]}


def _paper(request: HttpRequest, template: str, row: SubsidyClaim, context: dict) -> HttpResponse:
    shown = {
        **context,
        "row": row,
        "printed_at": timezone.localtime(),
        "back_url": reverse("admin:subsidies_subsidyclaim_change", args=[row.pk]),
    }
    return TemplateResponse(request, template, shown)
