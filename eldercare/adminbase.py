"""The admin's ground: what a person sees, chooses and changes starts from the scope; status moves by `perform` only.

`ScopedAdmin` for registers, `ReadOnlyAdmin` for what is only looked at, `ReviewableAdmin` for what has states,
`ScopedInline` for rows on another row's page; the filters of eldercare.adminfilters for lists.
"""

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from eldercare import audit, review
from eldercare.adminfilters import (
    DistrictFilter,
    RegionFilter,
    ScopedRelatedFilter,
    TownshipFilter,
    owned,
    visible,
)
from eldercare.adminlists import BoundedPaginator
from eldercare.brokenrules import broken_rule

__all__ = [
    "DistrictFilter",
    "ReadOnlyAdmin",
    "RegionFilter",
    "ReviewableAdmin",
    "ScopedAdmin",
    "ScopedInline",
    "ScopedRelatedFilter",
    "TownshipFilter",
]

VERSION_DIGITS = 9
# Rows leave one at a time, where the person sees what hangs on them.
admin.site.disable_action("delete_selected")


class ScopedChoices:
    """Foreign keys, as selects, autocompletes or raw ids, offer and accept visible rows only."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        related = db_field.remote_field.model
        if owned(related):
            rows = kwargs.get("queryset", related._default_manager.all())
            kwargs["queryset"] = rows.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ScopedInline(ScopedChoices, admin.TabularInline):
    """Rows on the page of the row they belong to, in the same scope."""

    extra = 0
    show_change_link = True


class ScopedChangeList(ChangeList):
    """A list whose address asks for a year or number that cannot be is shown unfiltered, as for any other odd filter."""

    def __init__(self, *args, **kwargs):
        try:
            super().__init__(*args, **kwargs)
        except (ValueError, OverflowError) as odd:
            raise IncorrectLookupParameters(odd) from odd


class ScopedAdmin(ScopedChoices, admin.ModelAdmin):
    """A register: lists, forms, choices and links in the scope of the person; every change in the audit trail.

    One way to save, no bulk deletion, the size of the list counted in scope. What is out of scope is not there: 404.
    """

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 200
    save_on_top = False
    view_on_site = False

    def get_queryset(self, request):
        return visible(super().get_queryset(request), request.user)

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404("没有找到，或不在您的管理范围内。")
        return row

    def get_changelist(self, request, **kwargs):
        return ScopedChangeList

    def get_list_select_related(self, request):
        """Just the relations that the list shows."""
        if self.list_select_related:
            return self.list_select_related
        keys = {field.name for field in self.opts.fields if field.is_relation}
        return tuple(name for name in self.get_list_display(request) if name in keys)

    def changelist_view(self, request, extra_context=None):
        title = {"title": self.opts.verbose_name_plural}
        return super().changelist_view(request, title | (extra_context or {}))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        single = {"show_save_and_continue": False, "show_save_and_add_another": False}
        try:
            return super().changeform_view(request, object_id, form_url, single | (extra_context or {}))
        except (review.MoveRefused, review.Denied) as refused:
            messages.error(request, str(refused))
        except IntegrityError as error:
            messages.error(request, broken_rule(error))
        return redirect(request.get_full_path())

    def log_addition(self, request, obj, message):
        audit.record("record.created", by=request.user, target=obj, detail=said(message))

    def log_change(self, request, obj, message):
        if message:
            audit.record("record.changed", by=request.user, target=obj, detail=said(message))

    def log_deletions(self, request, queryset):
        for row in queryset:
            audit.record("record.deleted", by=request.user, target=row)

    def history_view(self, request, object_id, extra_context=None):
        """What was done with this row, from the audit trail and the review events."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"办理记录：{row}",
            "opts": self.opts,
            "original": row,
            "events": history_of(row),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/reviewable/history.html", context)


def said(message) -> dict:
    """An admin change message as audit detail: labels of the fields that changed, and rows added, changed, deleted."""
    if not isinstance(message, list):
        return {"message": str(message)}
    fields, rows = [], []
    for part in message:
        for verb, what in part.items():
            target = rows if "name" in what else fields
            named = f"{audit.ACTIONS['record.' + {'added': 'created'}.get(verb, verb)]}{what.get('name', '')}"
            target += [f"{named} {what.get('object', '')}".strip()] if "name" in what else what.get("fields", [])
    return {key: value for key, value in (("fields", fields), ("rows", rows)) if value}


