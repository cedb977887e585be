"""Photos and documents: the list on the review page, the register of all, attaching, fetching and taking out.

Attaching is one address for reviews, visits, rectification items and facilities: the form names what the files belong to.
"""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse

from eldercare import audit
from eldercare.adminbase import ReadOnlyAdmin
from eldercare.review import MoveRefused
from eldercare.scoping import visible_or_404
from eldercare.sheets import papers
from facilities.models import AcceptanceReview, Attachment, Facility, Rectification, SiteVisit
from facilities.services import attaching

# Nothing of a stranger's file runs with the portal's rights; the style is what browsers lay a single picture out with.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
ID_DIGITS = 18
FORMATS = {kind.content_type: kind.label for kind in papers.KINDS.values()}


def panel(request, row, found) -> dict:
    """The files of the facility, those taken out apart; how to attach for who may."""
    rows = Attachment.objects.visible_to(request.user).filter(facility=row.facility_id)
    rows = rows.select_related("review", "visit", "rectification", "attached_by", "removed_by")
    files = [_shown(file, row) for file in rows]
    live = [file for file in files if file["row"].removed_at is None]
    return {
        "attachments": live,
        "attachments_gone": [file for file in files if file["row"].removed_at],
        "attachments_count": len(live),
        "may_take_out": request.user.has_perm("facilities.change_attachment"),
        **offer(request.user, row),
    }


def offer(user, review: AcceptanceReview | None = None) -> dict:
    """Context of admin/facilities/attach.html: where files are posted; empty address when the person may not attach.

    The form posts `files` (several), `caption`, and the ids `facility`, `review`, `visit`, `rectification`.
    """
    may = user.has_perm("facilities.add_attachment") and (review is None or review.status not in attaching.ENDED)
    return {
        "attach_url": reverse("admin:facilities_attachment_attach") if may else "",
        "attach_accept": ",".join(f".{suffix}" for suffix in papers.KINDS),
    }


def _shown(row: Attachment, review: AcceptanceReview | None = None) -> dict:
    return {
        "row": row,
        "belongs": belongs_to(row, review),
        "afterwards": attaching.added_afterwards(row),
        "stays": attaching.is_evidence(row),
        "hash": row.sha256[:8],
    }


def belongs_to(row: Attachment, review: AcceptanceReview | None = None) -> str:
    """What a file was attached to, in words."""
    if row.visit:
        return f"现场核查 {row.visit.visited_on}"
    if row.rectification:
        return f"整改：{row.rectification.label}"
    if row.review is None:
        return "设施档案"
    return "本次验收审核" if review and row.review_id == review.pk else f"验收审核（{row.review.get_status_display()}）"


def urls(admin) -> list:
    """No addresses below the review: files have their own, whatever they belong to."""
    return []


