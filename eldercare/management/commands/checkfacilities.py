"""checkfacilities: every facility and every unit of a district against the standard in force, clause by clause.

JSON: `{"district": {"code", "name"}, "as_of", "edition", "note", "summary": {"facilities": {overall: n}, "units": {subject:
{overall: n}}}, "facilities": […], "units": […]}`. A facility has code, name, type, type_label, township, edition,
overall, overall_label, `classes` (ladder, declared, size, tie, achieved, certain, missing; empty for types without a class
table), `waivers` (requirement, clause, waiver: the consented deviations it rests on) and `findings`; a unit has code, name,
subject, township, overall, overall_label and findings. A finding is `Finding.as_dict`: measured, required and gap as exact
text, `truth` beside `outcome`, so that a waiver hides no failure.

Exit code: 0 when the check was made, 1 when it could not be (the reason is printed), 2 for arguments that are none. With
--exit-code 3 when a facility, or with --units a unit, is not 达标 (无适用标准 does not count as a failure).
"""

import json
from collections import Counter, defaultdict
from datetime import date

from django.core.management.base import CommandError

from eldercare import figures
from eldercare.figures import Scope
from eldercare.management import arguments
from eldercare.management.command import PortalCommand
from eldercare.management.printing import table
from eldercare.regions import Region
from facilities import checks, classes, unitchecks
from facilities.checks import Check, Yardstick
from facilities.models import Facility, FacilityRecord
from facilities.rules.catalogue import SUBJECTS
from facilities.rules.overall import Overall
from facilities.unitchecks import UnitCheck

NOT_ALL_MET = 3
FINE = (Overall.ACCEPTABLE, Overall.NO_STANDARD)


class Command(PortalCommand):
    help = (
        "按本区县标准核查全部设施和单位布局。退出码：0 已核查；1 无法核查；2 参数错误；"
        "使用 --exit-code 时，有未达标的对象则为 3。"
    )

    def add_arguments(self, parser) -> None:
        arguments.add_district(parser)
        parser.add_argument("--format", choices=["table", "json"], default="table", help="输出格式")
        parser.add_argument("--exit-code", action="store_true", help="有设施未达标时以退出码 3 结束，供脚本使用")
        parser.add_argument("--units", action="store_true", help="表格中逐个列出未达标的单位，并计入 --exit-code")

    def handle(self, *args, district: str, as_of: date | None, format: str, **options) -> None:
        region = arguments.district(district)
        day = as_of or region.default_as_of()
        scope = figures.scope_for(region, day)
        measure = checks.yardstick(region, day)
        found = checks.check_all(_registered(region, day), region, day, measure.edition, measure)
        units = unitchecks.check_units(scope, measure=measure)
        if format == "json":
            body = _body(scope, measure, found, units)
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))
        else:
            self._print(region, day, measure, found)
            self._print_units(units, options["units"])
        judged = [*found, *(units if options["units"] else ())]
        if options["exit_code"] and any(check.overall not in FINE for check in judged):
            raise CommandError("有未达标的对象。", returncode=NOT_ALL_MET)

    def _print(self, region: Region, day: date, measure: Yardstick, found: list[Check]) -> None:
        note = f"  {measure.note(day)}" if measure.note(day) else ""
        self.stdout.write(f"{region}  核查日期 {day}  标准 {measure.edition or '无'}{note}")
        if not found:
            self.stdout.write("  这一天没有登记的设施。")
            return
        rows = [("编码", "设施", "类型", "结论", "问题"), *map(_line, found)]
        self.stdout.write("\n".join(table(rows)))
        counts = Counter(check.overall.label for check in found)
        self.stdout.write("合计：" + "，".join(f"{label} {count}" for label, count in counts.items()))

    def _print_units(self, units: list[UnitCheck], one_by_one: bool) -> None:
        if not units:
            return
        counts = Counter((SUBJECTS[check.subject], check.overall.label) for check in units)
        words = "，".join(f"{subject}{label} {count}" for (subject, label), count in sorted(counts.items()))
        self.stdout.write(f"布局要求（逐个单位，明细请用 --units 或 --format json）：{words}")
        wrong = [check for check in units if check.overall not in FINE] if one_by_one else []
        if wrong:
            rows = [("代码", "单位", "类别", "结论", "问题")]
            rows += [(c.unit.code, c.unit, SUBJECTS[c.subject], c.overall.label, _problems(c)) for c in wrong]
            self.stdout.write("\n".join(table(rows)))


def _registered(region: Region, day: date):
    """The facilities that were registered on the day."""
    standing = FacilityRecord.objects.on(day).under(region)
    rows = Facility.objects.under(region).filter(records__in=standing).order_by("code")
    return rows.select_related("township", "village", "district")


def _line(check: Check) -> tuple[str, ...]:
    facility = check.facility
    kind = facility.get_type_display() + "".join(map(_class_words, classes.of(check)))
    waived = sum(finding.waiver is not None for finding in check.findings)
    conclusion = check.overall.label + (f"（含偏差 {waived} 项）" if waived else "")
    return facility.code, facility.name, kind, conclusion, _problems(check)


def _class_words(found: classes.Classes) -> str:
    achieved = found.achieved or "未达到任何一类"
    parts = (found.declared or "未定", found.size or "未知", achieved if found.certain else f"{achieved}（待补资料）")
    return "（计划{}，规模{}，达到{}）".format(*parts)


def _problems(check: Check | UnitCheck) -> str:
    found = check.problems()
    return "；".join(f"{f.label}（{f.clause}）{f.gap_text or f.missing_text or f.outcome.label}" for f in found)


def _body(scope: Scope, measure: Yardstick, found: list[Check], units: list[UnitCheck]) -> dict:
    return {
        "district": {"code": scope.district.code, "name": scope.district.name},
        "as_of": scope.as_of.isoformat(),
        "edition": measure.edition.key if measure.edition else None,
        "note": measure.note(scope.as_of),
        "summary": _summary(found, units),
        "facilities": [_as_dict(check) for check in found],
        "units": [_unit_as_dict(check, scope) for check in units],
    }


def _summary(found: list[Check], units: list[UnitCheck]) -> dict:
    by_subject: dict[str, Counter] = defaultdict(Counter)
    for check in units:
        by_subject[check.subject][check.overall.value] += 1
    return {"facilities": Counter(check.overall.value for check in found), "units": by_subject}


def _judged(check: Check | UnitCheck) -> dict:
    return {
        "overall": check.overall.value,
        "overall_label": check.overall.label,
        "findings": [finding.as_dict() for finding in check.findings],
    }


def _unit_as_dict(check: UnitCheck, scope: Scope) -> dict:
    own = {"code": check.unit.code, "name": check.unit.name, "subject": check.subject}
    return own | {"township": scope.township_code(check.unit)} | _judged(check)


def _as_dict(check: Check) -> dict:
    facility = check.facility
    waived = [finding for finding in check.findings if finding.waiver]
    return {
        "code": facility.code,
        "name": facility.name,
        "type": facility.type,
        "type_label": facility.get_type_display(),
        "township": facility.township.code,
        "edition": check.edition.key if check.edition else None,
        "classes": [found.as_dict() for found in classes.of(check)],
        "waivers": [{"requirement": f.requirement, "clause": f.clause, "waiver": f.waiver.id} for f in waived],
        **_judged(check),
    }
