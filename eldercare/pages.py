"""Pages that belong to no app: signing in, the way home, health, refusals."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView, View

from eldercare import audit
from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers


class AccountForm(AuthenticationForm):
    """账号 and 密码, by the names that the page gives them."""

    error_messages = AuthenticationForm.error_messages | {
        "invalid_login": "账号或密码不对。两者都区分大小写，请看一看大写锁定键，再输一次。"
    }


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The login page; both outcomes are recorded."""

    authentication_form = AccountForm
    redirect_authenticated_user = True

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        audit.record("login", by=self.request.user, address=client_address(self.request))
        return response

    def form_invalid(self, form) -> HttpResponse:
        name = form.data.get("username", "")[:100]
        audit.record("login.failed", detail={"username": name}, address=client_address(self.request))
        return super().form_invalid(form)


@method_decorator(login_not_required, name="dispatch")
class AdminDoor(View):
    """The admin has no login page of its own: strangers sign in where everyone does, others learn why they may not."""

    def get(self, request) -> HttpResponse:
        if request.user.is_authenticated and not request.user.is_staff:
            raise PermissionDenied("这个账号的角色不使用管理后台。")
        target = request.GET.get("next", reverse("admin:index"))
        return redirect_to_login(target) if not request.user.is_authenticated else redirect("admin:index")


class SignOut(LogoutView):
    """Signing out, recorded."""

    def post(self, request, *args, **kwargs) -> HttpResponse:
        audit.record("logout", by=request.user, address=client_address(request))
        return super().post(request, *args, **kwargs)


class OwnPasswordForm(PasswordChangeForm):
    """A new password, which must be another than the old one."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = "至少10个字符，不能是常见密码，也不能与账号相近。"
        self.fields["new_password2"].help_text = ""

    def clean(self) -> dict:
        cleaned = super().clean()
        new = cleaned.get("new_password1")
        if new and new == cleaned.get("old_password"):
            self.add_error("new_password1", "新密码不能与旧密码相同。")
        return cleaned


class NewPassword(PasswordChangeView):
    """Changing the own password, for every role; afterwards a given first password is no longer due for a change."""

    form_class = OwnPasswordForm
    template_name = "registration/password.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form) -> HttpResponse:
        form.user.must_change_password = False
        audit.record("record.changed", by=form.user, target=form.user, detail={"fields": ["密码"]})
        messages.success(self.request, "密码已修改。")
        return super().form_valid(form)


class Help(TemplateView):
    """How to use the portal, by role."""

    template_name = "help.html"


def client_address(request: HttpRequest) -> str | None:
    """The address the request came from."""
    return request.META.get("REMOTE_ADDR") or None


def home(request: HttpRequest) -> HttpResponse:
    """Send each role to where its work is."""
    user = request.user
    if user.is_township_user or user.has_perm("eldercare.view_dashboard"):
        return redirect("dashboard")
    if user.is_staff:
        return redirect("admin:index")
    return redirect("help")


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the portal answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old or came from elsewhere, explained."""
    if answers.wants_json(request):
        problem = Problem("csrf", "页面已过期，没有提交。", "请重新读取页面后再提交。")
        return answers.refused([problem], status=403)
    return render(request, "403_csrf.html", status=403)
