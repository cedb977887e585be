"""checkfacilities: every facility and every unit of a district against the standard in force, clause by clause."""

import json
from collections import Counter
from datetime import date

from django.core.management.base import BaseCommand

from eldercare import figures
from eldercare.management import arguments
from eldercare.management.printing import table
from eldercare.regions import Region
from facilities import checks, unitchecks
from facilities.checks import Check
from facilities.models import Facility, FacilityRecord
from facilities.rules.catalogue import SUBJECTS
from facilities.unitchecks import UnitCheck


class Command(BaseCommand):
    help = "按本区县标准核查全部设施和单位布局"

    def add_arguments(self, parser) -> None:
        arguments.add_district(parser)
        parser.add_argument("--format", choices=["table", "json"], default="table", help="输出格式")

    def handle(self, *args, district: str, as_of: date | None, format: str, **options) -> None:
        region = arguments.district(district)
        day = as_of or region.default_as_of()
        rows = (
            Facility.objects.under(region)
            .filter(records__in=FacilityRecord.objects.on(day).under(region))
            .order_by("code")
        )
        found = checks.check_all(rows.select_related("township", "village", "district"), region, day)
        units = unitchecks.check_units(figures.scope_for(region, day))
        if format == "json":
            body = {"district": {"code": region.code, "name": region.name}, "as_of": day.isoformat()}
            body["facilities"] = [_as_dict(check) for check in found]
            body["units"] = [_unit_as_dict(check) for check in units]
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))
        else:
            self._print(region, day, found)
            self._print_units(units)

    def _print(self, region: Region, day: date, found: list[Check]) -> None:
        edition = next((check.edition for check in found), None)
        self.stdout.write(f"{region}  核查日期 {day}  标准 {edition or '无'}")
        if not found:
            self.stdout.write("  这一天没有登记的设施。")
            return
        rows = [("编码", "设施", "类型", "结论", "问题")]
        rows += [_line(check) for check in found]
        self.stdout.write("\n".join(table(rows)))
        counts = Counter(check.overall.label for check in found)
        self.stdout.write("合计：" + "，".join(f"{label} {count}" for label, count in counts.items()))

    def _print_units(self, units: list[UnitCheck]) -> None:
        if units:
            counts = Counter((SUBJECTS[check.subject], check.overall.label) for check in units)
            words = "，".join(f"{subject}{label} {count}" for (subject, label), count in sorted(counts.items()))
            self.stdout.write(f"布局要求（逐个单位，明细请用 --format json）：{words}")


def _line(check: Check) -> tuple[str, ...]:
    facility = check.facility
    return facility.code, facility.name, facility.get_type_display(), check.overall.label, _problems(check)


def _problems(check: Check) -> str:
    found = check.problems()
    return "；".join(f"{f.label}（{f.clause}）{f.gap_text or f.missing_text or f.outcome.label}" for f in found)


def _unit_as_dict(check: UnitCheck) -> dict:
    return {
        "code": check.unit.code,
        "name": check.unit.name,
        "subject": check.subject,
        "overall": check.overall.value,
        "overall_label": check.overall.label,
        "findings": [finding.as_dict() for finding in check.findings],
    }


def _as_dict(check: Check) -> dict:
    facility = check.facility
    return {
        "code": facility.code,
        "name": facility.name,
        "type": facility.type,
        "type_label": facility.get_type_display(),
        "township": facility.township.code,
        "edition": check.edition.key if check.edition else None,
        "overall": check.overall.value,
        "overall_label": check.overall.label,
        "findings": [finding.as_dict() for finding in check.findings],
    }
