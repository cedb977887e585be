"""How much anybody may send at once: what is too much is turned away before a byte of it is read or lies on the disk.

Files are judged by the page that takes them; this is the bound around them all, because a form is read whole, with its
files, before any page, and even before it is known whether the sender may see that page.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from eldercare.sheets.cells import Problem
from eldercare.sheets.limits import LIMITS, MEGABYTE
from eldercare.sheets.papers import MOST_BYTES as PAPER_BYTES
from eldercare.uploadpages import answers

AT_ONCE = 12
"""As many attachments of the largest kind as one form may bring."""

MOST_BYTES = max(AT_ONCE * PAPER_BYTES, 2 * LIMITS.file_bytes)
STRANGERS_BYTES = MEGABYTE
"""Whoever is not signed in has a name and a password to send."""


class BoundedBody:
    """Answers a request that announces more than may be sent with a page that says so, or with the contract's object."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _announced(request)
        if size <= STRANGERS_BYTES:
            return self.get_response(request)
        most = MOST_BYTES if request.user.is_authenticated else STRANGERS_BYTES
        return _too_much(request, size, most) if size > most else self.get_response(request)


def _announced(request: HttpRequest) -> int:
    """Bytes of the body that will be read; what announces none, or nonsense, is read as none by the framework too."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _too_much(request: HttpRequest, size: int, most: int) -> HttpResponse:
    reason = f"一次发来 {-(-size // MEGABYTE)} MB，超过一次最多 {most // MEGABYTE} MB，没有接收。"
    problem = Problem("too_big", reason, "请分成几次上传；文件过大时先压缩图片或拆成几份。")
    if request.path.startswith("/api/"):
        detail = {"detail": reason + problem.hint}
        return JsonResponse(detail, status=413, json_dumps_params={"ensure_ascii": False})
    if answers.wants_json(request):
        return answers.refused([problem], status=413)
    told = {"title": "发来的内容太大", "reason": reason, "steps": [problem.hint]}
    return render(request, "uploads/explained.html", told, status=413)
