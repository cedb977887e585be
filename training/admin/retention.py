"""What is due to be cleared: one list that the bureau looks through, and clears in one go after a tick."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from eldercare.review import Denied, MoveRefused
from training import personal, retention

PAGE = "training_person_due"
MOST, DIGITS = 500, 12


class RetentionPages:
    """The page `due/` below the people of rosters."""

    def get_urls(self):
        return [path("due/", self.admin_site.admin_view(self.due_view), name=PAGE), *super().get_urls()]

    def due_view(self, request: HttpRequest) -> HttpResponse:
        """The list; posted, those of it that were ticked are cleared."""
        if not self.has_view_permission(request):
            raise Denied("您的角色不能查看名册人员。")
        if request.method == "POST":
            return self._clear(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "POST"])
        due = retention.due(request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": "到期待清除的个人信息",
            "opts": self.opts,
            "people": [(row, _last(row)) for row in due.people[:MOST]],
            "files": due.files[:MOST],
            "total": len(due.people),
            "file_total": len(due.files),
            "most": MOST,
            "years": settings.PERSONAL_YEARS,
            "may_erase": request.user.has_perm(personal.ERASE),
        }
        return TemplateResponse(request, "admin/training/person/due.html", context)

    def _clear(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(personal.ERASE):
            raise Denied("您的角色不能清除个人信息。")
        if request.POST.get("sure") != "yes":
            messages.error(request, "没有清除：请先勾选“我知道清除后不能恢复”。")
            return redirect(f"admin:{PAGE}")
        try:
            done = retention.clear(_named(request, "person"), _named(request, "file"), by=request.user)
        except MoveRefused as refused:
            messages.error(request, str(refused))
            return redirect(f"admin:{PAGE}")
        messages.success(
            request, f"已清除 {done.people} 人、{done.files} 份原始表格；培训和队伍的人数、人次、证书数不变。"
        )
        if done.left:
            messages.warning(request, f"没有清除：{'；'.join(done.left[:5])}{'等' if len(done.left) > 5 else ''}。")
        return redirect(f"admin:{PAGE}")


def _named(request: HttpRequest, name: str) -> list[int]:
    """The numbers that a form names; what is no number names nothing."""
    return [int(text) for text in request.POST.getlist(name)[:MOST] if text.isdecimal() and len(text) < DIGITS]


def _last(row) -> str:
    """The day that the years are counted from."""
    days = [day for day in (row.last_session, row.last_membership) if day]
    return f"{max(days)}" if days else f"{row.created_at:%Y-%m-%d}（登记日，没有培训和队伍记录）"
