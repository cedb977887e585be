"""What is answered to a request that cannot be read, and when the portal itself fails: a page, or an object for scripts.

Both say what the cause is where it has a plain name.
"""

import errno
import re
import sys

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers

FULL = Problem("disk_full", "服务器的磁盘已满，没有保存。", "请告诉系统管理员清理磁盘，然后再办一次。")
LOCKED = Problem(
    "storage", "服务器的数据文件夹不能写入，没有保存。", "请告诉系统管理员检查文件夹的权限，然后再办一次。"
)
BUSY = Problem("busy", "同时办理的人多，等了很久还没有轮到，没有写入。", "请过一两分钟再办一次。")
AWAY = Problem("database", "数据库刚才没有连上。", "请过几分钟先看看刚才那一步是否已经办成，没有的话再办一次。")
OWN = Problem("mishap", "系统出了问题，正在办理的这一步没有保存。", "请过几分钟再试一次；仍不行请告诉系统管理员。")

_ERRNOS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), LOCKED),
}
# In the words of SQLite and of PostgreSQL.
_WORDS = (
    (("disk is full", "No space left on device"), FULL),
    (("readonly database", "unable to open database file"), LOCKED),
    (("database is locked", "deadlock detected", "lock timeout"), BUSY),
)


_MALFORMED = "发来的内容不完整或格式不对，没有执行。"
_HINT = "请返回上一页，刷新后重新填写。"
_CHINESE = re.compile("[一-龥]")


def cause_of(error: BaseException | None) -> Problem:
    """What an exception that nobody expected comes down to, in words."""
    if isinstance(error, OSError) and error.errno in _ERRNOS:
        return _ERRNOS[error.errno]
    if not isinstance(error, OperationalError | InterfaceError):
        return OWN
    said = str(error)
    return next((problem for words, problem in _WORDS if any(word in said for word in words)), AWAY)


def broken(request: HttpRequest) -> HttpResponse:
    """The answer to a request that ended in an exception; asks neither database nor session, which may be what failed."""
    problem = cause_of(sys.exc_info()[1])
    status = 500 if problem is OWN else 503
    if told := _told_to_script(request, problem, status):
        return told
    page = loader.get_template("500.html").render({"status": status, "problem": problem if status == 503 else None})
    return HttpResponse(page, status=status)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to a request that cannot be read as it came; pages that refuse one say why in words of their own."""
    problem = Problem("bad_request", _words(exception), _HINT)
    if told := _told_to_script(request, problem, 400):
        return told
    template, context = loader.get_template("400.html"), {"reason": problem.message}
    try:
        page = template.render(context, request)
    except BadRequest:
        # The form cannot be read by the page around it either.
        page = template.render(context)
    return HttpResponse(page, status=400)


def _words(exception: Exception) -> str:
    if isinstance(exception, TooManyFilesSent):
        return f"一次最多发来 {settings.DATA_UPLOAD_MAX_NUMBER_FILES} 个文件，没有执行，请分几次上传。"
    said = str(exception)
    # The framework's own words are in English and speak of its insides.
    return said if _CHINESE.search(said) else _MALFORMED


def _told_to_script(request: HttpRequest, problem: Problem, status: int) -> HttpResponse | None:
    """The refusal in the words of the API or of the upload contract; None where a person reads a page."""
    if request.path.startswith("/api/"):
        detail = {"detail": f"{problem.message}{problem.hint}"}
        return JsonResponse(detail, status=status, json_dumps_params={"ensure_ascii": False})
    return answers.refused([problem], status=status) if answers.wants_json(request) else None
