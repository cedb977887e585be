"""What every request passes before a page answers it: text that the database can hold, and a password of one's own."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers

API = "/api/"
NUL = "\0"
UNREADABLE = Problem("unreadable_text", "发来的内容里有不能识别的字符，没有执行。", "请删去后重新填写。")
PASSWORD_DUE = Problem("password_due", "现用的是初始密码，须先修改密码。", "请登录门户修改密码后再试。")


class PlainText:
    """Turns away NUL characters in address and form: no person types one, and PostgreSQL stores none."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """Runs after the token of a form was checked, which is when the form has been read anyway."""
        if not _holds_nul(request):
            return None
        if refused := _told_to_script(request, 400, UNREADABLE):
            return refused
        raise BadRequest(UNREADABLE.message)


class OwnPassword:
    """Until a given first password is changed, an account reaches nothing but the page that changes it, and the way out."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not (user.is_authenticated and user.must_change_password) or request.path in _open_addresses():
            return self.get_response(request)
        return _told_to_script(request, 403, PASSWORD_DUE) or redirect("password_change")


class NoTrace:
    """Pages leave no copy in the browser: after signing out, the back button shows nothing of the bureau's."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def _open_addresses() -> tuple[str, ...]:
    return reverse("password_change"), reverse("logout"), reverse("healthz")


def _holds_nul(request: HttpRequest) -> bool:
    texts = [request.path_info]
    for form in (request.GET, request.POST):
        for name, values in form.lists():
            texts += [name, *values]
    return any(NUL in text for text in texts)


def _told_to_script(request: HttpRequest, status: int, problem: Problem) -> HttpResponse | None:
    """The refusal in the words of the API or of the upload contract; None where a person reads a page."""
    if request.path.startswith(API):
        text = f"{problem.message}{problem.hint}"
        return JsonResponse({"detail": text}, status=status, json_dumps_params={"ensure_ascii": False})
    return answers.refused([problem], status=status) if answers.wants_json(request) else None
