"""Claims in the admin: the list, one claim with basis, ledger and moves; candidates and papers beside it."""

from django.contrib import admin
from django.template.loader import render_to_string

from eldercare import review
from eldercare.adminbase import DistrictFilter, ReviewableAdmin, ScopedRelatedFilter, TownshipFilter, history_of
from eldercare.review import MoveRefused
from subsidies import amounts, board, services
from subsidies.admin import candidates, claimforms, claimpage, papers
from subsidies.admin.years import YearFilter
from subsidies.models import SubsidyClaim
from subsidies.services import Entry

# Moves with a form of their own on the page; a part payment is a payment of less than the whole.
OWN_FORM = tuple(claimforms.FORMS)
COMMENTED = {
    "submit": services.submit,
    "send_back": services.send_back,
    "withdraw": services.withdraw,
    "cancel": services.cancel,
    "keep": services.keep,
    "keep_paid": services.keep,
}


class FlagFilter(admin.SimpleListFilter):
    """Claims whose ground fell away."""

    title = "预警"
    parameter_name = "flagged"

    def lookups(self, request, model_admin):
        return [("yes", "有预警"), ("no", "没有预警")]

    def queryset(self, request, queryset):
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(flagged_at__isnull=self.value() == "no")


@admin.register(SubsidyClaim)
class SubsidyClaimAdmin(ReviewableAdmin):
    """补助申请. Drafted from the candidates, never typed in."""

    change_form_template = "admin/subsidies/claim.html"
    change_list_template = "admin/subsidies/claim_list.html"
    list_display = ("number", "subject", "state", "wan", "paid_wan", "scheme", "township", "year")
    list_display_links = ("number", "subject")
    list_select_related = ("scheme", "township", "facility", "district")
    list_filter = ("status", FlagFilter, YearFilter, ("scheme", ScopedRelatedFilter), DistrictFilter, TownshipFilter)
    search_fields = ("facility__name", "facility__code", "township__name", "scheme__label")
    search_help_text = "按设施编码、名称，乡镇或补助名称查找"
    fields = ("note",)
    readonly_fields = ("note",)

    @admin.display(description="编号", ordering="pk")
    def number(self, row: SubsidyClaim) -> int:
        return row.pk

    @admin.display(description="对象")
    def subject(self, row: SubsidyClaim) -> str:
        return row.facility.name if row.facility else f"{row.township}（打包）"

    @admin.display(description="金额（万元）", ordering="amount")
    def wan(self, row: SubsidyClaim) -> str:
        return amounts.wan(row.amount)

    @admin.display(description="已拨付（万元）", ordering="paid_total")
    def paid_wan(self, row: SubsidyClaim) -> str:
        return amounts.wan(row.paid_total)

    @admin.display(description="状态", ordering="status")
    def state(self, row: SubsidyClaim) -> str:
        return render_to_string("admin/subsidies/state.html", {"claim": row})

    def has_add_permission(self, request):
        return False

    def get_urls(self):
        return [*candidates.urls(self), *papers.urls(self), *super().get_urls()]

    def get_move_form(self, request, obj, data=None):
        verb = data.get("verb", "") if data is not None else ""
        return claimforms.FORMS[verb](obj, data) if verb in OWN_FORM else None

    def make_move(self, request, obj, verb, comment, version, data):
        stated = {"by": request.user, "version": version}
        if verb == "approve":
            return services.approve(obj, shares=claimforms.shares(obj, data), comment=comment, **stated)
        if verb == "pay":
            return services.pay(obj, Entry(**data), **stated)
        if verb == "recover":
            return services.recover(obj, comment=comment, **data, **stated)
        if verb not in COMMENTED:
            raise MoveRefused("没有这个操作。")
        return COMMENTED[verb](obj, comment=comment, **stated)

    def _moved(self, request, row) -> str:
        """A refusal keeps what was typed in the move's own form."""
        refused, verb = super()._moved(request, row), request.POST.get("verb", "")
        if refused and verb in OWN_FORM:
            skipped = ("csrfmiddlewaretoken", "verb", "version")
            kept = {name: text[: claimforms.KEPT] for name, text in request.POST.items() if name not in skipped}
            request.session[self._typed_key(row)] = {"verb": verb, "fields": kept}
        return refused

    def _typed_key(self, row) -> str:
        return f"move-form:{row._meta.label_lower}:{row.pk}"

    def page_context(self, request, row):
        shown = super().page_context(request, row)
        typed = request.session.pop(self._typed_key(row), {})
        own = {option.move.verb for option in shown["options"] if option.allowed and option.move.verb in OWN_FORM}
        found = board.board(row.district, row.year) if own else None
        forms = {verb: self._form(verb, row, found, typed) for verb in OWN_FORM if verb in own}
        if typed:
            shown["move_comment"] = ""
        return {
            **shown,
            **claimpage.context(row),
            "options": [one for one in shown["options"] if one.move.verb not in own | {"pay_part"}],
            "links": [{"label": review.find_move(SubsidyClaim, verb).label, "url": f"#{verb}"} for verb in forms],
            "forms": forms,
            "typed_comment": typed.get("fields", {}).get("comment", ""),
            "typed_verb": typed.get("verb", ""),
            "share_lines": claimforms.share_lines(forms["approve"], found) if "approve" in forms else [],
            "events": history_of(row),
            "candidates_url": candidates.address(row.district),
            "show_save": False,
        }

    def _form(self, verb: str, row: SubsidyClaim, found: board.Board, typed: dict):
        kept = typed["fields"] if typed.get("verb") == verb else {}
        return claimforms.FORMS[verb](row, initial={**claimforms.initial(verb, row, found), **kept})
