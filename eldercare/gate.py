"""What every request passes before a page answers it: readable text, somebody signed in, a password of one's own."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers

API = "/api/"
NUL = "\0"
UNREADABLE = Problem("unreadable_text", "发来的内容里有不能识别的字符，没有执行。", "请删去后重新填写。")
SIGN_IN = Problem("login_required", "没有登录，或登录已过期。", "请重新登录后再试。")
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


class SignedIn(LoginRequiredMiddleware):
    """Sends a visitor to the login page; a script, which would take that page for an answer, is told so in its own form."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        refused = _told_to_script(request, 401, SIGN_IN)
        if refused is None:
            answer = super().handle_no_permission(request, view_func)
            if request.method == "POST" and "Location" in answer.headers:
                # Whoever sent a form must learn that it did not arrive; the page after the login looks as if nothing was sent.
                answer.headers["Location"] += "&lost=1"
            return answer
        refused.headers["WWW-Authenticate"] = "Session"
        return refused


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
    """Pages and files leave no copy in the browser: after signing out, nothing of the bureau's can be called back."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        # What carries an ETag is asked for anew each time and says so itself.
        if is_page or ("Content-Disposition" in response and "ETag" not in response):
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
