"""coverage: the published figures of a district, the same numbers as page and API."""

import csv
import json
from datetime import date

from eldercare import figures
from eldercare.figures import Figure, FigureSet
from eldercare.management import arguments
from eldercare.management.command import PortalCommand
from eldercare.management.printing import table

HEADINGS = ("代码", "单位", "指标标识", "指标", "分子", "分母", "数值", "计量单位", "统计日期", "区划版本", "说明")


class Command(PortalCommand):
    help = "某区县的计划、完成、覆盖等统计数据"

    def add_arguments(self, parser) -> None:
        arguments.add_district(parser)
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table", help="输出格式")

    def handle(self, *args, district: str, as_of: date | None, format: str, **options) -> None:
        region = arguments.district(district)
        result = figures.compute(region, as_of or region.default_as_of())
        if format == "json":
            self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
        elif format == "csv":
            csv.writer(self.stdout, lineterminator="\n").writerows([HEADINGS, *_rows(result)])
        else:
            self._print(result)

    def _print(self, result: FigureSet) -> None:
        scope = result.scope
        early = "（统计日期早于这个版本，按它统计）" if scope.edition and scope.edition > scope.as_of else ""
        self.stdout.write(f"{scope.district}  统计日期 {scope.as_of}  区划版本 {scope.edition or '未载入'}{early}")
        rows = [("指标", "数值", "分子", "分母", "说明")]
        rows += [(f.label, _value(f), f.numerator, f.denominator, f.reason) for f in result.district.values()]
        self.stdout.write("\n".join(table(rows)))
        self.stdout.write("各乡镇（街道）的数据请用 --format csv 或 json。")


def _value(figure: Figure) -> str | None:
    return None if figure.value is None else f"{figure.value}{figure.unit}"


def _rows(result: FigureSet) -> list[tuple]:
    """One row a figure: the district's first, then every township's."""
    district = result.scope.district
    groups = [(district, result.district)]
    groups += [(unit, result.townships.get(unit.code, {})) for unit in result.scope.townships]
    return [(unit.code, unit.name, *_parts(f)) for unit, found in groups for f in found.values()]


def _parts(f: Figure) -> tuple:
    return f.definition, f.label, f.numerator, f.denominator, f.value, f.unit, f.as_of, f.edition, f.reason
