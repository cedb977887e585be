"""The rectification ledger in the admin: the list, one item with its evidence and moves, the ledger on paper."""

from datetime import date

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Value, When
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path

from eldercare.adminbase import DistrictFilter, ReviewableAdmin, TownshipFilter, history_of
from eldercare.review import MoveRefused
from facilities import ledger
from facilities.admin import attachments, ledgerform, ledgerpaper
from facilities.models import Rectification
from facilities.services import rectifying

Status = Rectification.Status
# Live items first, each group by deadline.
PLACE = Case(
    When(status__in=Rectification.LIVE, then=Value(0)),
    When(status=Status.CLOSED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
MOVES = {
    "report": rectifying.report,
    "close": rectifying.close,
    "reopen": rectifying.reopen,
    "cancel": rectifying.cancel,
}


class LateFilter(admin.SimpleListFilter):
    """By deadline: overdue, due within a week, sent back at least once."""

    title = "期限"
    parameter_name = "late"

    def lookups(self, request, model_admin):
        return [("overdue", "已逾期"), ("soon", "七日内到期"), ("reopened", "重新整改过")]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.filter(ledger.past_due())
        if self.value() == "soon":
            return queryset.filter(ledger.due_soon())
        return queryset.filter(reopenings__gt=0) if self.value() == "reopened" else queryset


class ItemDistrictFilter(DistrictFilter):
    lookup = "facility__district"


class ItemTownshipFilter(TownshipFilter):
    lookup = "facility__township"


def today(row: Rectification) -> date:
    """The day by which the deadline of an item is judged."""
    return row.facility.district.default_as_of()


@admin.register(Rectification)
class RectificationAdmin(ReviewableAdmin):
    """整改台账. Opened from the review's failing clauses, or by hand; measure, owner and deadline may change while open."""

    form = ledgerform.RectificationForm
    change_list_template = "admin/facilities/rectification/change_list.html"
    change_form_template = "admin/facilities/rectification/change_form.html"
    move_comment_label = "办理说明"
    list_display = (
        "number", "facility", "what", "problem", "measure", "answers", "deadline", "state", "reopening_count",
    )  # fmt: skip
    list_display_links = ("number", "facility")
    list_select_related = ("facility__district",)
    list_filter = ("status", LateFilter, "facility__type", ItemDistrictFilter, ItemTownshipFilter)
    search_fields = ("facility__name", "facility__code", "label", "owner")
    search_help_text = "按设施编码、名称，事项或责任单位查找"
    autocomplete_fields = ("facility",)

    @admin.display(description="编号", ordering="pk")
    def number(self, row: Rectification) -> int:
        return row.pk

    @admin.display(description="条款")
    def what(self, row: Rectification) -> str:
        return f"{row.label}（{row.clause}）" if row.clause else row.label

    @admin.display(description="责任单位", ordering="owner")
    def answers(self, row: Rectification) -> str:
        return row.owner

    @admin.display(description="整改期限", ordering="due_on")
    def deadline(self, row: Rectification) -> str:
        (line,) = ledger.lines([row], today(row))
        return render_to_string("admin/facilities/rectification/deadline.html", {"line": line})

    @admin.display(description="状态", ordering="status")
    def state(self, row: Rectification) -> str:
        return render_to_string("admin/facilities/rectification/state.html", {"status": row.status, "row": row})

    @admin.display(description="重新整改", ordering="reopenings")
    def reopening_count(self, row: Rectification) -> str:
        return f"{row.reopenings} 次" if row.reopenings else ""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("print/", view(self.print_view), name="facilities_rectification_print"),
            path("export/", view(self.export_view), name="facilities_rectification_export"),
            *super().get_urls(),
        ]

    def get_ordering(self, request):
        return (PLACE, "due_on", "pk")

    def get_fields(self, request, obj=None):
        return ("measure", ("owner", "due_on", "seen"), "reason") if obj else ledgerform.NEW

    def get_readonly_fields(self, request, obj=None):
        """Once reported, an item stands as it is until it is sent back."""
        return rectifying.EDITABLE if obj and obj.status != Status.OPEN else ()

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = ledgerform.FacilityChoice(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if not ledgerform.save(form, by=request.user):
            messages.info(request, "整改措施、责任单位和期限没有改动。")

    def log_addition(self, request, obj, message):
        """The service has recorded it."""

    def log_change(self, request, obj, message):
        """The service has recorded it, with before and after."""

    def response_post_save_add(self, request, obj):
        return redirect(self._page(obj))

    response_post_save_change = response_post_save_add

    def make_move(self, request, obj, verb, comment, version, data):
        if verb not in MOVES:
            raise MoveRefused("没有这个操作。")
        return MOVES[verb](obj, by=request.user, comment=comment, version=version)

    def page_context(self, request, row):
        (line,) = ledger.lines([row], today(row))
        editable = row.status == Status.OPEN and self.has_change_permission(request, row)
        return {
            **super().page_context(request, row),
            "show_save": editable,
            "line": line,
            "finding": rectifying.finding_of(row) if line.is_live else None,
            "editable": editable,
            "events": history_of(row),
            "attachments": list(row.attachments.filter(removed_at__isnull=True).select_related("attached_by")),
            **(attachments.offer(request.user) if line.is_live else {}),
        }

    def print_view(self, request):
        """The filtered ledger on A4, landscape."""
        return ledgerpaper.printed(self, request)

    def export_view(self, request):
        """The filtered ledger as .xlsx."""
        return ledgerpaper.exported(self, request)
