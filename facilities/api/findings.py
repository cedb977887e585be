"""/findings/: what each clause says of each facility and of each unit of one district on a day."""

from collections.abc import Iterator
from datetime import date

from eldercare import figures
from eldercare.api.fields import Field, coded
from eldercare.api.parameters import Query, as_of, one_of, year
from eldercare.api.places import Place, one_place
from eldercare.api.views import ListView
from eldercare.figures import Scope
from eldercare.regions import Region
from facilities import checks, unitchecks
from facilities.checks import Check
from facilities.kinds import FacilityType, Stage
from facilities.models import Facility, FacilityRecord
from facilities.rules.catalogue import SUBJECTS
from facilities.rules.findings import LABELS as OUTCOMES
from facilities.rules.findings import Finding
from facilities.rules.modality import LABELS as MODALITIES
from facilities.rules.overall import LABELS as OVERALLS
from facilities.unitchecks import UnitCheck

FACILITY = "facility"
# Questions that only facilities can answer; asking one of them asks for facilities.
OF_FACILITIES = ("type", "year", "stage")


class Findings(ListView):
    """One row a clause and subject, facilities before units. Checked anew, always with the same number of queries."""

    name = "findings"
    title = "核查结果"
    about = (
        "一个区县的设施和单位（村、社区、乡镇街道）按当日有效的标准逐条核查的结果，一行一条，先设施后单位。"
        "管理多个区县的账号须指定 district。subject_kind 只取一类对象；给出 type、year 或 stage 时只有设施。"
        "outcome 为 no_data 时表示缺少资料，missing_text 说明缺什么；gap 为差额，gap_text 为文字说明；"
        "overall 为该设施或单位的总体结论。"
        "早于首个标准的日期按首个标准核查，note 里写明。"
    )
    filters = (
        one_of("subject_kind", "对象类别代码", SUBJECTS),
        one_of("type", "设施类型代码", FacilityType),
        year("计划年度"),
        one_of("stage", "建设阶段代码", Stage),
        one_of("status", "核查结果代码", {str(code): label for code, label in OUTCOMES.items()}),
        as_of("按当日的登记和标准核查；不给时为当天，演示区县为演示年度末"),
    )
    fields = (
        coded("subject_kind", "对象类别", SUBJECTS),
        Field("subject", "对象编码"),
        Field("subject_name", "对象名称"),
        coded("type", "设施类型", FacilityType),
        Field("township", "乡镇（街道）代码"),
        Field("township_name", "乡镇（街道）"),
        Field("edition", "标准版本"),
        Field("requirement", "条款标识"),
        Field("label", "要求"),
        Field("clause", "条款"),
        coded("modality", "约束程度", {str(code): label for code, label in MODALITIES.items()}),
        Field("wording", "印发用词"),
        coded("outcome", "核查结果", {str(code): label for code, label in OUTCOMES.items()}),
        Field("measured", "实际", kind="any"),
        Field("operator", "比较符"),
        Field("required", "要求值", kind="any"),
        Field("unit", "单位"),
        Field("gap", "差额", kind="number"),
        Field("gap_text", "差额说明"),
        Field("missing_text", "缺少的内容"),
        Field("note", "备注"),
        coded("overall", "总体结论", {str(code): label for code, label in OVERALLS.items()}),
        Field("as_of", "核查日期", kind="date"),
    )

    def found(self, query: Query) -> list[tuple]:
        place = one_place(query)
        day = query.as_of or place.district.default_as_of()
        measure = checks.yardstick(place.district, day)
        rows = [*_of_facilities(query, place, day, measure), *_of_units(query, place, day, measure)]
        wanted = query.get("status")
        return [row for row, outcome in rows if wanted in (None, outcome)]


def _of_facilities(query: Query, place: Place, day: date, measure: checks.Yardstick) -> Iterator[tuple[tuple, str]]:
    if query.get("subject_kind") in (None, FACILITY):
        for check in checks.check_all(_facilities(query, place, day), place.district, day, measure.edition, measure):
            yield from _lines(check, measure.note(day))


def _of_units(query: Query, place: Place, day: date, measure: checks.Yardstick) -> Iterator[tuple[tuple, str]]:
    kind = query.get("subject_kind")
    if kind == FACILITY or any(name in query.values for name in OF_FACILITIES):
        return
    scope = figures.scope_for(place.district, day)
    inside = {region.path for region in (place.township, *place.units) if region}
    asked = [unit for unit in scope.units if any(unit.path.startswith(path) for path in inside)]
    names = {unit.code: unit.name for unit in scope.townships}
    for check in unitchecks.check_units(scope, asked, measure):
        if kind in (None, check.subject):
            yield from _unit_lines(check, scope, names, measure.note(scope.as_of))


def _unit_lines(check: UnitCheck, scope: Scope, names: dict[str, str], note: str) -> Iterator[tuple[tuple, str]]:
    unit: Region = check.unit
    township = scope.township_code(unit) or ""
    head = (check.subject, unit.code, unit.name, "", township, names.get(township, ""))
    for finding in check.findings:
        yield (*head, *_said(finding, note), check.overall.value, scope.as_of), finding.outcome.value


def _facilities(query: Query, place: Place, day: date):
    """The facilities asked for that were registered on the day."""
    asked = {"type": query.get("type"), "planned_year": query.get("year"), "stage": query.get("stage")}
    then = FacilityRecord.objects.on(day).filter(**{name: value for name, value in asked.items() if value is not None})
    rows = Facility.objects.visible_to(query.user).under(*place.units)
    return rows.filter(pk__in=then.values("facility")).select_related("township").order_by("code")


def _lines(check: Check, note: str) -> Iterator[tuple[tuple, str]]:
    facility = check.facility
    head = (FACILITY, facility.code, facility.name, facility.type, facility.township.code, facility.township.name)
    for finding in check.findings:
        yield (*head, *_said(finding, note), check.overall.value, check.day), finding.outcome.value


def _said(finding: Finding, note: str) -> tuple:
    return (
        finding.edition,
        finding.requirement,
        finding.label,
        finding.clause,
        finding.modality.value,
        finding.wording,
        finding.outcome.value,
        finding.measured,
        finding.operator,
        finding.required,
        finding.unit,
        finding.gap,
        finding.gap_text,
        finding.missing_text,
        "；".join(filter(None, (note, finding.note))),
    )