def history_of(row: models.Model) -> list[dict]:
    """The audit records and review events of a row, oldest first, as the timeline shows them."""
    key = {"model": row._meta.label_lower, "object_id": row.pk}
    done = [
        {"at": event.at, "by_name": event.by_name, "label": event.label, "comment": event.comment}
        for event in review.ReviewEvent.objects.filter(**key)
    ]
    done += [
        {
            "at": record.at,
            "by_name": record.by_name,
            "label": record.get_action_display(),
            "comment": record.words,
        }
        for record in audit.AuditRecord.objects.filter(model=key["model"], object_id=str(row.pk))
    ]
    return sorted(done, key=lambda event: event["at"])


class ReadOnlyAdmin(ScopedAdmin):
    """A register that is looked at here and written elsewhere."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReviewableAdmin(ScopedAdmin):
    """A row with states: its page shows the moves in a fixed footer and the events below; moves are POSTs to `…/move/`.

    Override `make_move` where a service stands between the page and `review.perform`, `get_move_form` where a move asks
    for more than a comment, `has_move_permission` where the roles of the moves are not the whole answer.
    """

    change_form_template = "admin/reviewable/change_form.html"
    move_comment_label = "办理意见"

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        move = path("<path:object_id>/move/", self.admin_site.admin_view(self.move_view), name=name)
        return [move, *super().get_urls()]

    def has_delete_permission(self, request, obj=None):
        return False

    def has_move_permission(self, request: HttpRequest, obj) -> bool:
        """Whether the person may come to the moves of this row at all; each move asks for its own permission."""
        return self.has_view_or_change_permission(request, obj)

    def get_move_form(self, request: HttpRequest, obj, data=None):
        """A form with what the moves ask for besides a comment, or None; its cleaned data reach `make_move`."""
        return

    def shown_state(self, row) -> tuple[str, str]:
        """Code and word of where the row stands."""
        return row.status, row.get_status_display()

    def make_move(self, request: HttpRequest, obj, verb: str, comment: str, version: int, data: dict) -> None:
        """Make one move. Raises MoveRefused, StaleObject or Denied."""
        review.perform(obj, verb, by=request.user, comment=comment, version=version)

    def available_moves(self, request: HttpRequest, obj) -> list[review.Option]:
        """What the footer offers."""
        return review.available_moves(obj, request.user) if self.has_move_permission(request, obj) else []

    def move_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the posted move and go back to the page; a refusal comes back as its reason."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_move_permission(request, row):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if refused := self._moved(request, row):
            request.session[self._draft_key(row)] = request.POST.get("comment", "")[:2000]
            messages.error(request, refused)
        return redirect(self._page(row))

    def _moved(self, request, row) -> str:
        """Make the move; returns why not, empty when it is done."""
        verb, comment, version = (request.POST.get(name, "") for name in ("verb", "comment", "version"))
        if not version.isdecimal() or len(version) > VERSION_DIGITS:
            return "页面内容不完整，请刷新后再操作。"
        form = self.get_move_form(request, row, request.POST)
        if form is not None and not form.is_valid():
            return "；".join(f"{form[name].label}：{text}" for name, texts in form.errors.items() for text in texts)
        try:
            label = review.find_move(type(row), verb).label
            self.make_move(request, row, verb, comment, int(version), form.cleaned_data if form else {})
        except (review.MoveRefused, review.Denied) as refused:
            return str(refused)
        except IntegrityError as error:
            return broken_rule(error)
        messages.success(request, f"已办理：{label}。")
        return ""

    def _draft_key(self, row) -> str:
        return f"move-draft:{row._meta.label_lower}:{row.pk}"

    def _page(self, row) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, unquote(object_id))
        return super().change_view(
            request, object_id, form_url, self.page_context(request, row) | (extra_context or {})
        )

    def page_context(self, request: HttpRequest, row) -> dict:
        """What the page shows besides the form: moves, their form, the kept comment, the events."""
        editable = bool(set(self.get_fields(request, row)) - set(self.get_readonly_fields(request, row)))
        options = self.available_moves(request, row)
        return {
            "row": row,
            "state": self.shown_state(row),
            "show_save": editable,
            "options": options,
            "move_form": self.get_move_form(request, row),
            "move_comment": request.session.pop(self._draft_key(row), ""),
            "move_comment_label": self.comment_label(options),
            "move_url": f"{self._page(row).removesuffix('change/')}move/",
            "events": list(row.events()),
            "status_label": label_for_field("status", self.model),
        }

    def comment_label(self, options: list[review.Option]) -> str:
        """What the box of the comment is for, and for which of the offered moves it must be filled."""
        needed = "、".join(option.move.label for option in options if option.allowed and option.move.comment_required)
        return f"{self.move_comment_label}（{needed}必填）" if needed else self.move_comment_label