class FormatFilter(admin.SimpleListFilter):
    """By what a file is, in the words of the list."""

    title = "格式"
    parameter_name = "format"

    def lookups(self, request, model_admin):
        return [(suffix, kind.label) for suffix, kind in papers.KINDS.items() if suffix != "jpeg"]

    def queryset(self, request, queryset):
        kind = papers.KINDS.get(self.value())
        return queryset.filter(content_type=kind.content_type) if kind else queryset


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """附件: every file in scope, those taken out with who did so and why."""

    list_display = (
        "name",
        "facility",
        "belongs",
        "size_text",
        "attached_by",
        "attached_at",
        "removed_by",
        "removed_why",
    )
    list_select_related = ("facility", "review", "visit", "rectification", "attached_by", "removed_by")
    list_filter = (FormatFilter,)
    search_fields = ("facility__name", "facility__code", "caption", "filename", "sha256")
    search_help_text = "按设施、说明、文件名或校验值查找"
    ordering = ("-attached_at", "-pk")
    fields = (
        "facility", "belongs", "caption", "filename", "format", "size_text", "sha256", "attached_by", "attached_at",
        "removed_by", "removed_at", "removed_why",
    )  # fmt: skip

    @admin.display(description="附件")
    def name(self, row: Attachment) -> str:
        return str(row)

    @admin.display(description="归属")
    def belongs(self, row: Attachment) -> str:
        return belongs_to(row)

    @admin.display(description="格式")
    def format(self, row: Attachment) -> str:
        return FORMATS.get(row.content_type, row.content_type)

    @admin.display(description="大小")
    def size_text(self, row: Attachment) -> str:
        return filesizeformat(row.size)

    def get_urls(self):
        own = {
            "attach": ("attach/", self.attach_view),
            "file": ("<int:pk>/file/", self.file_view),
            "take_out": ("<int:pk>/take-out/", self.take_out_view),
        }
        named = (
            path(route, self.admin_site.admin_view(view), name=f"facilities_attachment_{name}")
            for name, (route, view) in own.items()
        )
        return [*named, *super().get_urls()]

    def attach_view(self, request: HttpRequest) -> HttpResponse:
        """Attach every sent file, each judged alone; what became of each is told on the page it came from."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        named = {
            "review": _named(AcceptanceReview, request, "review"),
            "visit": _named(SiteVisit.objects.select_related("review"), request, "visit"),
            "rectification": _named(Rectification, request, "rectification"),
        }
        facility = _named(Facility, request, "facility") or _facility_of(named)
        if facility is None:
            raise Http404("没有说明附件属于哪个设施。")
        if not request.user.has_perm("facilities.add_attachment"):
            raise PermissionDenied("您的角色不能上传附件。")
        files = request.FILES.getlist("files")
        if not files:
            messages.error(request, "没有选择文件。")
        for file in files:
            self._attach(request, facility, file, named)
        return redirect(_page_of(facility, **named))

    def _attach(self, request, facility: Facility, file, named: dict) -> None:
        name = papers.shown_name(file.name)
        try:
            row = attaching.attach(facility, file, by=request.user, **named, caption=request.POST.get("caption", ""))
        except MoveRefused as refused:
            messages.error(request, f"“{name}”：{refused}")
        else:
            messages.success(request, f"已上传：{row.filename}")

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file itself. A photo or PDF may open in the browser, shut off from the portal; a document is saved."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not request.user.has_perm("facilities.view_attachment"):
            raise Http404("没有找到，或不在您的管理范围内。")
        row = visible_or_404(Attachment.objects.filter(removed_at__isnull=True), request.user, pk=pk)
        try:
            file = row.file.open("rb")
        except FileNotFoundError as gone:
            raise Http404("文件已不在服务器上。") from gone
        audit.record("attachment.fetched", by=request.user, target=row, detail={"sha256": row.sha256})
        saved = row.content_type not in papers.SHOWN
        response = FileResponse(file, as_attachment=saved, filename=row.filename, content_type=row.content_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = SANDBOX
        response["Cache-Control"] = "private, no-store"
        return response

    def take_out_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a file out with a reason and go back to where it was listed."""
        row = visible_or_404(Attachment.objects.select_related("facility", "review"), request.user, pk=pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            attaching.take_out(row, by=request.user, why=request.POST.get("why", ""))
            messages.success(request, f"已移除：{row}")
        except MoveRefused as refused:
            messages.error(request, str(refused))
        return redirect(_page_of(row.facility, row.review or _asked_review(request, row), row.visit, row.rectification))


def _named(rows, request: HttpRequest, name: str):
    """The visible row that a hidden field names; None when it names none, 404 when it is not there for this person."""
    pk = request.POST.get(name, "")
    if not pk:
        return None
    if not pk.isdecimal() or len(pk) > ID_DIGITS:
        raise Http404("没有找到，或不在您的管理范围内。")
    return visible_or_404(getattr(rows, "objects", rows), request.user, pk=pk)


def _asked_review(request: HttpRequest, row: Attachment) -> AcceptanceReview | None:
    """The review on whose page the button was pressed, when it is one of the same facility."""
    review = _named(AcceptanceReview, request, "review")
    return review if review and review.facility_id == row.facility_id else None


def _facility_of(named: dict) -> Facility | None:
    visit, other = named["visit"], named["review"] or named["rectification"]
    owner = visit.review if visit else other
    return owner.facility if owner else None


def _page_of(facility: Facility, review=None, visit=None, rectification=None) -> str:
    """The page where the files are listed: of the review, else of the rectification item, else of the facility."""
    review = review or (visit.review if visit else None)
    if rectification and not review:
        return reverse("admin:facilities_rectification_change", args=[rectification.pk])
    if review:
        return f"{reverse('admin:facilities_acceptancereview_change', args=[review.pk])}#attachments"
    return reverse("admin:facilities_facility_change", args=[facility.pk])
