"""Import and export in the admin: `…/import/` (form, preview, confirmation), `…/import/template/` and `…/export/`."""

from pathlib import Path

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from eldercare import uploads
from eldercare.importing import exporting, keeping
from eldercare.importing.formats import MOST_ROWS, GuardedFormat
from eldercare.importing.keeping import KeptFile
from eldercare.importing.outcome import SHOWN, Outcome, outcome
from eldercare.importing.resource import RegisterResource
from eldercare.sheets import writer
from eldercare.sheets.cells import Problem
from eldercare.sheets.limits import LIMITS, MEGABYTE

ACCEPTED = ".xlsx,.xls,.csv"
GONE = "这次预览已经办理过，或已超过两小时；请重新选择文件。"
CHANGED = "预览之后，登记的数据已被别人更新。下面按最新数据重新比对，请核对后再确认。"
NOTHING = "文件里的行都与登记相同，没有写入。"


class RegisterPages:
    """Mixed into a register's admin before ScopedAdmin; `resource` says which columns go in and out.

    `better_door(request)` is (words, address) of the page where this register's files are sent, for registers that take
    no import here.
    """

    resource: type[RegisterResource]

    def better_door(self, request: HttpRequest) -> tuple[str, str] | None:
        return None

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        own = [path("export/", view(self.export_view), name=f"{name}_export")]
        if self.resource.keys:
            own += [
                path("import/", view(self.import_view), name=f"{name}_import"),
                path("import/template/", view(self.import_template_view), name=f"{name}_import_template"),
            ]
        return [*own, *super().get_urls()]

    def address(self, page: str) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whoever may add or change rows by hand may import them; each row is judged again by what it does."""
        names = (f"{self.opts.app_label}.{verb}_{self.opts.model_name}" for verb in ("add", "change"))
        return bool(self.resource.keys) and any(map(request.user.has_perm, names))

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"register_tools": self.tools(request)} | (extra_context or {}))

    def tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        """(words, address) of the ways in and out that this person has; exports keep the list's filters."""
        found = []
        if self.has_import_permission(request):
            found.append(("导入", self.address("import")))
        elif door := self.better_door(request):
            found.append(door)
        query = f"&{request.GET.urlencode()}" if request.GET else ""
        found += [
            (f"导出 {name}", f"{self.address('export')}?format={code}{query}") for code, name in exporting.FORMATS
        ]
        return found

    # Out

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The rows of the list as filtered, in the person's scope."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return exporting.exported(self, request)

    # In

    def import_template_view(self, request: HttpRequest) -> HttpResponse:
        """An empty sheet with the columns, their notes and dropdowns."""
        self._admit(request)
        sheet = self.resource.sheet
        return exporting.attachment(writer.template(sheet), f"{sheet.title}.xlsx")

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """The form; a sent file becomes a preview, and its confirmation is done once."""
        self._admit(request)
        if request.method != "POST":
            return self._import_page(request)
        if "ticket" in request.POST:
            return self._confirm(request)
        sent = request.FILES.get("file")
        if sent is None:
            return self._import_page(request, problem=Problem("no_file", "请选择要导入的文件"), status=422)
        content = sent.read(LIMITS.file_bytes + 1)
        if len(content) > LIMITS.file_bytes:
            told = Problem("too_big", f"文件超过 {LIMITS.file_bytes // MEGABYTE} MB", "请分成几份，逐份导入")
            return self._import_page(request, problem=told, status=422)
        kept = KeptFile.of(_suffix(sent.name))
        kept.save(content)
        return self._preview(request, kept, Path(sent.name).name[:200])

    def _admit(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def _tried(self, request, path_: Path, filename: str, *, dry_run: bool) -> Outcome:
        """Read the file, then run the Resource over its rows; a dry run, or one with problems, is rolled back."""
        source = GuardedFormat(self.resource.sheet, filename)
        dataset = source.create_dataset(path_)
        resource = self.resource(by=request.user, reading=source.reading, filename=filename)
        if not dataset.headers or not len(dataset):
            return Outcome(
                dict.fromkeys(("new", "changed", "unchanged", "warnings"), 0) | {"errors": 1}, _empty(source)
            )
        result = resource.import_data(dataset, dry_run=dry_run, rollback_on_validation_errors=True)
        return outcome(resource, result)

    def _preview(self, request, kept: KeptFile, filename: str, notice: str = "", status: int = 200) -> HttpResponse:
        found = self._tried(request, kept.path, filename, dry_run=True)
        if found.errors or not found.writes:
            kept.remove()
            notice = notice or ("" if found.errors else NOTHING)
            return self._import_page(
                request, found=found, filename=filename, notice=notice, status=422 if found.errors else 200
            )
        made = keeping.ticket(kept, filename, found.digest, model=self.opts.label_lower, user=request.user)
        return self._import_page(request, found=found, filename=filename, ticket=made, notice=notice, status=status)

    def _confirm(self, request: HttpRequest) -> HttpResponse:
        """Do what was shown, all of it or nothing; when the register has changed since, show it anew."""
        told = keeping.opened(request.POST["ticket"], model=self.opts.label_lower, user=request.user)
        kept = KeptFile(name=told["file"]) if told else None
        if kept is None or not kept.take():
            messages.warning(request, GONE)
            return redirect(self.address("import"))
        try:
            found = self._written(request, kept.claimed, told)
        except BaseException:
            kept.give_back()
            raise
        if found is None:
            kept.give_back()
            return self._preview(request, kept, told["filename"], CHANGED, status=409)
        kept.remove()
        messages.success(request, f"已导入：新增 {found.counts['new']} 行，变更 {found.counts['changed']} 行。")
        return redirect(self.address("changelist"))

    def _written(self, request, path_: Path, told: dict) -> Outcome | None:
        """What was written; None, and nothing written, when it would not be what was shown."""
        source = GuardedFormat(self.resource.sheet, told["filename"])
        dataset = source.create_dataset(path_)
        resource = self.resource(by=request.user, reading=source.reading, filename=told["filename"])
        with transaction.atomic():
            result = resource.import_data(dataset, dry_run=False, rollback_on_validation_errors=True)
            found = outcome(resource, result)
            if found.errors or found.digest != told["digest"]:
                transaction.set_rollback(True)
                return None
        return found

    def _import_page(
        self, request, *, found=None, problem=None, filename="", ticket="", notice="", status=200
    ) -> HttpResponse:
        sheet = self.resource.sheet
        context = {
            **self.admin_site.each_context(request),
            "title": f"导入{self.opts.verbose_name_plural}",
            "opts": self.opts,
            "accepted": ACCEPTED,
            "most": MOST_ROWS,
            "larger": [kind for kind in uploads.kinds_for(request.user) if kind.whole_district],
            "megabytes": LIMITS.file_bytes // MEGABYTE,
            "columns": sheet.help(),
            "template_url": self.address("import_template"),
            "problem": problem,
            "found": found,
            "errors": found.errors[:SHOWN] if found else [],
            "warnings": found.warnings[:SHOWN] if found else [],
            "lines": found.lines[:SHOWN] if found else [],
            "filename": filename,
            "ticket": ticket,
            "notice": notice,
        }
        return TemplateResponse(request, "admin/importing/import.html", context, status=status)


def _suffix(name: str) -> str:
    """The sender's suffix as far as it is one; what the file is, is judged by its content."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in ACCEPTED.split(",") else ".bin"


def _empty(source: GuardedFormat) -> list[Problem]:
    return source.reading.problems or [Problem("no_rows", "表里没有数据行", "请填写后再导入")]
