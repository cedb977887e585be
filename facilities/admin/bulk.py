"""What is done with many reviews at once: checked again, for reading and printing; given to a reviewer, each judged alone."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from eldercare.adminbase import VERSION_DIGITS
from eldercare.review import Denied, MoveRefused
from facilities import checks, services
from facilities.admin.standing import RELATED, by_district, changed, checked
from facilities.models import AcceptanceReview

Status = AcceptanceReview.Status
ID_DIGITS = 18
MOST_CHECKED, MOST_ASSIGNED, MOST_DISTRICTS = 300, 50, 3


class AssignForm(forms.Form):
    """Who gets the cases."""

    reviewer = forms.ModelChoiceField(None, label="审核承办人", empty_label="请选择")
    comment = forms.CharField(label="说明", max_length=500, required=False)

    def __init__(self, rows: list[AcceptanceReview], *args, **kwargs):
        super().__init__(*args, **kwargs)
        one_of_each = {(row.facility.district_id, row.submitted_by_id): row for row in rows}.values()
        people = [services.reviewers(row).values("pk") for row in one_of_each]
        field = self.fields["reviewer"]
        field.queryset = AcceptanceReview.reviewer.field.related_model.objects.filter(
            pk__in=[person["pk"] for found in people for person in found]
        ).order_by("full_name", "username")


class BulkActions:
    """The actions of the queue; mixed into its admin."""

    actions = ("recheck_all", "assign_all")

    def response_action(self, request, queryset):
        """A forged choice is told like one that is no longer there."""
        if not all(pk.isdecimal() and len(pk) <= ID_DIGITS for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            messages.error(request, "所选的审核不存在，请刷新列表后重新勾选。")
            return redirect(request.get_full_path())
        return super().response_action(request, queryset)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("facilities.assign_acceptancereview")

    @admin.action(description="批量重新核查（查看、打印）", permissions=["view"])
    def recheck_all(self, request, queryset):
        """A page with every chosen review: what the check says now, what fails, what changed since acceptance."""
        rows = self._chosen(request, queryset, MOST_CHECKED)
        if rows is None:
            return None
        found = checked(rows)
        differs = changed(rows, found)
        lines = [_line(row, found[row.facility_id], differs.get(row.pk, [])) for row in rows]
        context = {
            "title": "批量重新核查",
            "lines": lines,
            "recheck_total": len(differs),
            "failing_total": sum(bool(line["problems"]) for line in lines),
            "days": sorted({line["check"].day for line in lines}),
        }
        return self._page_of_many(request, "bulk_recheck.html", context)

    @admin.action(description="批量分派", permissions=["assign"])
    def assign_all(self, request, queryset):
        """Choose one reviewer for the chosen reviews; then each is given, or its refusal told."""
        rows = self._chosen(request, queryset, MOST_ASSIGNED)
        if rows is None:
            return None
        form = AssignForm(rows, request.POST if "apply" in request.POST else None)
        if form.is_valid():
            self._assign(request, rows, form.cleaned_data)
            return None
        return self._page_of_many(request, "bulk_assign.html", {"title": "批量分派", "form": form, "rows": rows})

    def _chosen(self, request, queryset, most: int) -> list[AcceptanceReview] | None:
        """The chosen reviews in the order of the list; None when they are too many, which is told."""
        rows = list(queryset.select_related(*RELATED, "submitted_by", "reviewer", "edition__policy")[: most + 1])
        if len(rows) > most:
            messages.error(request, f"一次最多选择 {most} 件，请先筛选。")
        elif len(by_district(rows)) > MOST_DISTRICTS:
            messages.error(request, f"一次最多选择 {MOST_DISTRICTS} 个区县的审核，请先按区县筛选。")
        else:
            return rows
        return None

    def _page_of_many(self, request, template: str, context: dict) -> TemplateResponse:
        own = {"opts": self.opts, "action_checkbox_name": ACTION_CHECKBOX_NAME, "back": request.get_full_path()}
        return TemplateResponse(
            request,
            f"admin/facilities/acceptancereview/{template}",
            {**self.admin_site.each_context(request), **own, **context},
        )

    def _assign(self, request, rows: list[AcceptanceReview], told: dict) -> None:
        done = 0
        for row in rows:
            if refused := _assigned(request, row, told):
                messages.error(request, f"{row.facility.name}：{refused}")
            else:
                done += 1
        if done:
            messages.success(request, f"已分派 {done} 件给{told['reviewer']}。")


def _assigned(request, row: AcceptanceReview, told: dict) -> str:
    """Give one review away; returns why not, empty when it is done."""
    version = request.POST.get(f"version-{row.pk}", "")
    if not version.isdecimal() or len(version) > VERSION_DIGITS:
        return "页面内容不完整，请刷新后再操作。"
    try:
        services.assign(row, told["reviewer"], by=request.user, comment=told["comment"], version=int(version))
    except (MoveRefused, Denied) as refused:
        return str(refused)
    return ""


def _line(row: AcceptanceReview, found: checks.Check, differences: list) -> dict:
    """One review on the page: what holds now, in short."""
    problems = [
        {
            "clause": finding.clause,
            "label": finding.label,
            "text": finding.gap_text or finding.missing_text or finding.outcome.label,
            "outcome": finding.outcome.value,
            "outcome_label": finding.outcome.label,
        }
        for finding in found.problems()
    ]
    return {"row": row, "check": found, "problems": problems, "differences": differences}
