"""Sending a sheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from eldercare import uploads
from eldercare.sheets.cells import Problem
from eldercare.uploadpages import access, answers, working
from eldercare.uploadpages.answers import UploadPage, wants_json
from eldercare.uploadpages.forms import SendForm
from eldercare.uploadpages.working import LONG_BYTES, Ending, Work
from eldercare.uploads import Upload, UploadRefused


class NewUpload(UploadPage):
    """`/uploads/new/`: the form, and what becomes of it: a preview, or a refusal that says what to do."""

    permission = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        wishes = {name: request.GET[name] for name in ("kind", "period", "township") if name in request.GET}
        form = SendForm(request.user, access.sendable_kinds(request.user), initial=wishes)
        return _page(request, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SendForm(request.user, access.sendable_kinds(request.user), request.POST, request.FILES)
        if not form.is_valid():
            return _incomplete(request, form)
        data = form.cleaned_data
        context = access.context_of(request.user, data["unit"], data["month"] if data["kind"].has_period else None)
        work = Work(uploads.staging(data["kind"], context, data["file"]))
        try:
            next(iter(work))
        except UploadRefused as refused:
            return _not_taken(request, form, refused.problem)
        is_brief = data["file"].size < LONG_BYTES and work.is_done_before_it_gets_long()
        if not is_brief and not wants_json(request):
            return working.page(request, work, heading=f"正在核对 {data['file'].name}", done=_previewed)
        upload = work.finish()
        if not wants_json(request):
            return redirect("upload", upload.pk)
        return answers.found(upload, status=422 if upload.status == Upload.Status.REFUSED else 201)


def _previewed(upload: Upload) -> Ending:
    return Ending(reverse("upload", args=[upload.pk]), "查看比对结果")


def _page(request: HttpRequest, form: SendForm, status: int = 200, problem: Problem | None = None) -> HttpResponse:
    form.offer_townships()
    return render(request, "uploads/new.html", {"form": form, "problem": problem}, status=status)


def _incomplete(request: HttpRequest, form: SendForm) -> HttpResponse:
    """The form with what is missing; nothing was kept."""
    if not wants_json(request):
        return _page(request, form, status=422)
    problems = [
        Problem(f"{name}_{error.code or 'invalid'}", " ".join(error.messages))
        for name, errors in form.errors.as_data().items()
        for error in errors
    ]
    return answers.refused(problems, status=422, **_asked(form))


def _not_taken(request: HttpRequest, form: SendForm, problem: Problem) -> HttpResponse:
    """The request cannot be taken at all: a closed month, a file beyond the limit. Nothing was kept."""
    if wants_json(request):
        return answers.refused([problem], status=422, **_asked(form))
    return _page(request, form, status=422, problem=problem)


def _asked(form: SendForm) -> dict:
    return {"kind": form.data.get("kind", "")[:20], "period": form.data.get("period", "")[:7]}
