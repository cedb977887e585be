"""The what-if page of an edition: who would fall short, on the screen, on paper and as a table."""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from eldercare import audit, clock
from eldercare.sheets import export
from facilities import whatif
from facilities.models import StandardEdition
from facilities.rules.phrases import amount, listed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADERS = (
    "设施编码", "设施名称", "设施类型", "乡镇（街道）", "村（社区）", "现行标准下", "所选版本下",
    "条款", "要求", "情况", "差距", "单位",
)  # fmt: skip
PERMISSIONS = ("facilities.view_standardedition", "facilities.view_facility")


def urls(admin) -> list:
    """The what-if page below an edition."""

    def page(request: HttpRequest, object_id: str) -> HttpResponse:
        edition = admin.get_object(request, object_id)
        if not request.user.has_perms(PERMISSIONS):
            raise PermissionDenied
        report = _report(request, edition)
        if request.GET.get("format") == "xlsx":
            return _table(request, report)
        return render(request, "admin/facilities/standardedition/whatif.html", context(report))

    view = admin.admin_site.admin_view(page)
    return [path("<path:object_id>/whatif/", view, name="facilities_standardedition_whatif")]


def _report(request: HttpRequest, edition: StandardEdition) -> whatif.Report:
    """The report that the address asks for: `?as_of=` and `?all=1`; an odd day is the district's own."""
    district = edition.policy.district
    day = clock.asked_day(request.GET.get("as_of", ""))
    accepted_only = request.GET.get("all") != "1"
    return whatif.rerun(edition, district, request.user, day=day, accepted_only=accepted_only)


def context(report: whatif.Report) -> dict:
    """What the page shows."""
    edition = report.edition
    return {
        "report": report,
        "edition": edition,
        "district": edition.policy.district,
        "day": report.day,
        "short": report.short,
        "falling": report.falling,
        "rising": report.rising,
        "types": report.by_type(),
        "townships": [line for line in report.by_township() if line[2]],
        "sums": [_words(one) for one in report.sums()],
        "is_ahead": bool(edition.starts and edition.starts > report.day),
        "back_url": reverse("admin:facilities_standardedition_change", args=[edition.pk]),
    }


def _words(one: whatif.Sum) -> dict:
    """A sum in words."""
    names = listed(f"{name}（{count} 个设施）" for name, count in one.names)
    return {"label": one.label, "facilities": one.facilities,
            "total": amount(one.total, one.unit) if one.total is not None else "", "names": names}  # fmt: skip


def _table(request: HttpRequest, report: whatif.Report) -> HttpResponse:
    """One row a clause that would be in the way, as .xlsx; the export is on record."""
    title = f"{report.edition.policy.district.name}标准试算：{report.edition}"
    notes = [f"核查日期 {report.day}；现行标准 {report.present or '无'}；试算不改变任何验收决定。"]
    content = export.export(HEADERS, _rows(report), title=title, name="标准试算", notes=notes)
    detail = {"what": "标准试算", "day": report.day.isoformat(), "rows": sum(len(line.lacks) for line in report.short)}
    audit.record("export", by=request.user, target=report.edition, detail=detail)
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="whatif-{report.edition.key}-{report.day:%Y%m%d}.xlsx"'
    return answer


def _rows(report: whatif.Report) -> Iterator[tuple]:
    for line in report.short:
        place = line.facility
        head = (
            place.code, place.name, place.get_type_display(), str(place.township), str(place.village or ""),
            line.before.label, line.after.label,
        )  # fmt: skip
        yield from ((*head, *_lack(lack.finding)) for lack in line.lacks)
        if not line.lacks:
            yield (*head, "", "", "", None, "")


def _lack(finding) -> tuple:
    told = finding.gap_text or finding.missing_text or finding.outcome.label
    return finding.clause, finding.label, told, finding.gap, finding.unit if finding.gap is not None else ""
