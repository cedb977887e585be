"""Answers to the questions of a roster, of sessions and of village teams alike: who is somebody that is registered already."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from eldercare import uploads
from eldercare.scoping import visible_or_404
from eldercare.uploadpages import answers
from eldercare.uploads import Upload


def answered(request: HttpRequest, **lookup) -> HttpResponse:
    """`same:<person>` or `other` for each question by its key, of the upload that is named and of the kind looked up.

    Nothing is kept of a choice that was not offered. Raises Http404 for an upload out of scope.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    number = request.POST.get("upload", "")
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        raise Http404("没有这份名册。")
    rows = Upload.objects.select_related("region", "district")
    upload = visible_or_404(rows, request.user, pk=int(number), **lookup)
    if upload.status != Upload.Status.STAGED:
        messages.error(request, "这份名册已经办理过，不能再答复。")
        return redirect("upload", upload.pk)
    problems = uploads.answer(upload, upload.answers | _chosen(request, upload), request.user)
    if problems:
        told = "；".join(f"{problem.cell} {problem.message}" for problem in problems[:5])
        messages.error(request, f"没有接受这次答复：{told}")
    upload.refresh_from_db()
    if answers.wants_json(request):
        return answers.found(upload, status=422 if problems else 200, problem=problems[0] if problems else None)
    return redirect("upload", upload.pk)


def _chosen(request: HttpRequest, upload: Upload) -> dict[str, str]:
    asked = [row["question"] for row in upload.staged.read() if row.get("question")]
    chosen = {question["key"]: request.POST.get(f"choice:{question['key']}", "") for question in asked}
    offered = {question["key"]: {value for value, _ in question["choices"]} for question in asked}
    return {key: value for key, value in chosen.items() if value in offered[key]}
