"""Answers for people and for scripts: a refusal is a page that explains itself, or the contract's JSON object."""

from dataclasses import asdict

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import View

from eldercare.review import Denied
from eldercare.scoping import visible_or_404
from eldercare.sheets.cells import Problem
from eldercare.uploads import Upload
from eldercare.uploads.upload import COUNTS

NOT_FOUND = Problem("not_found", "没有找到，或不在您的管理范围内。", "请核对网址和单位代码。")


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a script that asked for JSON; a browser, or a caller without a wish, gets pages."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def found(upload: Upload, *, status: int = 200, problem: Problem | None = None) -> JsonResponse:
    """The contract's object of one upload; `problem` says first why what was asked was not done."""
    answer = upload.as_dict()
    answer |= upload.declared.tell(upload) if upload.declared else {}
    if problem:
        answer["problems"] = [_plain(problem), *answer["problems"]]
    return _json(answer, status)


def refused(problems: list[Problem], *, status: int, kind: str = "", period: str = "") -> JsonResponse:
    """The contract's object of a request of which nothing was kept."""
    counts = dict.fromkeys(COUNTS, 0) | {"errors": len(problems)}
    listed = [_plain(problem) for problem in problems]
    answer = {"id": None, "kind": kind, "period": period, "status": "refused", "counts": counts, "problems": listed}
    return _json(answer, status)


def explained(request: HttpRequest, status: int, **context) -> HttpResponse:
    """A page that says what was not done, why, and what to do next."""
    return render(request, "uploads/explained.html", context, status=status)


def _plain(problem: Problem) -> dict:
    return asdict(problem) | {"level": str(problem.level)}


def _json(answer: dict, status: int) -> JsonResponse:
    return JsonResponse(answer, status=status, json_dumps_params={"ensure_ascii": False})


class UploadPage(View):
    """A page of the intake: who may come in, and refusals in the form that the caller reads."""

    permission = "eldercare.view_upload"

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            if self.permission and not request.user.has_perm(self.permission):
                raise Denied("您的角色不能查看上传记录。")
            return super().dispatch(request, *args, **kwargs)
        except Http404:
            if not wants_json(request):
                raise
            return refused([NOT_FOUND], status=404)
        except PermissionDenied as denied:
            if not wants_json(request):
                raise
            return refused([Problem("denied", str(denied) or "您的角色没有这项权限。")], status=403)


def visible_upload(request: HttpRequest, pk: int) -> Upload:
    """The upload of that number if this person may see it, else 404."""
    rows = Upload.objects.select_related("region", "district", "uploaded_by", "confirmed_by", "undone_by")
    return visible_or_404(rows.annotate(**Upload.read_values()), request.user, pk=pk)
