"""The pages beside a session: sending its roster, answering what is unsure, printing, exporting, cancelling."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from eldercare import audit, uploads
from eldercare.personal import masked
from eldercare.review import Denied, MoveRefused
from eldercare.sheets.cells import Problem
from eldercare.sheets.export import export
from eldercare.uploadpages import answers
from eldercare.uploadpages.forms import ACCEPTED, FILE_HINT
from eldercare.uploadpages.templates import attachment
from eldercare.uploads import Context, Upload, UploadRefused
from training.admin import answering
from training.models import Attendance, TrainingSession
from training.rostersheet import KIND, comparing
from training.rostersheet.sheet import template
from training.services import sessions

HEADERS = ("序号", "姓名", "单位", "联系电话", "证书编号", "证书名称", "发证日期", "有效期至", "结业")


def live(session: TrainingSession) -> list[Attendance]:
    """The roster as it stands, by unit: two queries with the certificates."""
    rows = session.attendances.filter(retracted_at__isnull=True).select_related("person", "session")
    return list(rows.prefetch_related("person__certificates").order_by("unit_name", "pk"))


def sent(session: TrainingSession, user) -> list[Upload]:
    """The sheets sent for a session, newest first."""
    rows = Upload.objects.visible_to(user).filter(kind=KIND.code, subject=str(session.pk))
    return list(rows.select_related("uploaded_by")[:20])


def context_of(session: TrainingSession, by) -> Context:
    """For which session somebody sends a roster."""
    return Context(session.district, session.district, None, by, str(session.pk))


def _asked(admin, request: HttpRequest, object_id: str, permission: str = "") -> TrainingSession:
    session = admin.get_object(request, unquote(object_id))
    allowed = request.user.has_perm(permission) if permission else admin.has_view_permission(request, session)
    if not allowed:
        raise PermissionDenied
    return session


def _page(session: TrainingSession) -> str:
    return reverse("admin:training_trainingsession_change", args=[session.pk])


def send(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Take a roster: kept, read and previewed; confirming is done on the upload's own page."""
    session = _asked(admin, request, object_id, KIND.permission)
    if request.method != "POST":
        return _send_page(admin, request, session)
    file = request.FILES.get("file")
    if file is None:
        return _not_taken(admin, request, session, Problem("file_required", "请选择要上传的名册。"))
    try:
        upload = uploads.stage(KIND, context_of(session, request.user), file)
    except UploadRefused as refused:
        return _not_taken(admin, request, session, refused.problem)
    if answers.wants_json(request):
        return answers.found(upload, status=422 if upload.status == Upload.Status.REFUSED else 201)
    return redirect("upload", upload.pk)


def _not_taken(admin, request, session, problem: Problem) -> HttpResponse:
    if answers.wants_json(request):
        return answers.refused([problem], status=422, kind=KIND.code)
    return _send_page(admin, request, session, 422, problem)


def _send_page(admin, request, session, status: int = 200, problem: Problem | None = None) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": f"上传名册：{session}",
        "opts": admin.opts,
        "original": session,
        "accepted": ACCEPTED,
        "file_hint": FILE_HINT,
        "problem": problem,
    }
    return TemplateResponse(request, "admin/training/roster_send.html", context, status=status)


def blank(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The blank sheet of a session."""
    session = _asked(admin, request, object_id, KIND.permission)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    return attachment(template(session), f"培训班名册_{session.ends_on:%Y%m%d}.xlsx")


def answered(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Answers to the questions of a roster that was sent for the session."""
    session = _asked(admin, request, object_id, KIND.permission)
    return answering.answered(request, kind=KIND.code, subject=str(session.pk))


def printed(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """A page for A4; `?list=certificates` has those who completed only, with their certificates."""
    session = _asked(admin, request, object_id)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    is_list = request.GET.get("list") == "certificates"
    rows = [row for row in live(session) if row.completed or not is_list]
    context = {
        **admin.admin_site.each_context(request),
        "session": session,
        "is_list": is_list,
        "rows": [_cells(number, row) for number, row in enumerate(rows, 1)],
        "printed_at": timezone.localtime(),
        "back_url": _page(session),
    }
    return TemplateResponse(request, "admin/training/session_print.html", context)


def exported(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The roster as .xlsx, numbers masked; the export is recorded."""
    session = _asked(admin, request, object_id)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    rows = [_cells(number, row) for number, row in enumerate(live(session), 1)]
    notes = [
        f"{session.get_role_display()}，{session.starts_on} 至 {session.ends_on}",
        "电话和证书编号只显示头尾几位。",
    ]
    content = export(HEADERS, rows, title=f"{session} 名册", name="培训班名册", notes=notes)
    audit.record("export", by=request.user, target=session, detail={"what": "培训班名册", "rows": [f"{len(rows)} 人"]})
    return attachment(content, f"培训班名册_{session.ends_on:%Y%m%d}.xlsx")


def _cells(number: int, row: Attendance) -> tuple:
    """One line under HEADERS, with the certificate that the roster brought or else the last of the role."""
    known = {certificate.pk: certificate for certificate in row.person.certificates.all()}
    own = known.get(row.sources.get("certificate"))
    held = own or next((each for each in reversed(known.values()) if each.role == row.session.role), None)
    certificate = (masked(held.number), held.title, held.issued_on, held.expires_on) if held else ("", "", None, None)
    completed = comparing.YES_NO[row.completed]
    return (number, row.person.name, row.unit_name, masked(row.person.phone), *certificate, completed)


def cancelled(admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Cancel the session with a reason, and go back to its page."""
    session = _asked(admin, request, object_id, "training.change_trainingsession")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        sessions.cancel(session, by=request.user, reason=request.POST.get("reason", "")[:300])
    except (MoveRefused, Denied) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "培训班已取消，名册保留，不再计数。")
    return redirect(_page(session))
