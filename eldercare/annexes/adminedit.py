"""Typing, importing and exporting an annex table in the admin; what these pages do is done by the kernel's services."""

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from eldercare import audit, uploads
from eldercare.annexes import editing as annexediting
from eldercare.annexes import forms as annexforms
from eldercare.annexes import grid as annexgrid
from eldercare.annexes import importing as annexuploads
from eldercare.annexes import state as annexstate
from eldercare.annexes import tables as annextables
from eldercare.annexes.editing import AnnexErrors
from eldercare.annexes.forms import Remarks
from eldercare.annexes.kinds import AnnexKind, kind_of
from eldercare.annexes.printed import Printed, name_book
from eldercare.annexes.rows import AnnexTable
from eldercare.review import StaleObject
from eldercare.sheets import annex
from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers
from eldercare.uploadpages.forms import ACCEPTED, FILE_HINT
from eldercare.uploadpages.templates import attachment
from eldercare.uploads import Upload, UploadRefused


class AnnexEditing:
    """The pages beside an annex table's own: `…/edit/`, `…/import/`, `…/export/`, and the form of a new table."""

    @property
    def kind(self) -> AnnexKind:
        return kind_of(self.model)

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = (("edit", self.edit_view), ("import", self.import_view), ("export", self.export_view))
        own = [
            path(f"<path:object_id>/{page}/", self.admin_site.admin_view(view), name=f"{name}_{page}")
            for page, view in pages
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request) -> bool:
        return request.user.has_perm(self.kind.add_permission)

    def may_edit(self, request) -> bool:
        """Whether the person's role changes such tables; the service asks again."""
        return request.user.has_perm(self.kind.change_permission)

    def _editable(self, request: HttpRequest, object_id: str) -> AnnexTable:
        table = self.get_object(request, unquote(object_id))
        if not self.may_edit(request):
            raise PermissionDenied(f"您的角色不能改这张{self.kind.label}。")
        return table

    def edit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The grid; a POST saves it whole, or shows every wrong cell beside what was typed."""
        table = self._editable(request, object_id)
        before = annexstate.stored(self.kind, table)
        if request.method != "POST":
            return self._grid(request, table, before)
        base = annexgrid.unpack(request.POST.get("base", ""))
        if base is None or int_or_none(request.POST.get("rows", "")) is None:
            messages.error(request, "页面内容不完整，没有保存；请重新填写。")
            return self._grid(request, table, before, status=400)
        return self._save(request, table, before, base)

    def _save(self, request, table: AnnexTable, before: Printed, base: annexgrid.Typed) -> HttpResponse:
        seen = request.POST.get("seen", "")
        if seen != annexstate.fingerprint(before):
            return self._clash(request, table, before, base, annexgrid.typed_from(request.POST, base.columns))
        mine = annexgrid.typed_from(request.POST, annexstate.columns_of(before))
        parsed = annexgrid.Parsing(self.kind, before, mine).parse()
        if int_or_none(request.POST["rows"]) > annexediting.MOST_ROWS:
            words = f"一张表最多 {annexediting.MOST_ROWS} 行，后面的行没有读入。"
            parsed.problems.append(Problem("too_many_rows", words, "请分成几张表。"))
        if parsed.problems:
            return self._wrong(request, table, before, mine, base, parsed.problems)
        try:
            saved = annexediting.save(self.kind, table, parsed.state, by=request.user, seen=seen)
        except AnnexErrors as errors:
            return self._wrong(request, table, before, mine, base, errors.problems)
        except StaleObject:
            return self._clash(request, table, annexstate.stored(self.kind, table), base, mine)
        words = saved.changes.words(self.kind)
        messages.success(request, f"已保存，改动 {len(words)} 处。" if words else "没有改动。")
        return redirect(self._page(table, "change"))

    def _wrong(self, request, table, before, typed, base, problems: list[Problem]) -> HttpResponse:
        remarks = Remarks(problems=tuple(problems), notes=self._notes(table, typed))
        return self._grid(request, table, before, typed, base=base, remarks=remarks, status=422)

    def _clash(self, request, table, before: Printed, base: annexgrid.Typed, mine: annexgrid.Typed) -> HttpResponse:
        """Somebody saved meanwhile: my changes on what is stored now, the other's changes told, nothing saved."""
        now = annexgrid.typed_of(before)
        both, clashes = annexgrid.merged(base, mine, now)
        remarks = Remarks(clashes=frozenset(clashes), now=now, notes=self._notes(table, both))
        stale = f"{annexediting.STALE}橙色的单元格两边都改过，旁边写着现在保存的数。" if clashes else annexediting.STALE
        return self._grid(request, table, before, both, remarks=remarks, status=409, stale=stale)

    def _grid(
        self, request, table, before: Printed, typed=None, *, base=None, remarks=None, status=200, stale=""
    ) -> HttpResponse:
        now = annexgrid.typed_of(before)
        typed = typed or now
        remarks = remarks or Remarks(notes=self._notes(table, typed))
        seen = annexstate.fingerprint(before)
        grid = annexforms.sheet(self.kind, before, typed, base=base or now, seen=seen, remarks=remarks)
        context = self._context(request, f"填写：{table.title}", table) | {"sheet": grid, "stale": stale}
        return TemplateResponse(request, "admin/annexes/edit.html", context, status=status)

    def _notes(self, table: AnnexTable, typed: annexgrid.Typed) -> dict[str, str]:
        """Which unit stands behind each typed name, where that is not plain."""
        book = name_book(table.policy)
        found = {}
        for line in typed.rows.values():
            unit = book.match(line.unit) if line.unit else None
            if unit is None and line.unit:
                near = book.proposal(line.unit)
                found[line.unit] = f"不对应乡镇（街道）{f'；像是{near[0]}，待确认' if near else ''}"
            elif unit and unit.short_name != line.unit:
                found[line.unit] = f"即 {unit}"
        return found

    def import_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a file for this table: kept, read and previewed; confirming is done on the upload's own page."""
        table = self._editable(request, object_id)
        if request.method != "POST":
            return self._import_page(request, table)
        file = request.FILES.get("file")
        if file is None:
            return self._not_taken(request, table, Problem("file_required", "请选择要导入的文件。"))
        kind = uploads.kind_of(self.kind.code)
        try:
            upload = uploads.stage(kind, annexuploads.context_of(table, request.user), file)
        except UploadRefused as refused:
            return self._not_taken(request, table, refused.problem)
        if answers.wants_json(request):
            return answers.found(upload, status=422 if upload.status == Upload.Status.REFUSED else 201)
        return redirect("upload", upload.pk)

    def _not_taken(self, request, table, problem: Problem) -> HttpResponse:
        if answers.wants_json(request):
            return answers.refused([problem], status=422, kind=self.kind.code)
        return self._import_page(request, table, status=422, problem=problem)

    def _import_page(self, request, table, status: int = 200, problem: Problem | None = None) -> HttpResponse:
        known = {"accepted": ACCEPTED, "file_hint": FILE_HINT, "problem": problem}
        context = self._context(request, f"导入：{table.title}", table) | known
        return TemplateResponse(request, "admin/annexes/import.html", context, status=status)

    def export_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The table as .xlsx in its printed layout."""
        table = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, table):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        kind = self.kind
        entries = kind.entry._base_manager.filter(table=table).order_by("row", "pk")
        totals = kind.total._base_manager.filter(table=table).order_by("pk")
        paper = annextables.printed_table(table, entries, totals, subject=kind.subject, value=kind.value)
        audit.record("export", by=request.user, target=table, detail={"rows": [f"{len(paper.rows)} 个单位"]})
        return attachment(annex.write(paper), f"{table.policy.slug}_附件{table.annex}.xlsx")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None) -> HttpResponse:
        """A new table; its units are typed on the grid that opens next."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = annexforms.NewTableForm(self.kind, request.user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            policy = form.cleaned_data["policy"]
            table = annexediting.create(self.kind, policy, form.values, form.columns, by=request.user)
            messages.success(request, "已建好空表，请填写单位和数。")
            return redirect(self._page(table, "edit"))
        context = self._context(request, f"新建{self.kind.label}") | {"form": form}
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/annexes/new.html", context, status=status)

    def _page(self, table: AnnexTable, page: str) -> str:
        return reverse(self.kind.admin_address(page), args=[table.pk])

    def _context(self, request, title: str, table: AnnexTable | None = None) -> dict:
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": table}

    def table_pages(self, request, table: AnnexTable) -> dict:
        """Addresses for the buttons on the table's own page."""
        found = {"export_url": self._page(table, "export")}
        if self.may_edit(request):
            found |= {"edit_url": self._page(table, "edit"), "import_url": self._page(table, "import")}
        return found


def int_or_none(text: str) -> int | None:
    """A small number that a hidden field sent."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
