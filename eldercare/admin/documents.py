"""Policies and uploads in the admin: read from folders and from townships, looked at here."""

from django.contrib import admin

from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin, ScopedInline
from eldercare.admincells import badge, page_link, person, upload_link
from eldercare.adminlists import MonthFilter
from eldercare.policies import Policy, PolicyConflict
from eldercare.uploads import Upload


class ReadOnlyInline(ScopedInline):
    """Rows that are only shown."""

    can_delete = False
    show_change_link = False
    template = "admin/readonly_rows.html"

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class LinkedInline(ReadOnlyInline):
    """Rows that have a page of their own."""

    @admin.display(description="名称")
    def page(self, row) -> str:
        return page_link(row)


class ConflictInline(ReadOnlyInline):
    """Where the policy contradicts itself; shown, never resolved silently."""

    model = PolicyConflict
    fields = ("label", "clause")


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    """政策文件. Apps add what they read from a policy's folder with `beside_policy`."""

    list_display = ("short_title", "document_number", "district", "issued_on", "effective_on")
    list_filter = (DistrictFilter,)
    search_fields = ("title", "short_title", "document_number")
    fields = (
        "title", "document_number", "district", "issued_on", "effective_on", "supersedes", "division_edition",
        "slug", "loaded_at",
    )  # fmt: skip
    inlines = [ConflictInline]


def beside_policy(inline: type[ReadOnlyInline]) -> type[ReadOnlyInline]:
    """Show these rows on the page of their policy, ahead of its contradictions."""
    PolicyAdmin.inlines.insert(-1, inline)
    return inline


class UploadedFilter(MonthFilter):
    """By when it was sent."""

    field = "uploaded_at"


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """上传记录."""

    list_display = ("filename", "region", "month", "kind_name", "state", "uploaded_by", "uploaded_at")
    list_select_related = ("region", "uploaded_by")
    list_filter = (UploadedFilter, "status")
    search_fields = ("filename", "region__short_name", "sha256")
    fields = (
        "page", "kind_name", "region", "month", "state", "sender", "uploaded_at", "confirmer", "confirmed_at",
        "undoer", "undone_at", "size", "sha256",
    )  # fmt: skip
    readonly_fields = ("page", "kind_name", "month", "state", "sender", "confirmer", "undoer")

    @admin.display(description="种类")
    def kind_name(self, upload: Upload) -> str:
        return upload.kind_label

    @admin.display(description="报送月份", ordering="period")
    def month(self, upload: Upload) -> str:
        return upload.period_text or "—"

    @admin.display(description="上传页面")
    def page(self, upload: Upload) -> str:
        return upload_link(upload)

    @admin.display(description="状态", ordering="status")
    def state(self, upload: Upload) -> str:
        return badge(upload.status, upload.get_status_display())

    @admin.display(description="上传人")
    def sender(self, upload: Upload) -> str:
        return person(upload.uploaded_by)

    @admin.display(description="确认人")
    def confirmer(self, upload: Upload) -> str:
        return person(upload.confirmed_by)

    @admin.display(description="撤销人")
    def undoer(self, upload: Upload) -> str:
        return person(upload.undone_by)
