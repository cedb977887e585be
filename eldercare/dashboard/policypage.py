"""What one policy demands, by clause: standards, plan, targets, money, training, duties, tasks, and where it contradicts itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare.policies import Policy, unpack
from eldercare.scoping import visible_or_404
from facilities.kinds import FacilityType
from facilities.models import Requirement
from facilities.rules.phrases import amount, listed
from plans.models import Background, Duty, Indicator, PlanTable, Target, Task
from subsidies.models import SubsidyScheme
from training.models import QuotaTable, TrainingRole

SIGNS = {">=": "不低于 ", "<=": "不高于 ", "=": "", "!=": "不是 ", ">": "高于 ", "<": "低于 "}
CADENCES = {"monthly": "每月", "quarterly": "每季度", "yearly": "每年", "once": "一次", "irregular": "不定期"}
MODALITIES = {"must": "必须", "principle": "原则性", "conditional": "有条件", "should": "建议性", "may": "可选"}
ENCODINGS = {"encoded": "可执行", "manual": "人工核查", "reference": "引用标准", "text": "仅文字"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: clause, what it is about, what it demands, how strictly, and a remark."""

    clause: str
    about: str
    demand: str
    force: str = ""
    remark: str = ""
    key: str = ""

    def matches(self, words: str) -> bool:
        return words in f"{self.clause}{self.about}{self.demand}{self.force}{self.remark}{self.key}"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    id: str
    title: str
    entries: list[Entry]


@permission_required("eldercare.view_policy", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    """The policies within a person's scope."""
    policies = Policy.objects.visible_to(request.user).select_related("district").order_by("district__path", "slug")
    return render(request, "dashboard/policies.html", {"policies": list(policies)})


@permission_required("eldercare.view_policy", raise_exception=True)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one policy, with a search over its lines."""
    policy = visible_or_404(Policy.objects.select_related("district", "supersedes"), request.user, slug=slug)
    words = request.GET.get("q", "").strip()[:50]
    sections = [Section(id_, title, list(entries)) for id_, title, entries in _sections(policy)]
    shown = [Section(s.id, s.title, [e for e in s.entries if e.matches(words)]) for s in sections]
    context = {
        "policy": policy,
        "q": words,
        "sections": [section for section in shown if section.entries],
        "found": sum(len(section.entries) for section in shown),
        "conflicts": list(policy.conflicts.all()),
        "encoding": _encoding(policy),
        "loads": list(policy.loads.order_by("-at")[:10]),
    }
    return render(request, "dashboard/policy.html", context)


def _sections(policy: Policy) -> Iterator[tuple[str, str, Iterable[Entry]]]:
    yield "standards", "建设标准", _standards(policy)
    yield "plans", "建设计划", _plans(policy)
    yield "targets", "量化目标", _targets(policy)
    yield "indicators", "规划指标", _indicators(policy)
    yield "money", "补助与津贴", _schemes(policy)
    yield "training", "培训指标", _quotas(policy)
    yield "duties", "报送职责", _duties(policy)
    yield "tasks", "任务分工", _tasks(policy)
    yield "background", "现状数据（仅供对照）", _background(policy)


def _standards(policy: Policy) -> Iterator[Entry]:
    rows = Requirement.objects.filter(edition__policy=policy).select_related("edition")
    for row in rows.order_by("edition__valid_from", "position"):
        body = unpack(row.body)
        conditions = {item["id"]: item["label"] for item in row.edition.body.get("condition", [])}
        who = "、".join(FacilityType(code).label for code in row.applies_to) or {
            "village": "村",
            "community": "社区",
        }.get(row.subject, "单位")
        force = f"{row.wording}（{MODALITIES[row.modality]}）"
        yield Entry(row.clause, f"{who}：{row.label}", _demand(body, conditions), force, _remark(body), row.key)


def _demand(body: dict, conditions: dict[str, str]) -> str:
    """The demanded value or names in words."""
    if "each" in body:
        names = body["each"]
        items = (
            names
            if isinstance(names, list)
            else [f"{name} {amount(value, body.get('unit', ''))}" for name, value in names.items()]
        )
        return listed(items) + ("等" if body.get("open_list") else "")
    if "alternatives" in body:
        return " 或 ".join(option["label"] for option in body["alternatives"])
    if "reference" in body:
        return body["reference"]
    if "value" not in body:
        return "不得有" if body.get("polarity") == "forbid" else "须具备"
    return _comparison(body, conditions)


def _comparison(body: dict, conditions: dict[str, str]) -> str:
    value = body["value"]
    if isinstance(value, bool):
        forbidden = (body.get("polarity") == "forbid") == value
        return "不得" if forbidden else "须是"
    text = amount(value, body.get("unit", "")) if isinstance(value, (int, Decimal)) else str(value)
    sign = SIGNS.get(body.get("operator", ""), "")
    exceptions = [
        f"；{_named(item['when'], conditions)}：{sign}{amount(item['value'], body.get('unit', ''))}"
        for item in body.get("exceptions", [])
    ]
    return sign + text + "".join(exceptions)


def _named(when: str | list[str], conditions: dict[str, str]) -> str:
    """The conditions of an exception by their labels."""
    names = [when] if isinstance(when, str) else when
    return "且".join(conditions.get(name, name) for name in names)


def _remark(body: dict) -> str:
    parts = [body.get("reading", ""), body.get("note", "")]
    if body.get("value_printed") is False:
        parts.append("数值未印出，为系统解读")
    return "；".join(part for part in parts if part)


def _plans(policy: Policy) -> Iterator[Entry]:
    for table in PlanTable.objects.filter(policy=policy).prefetch_related("targets", "printed_totals"):
        printed = {(total.type, total.year): total.printed for total in table.printed_totals.all()}
        yield from _columns(
            table, ((t.type, t.year, t.planned) for t in table.targets.all()), printed, FacilityType, "个"
        )


def _quotas(policy: Policy) -> Iterator[Entry]:
    for table in QuotaTable.objects.filter(policy=policy).prefetch_related("quotas", "printed_totals"):
        printed = {(total.role, total.year): total.printed for total in table.printed_totals.all()}
        cells = ((q.role, q.year, q.quota) for q in table.quotas.all())
        yield from _columns(table, cells, printed, TrainingRole, table.get_counted_display())


def _columns(table, cells, printed: dict, labels, unit: str) -> Iterator[Entry]:
    """One line a column of a printed table, with the printed total beside the computed one where they differ."""
    sums: dict[tuple, int | None] = {}
    for subject, year, value in cells:
        known = sums.get((subject, year))
        sums[subject, year] = known if value is None else (known or 0) + value
    for (subject, year), total in sums.items():
        stated = printed.get((subject, year))
        remark = f"印发合计 {stated}，各行相加 {total}" if stated is not None and stated != (total or 0) else ""
        demand = "未印" if total is None else f"{total} {unit}"
        yield Entry(table.clause, f"{labels(subject).label} {year}年", demand, "", remark, f"annex:{table.annex}")


def _targets(policy: Policy) -> Iterator[Entry]:
    for row in Target.objects.filter(policy=policy):
        printed = unpack(row.body)["target"].get("printed", "")
        due = f"{row.due:%Y-%m-%d}" if row.due else ""
        yield Entry(
            row.clause, row.label, str(printed), f"{row.get_force_display()}{'，' + due if due else ''}", "", row.key
        )


def _indicators(policy: Policy) -> Iterator[Entry]:
    for row in Indicator.objects.filter(policy=policy):
        missing = "" if row.unit_printed else "单位未印"
        demand = f"{row.target_printed}（现状 {row.baseline_printed}）"
        yield Entry(row.clause, f"{row.number}. {row.label}", demand, row.get_force_display(), missing, row.key)


def _schemes(policy: Policy) -> Iterator[Entry]:
    for row in SubsidyScheme.objects.filter(policy=policy):
        body = unpack(row.body)
        conditions = listed(item["label"] for item in body.get("requires", []))
        yield Entry(row.clause, row.label, _money(row, body), row.get_form_display(), conditions, row.key)


def _money(row: SubsidyScheme, body: dict) -> str:
    if row.amount is not None:
        wan = row.amount / 10000
        return f"{wan.normalize():f} 万元" if row.amount >= 10000 else f"{row.amount.normalize():f} 元"
    return "；".join(_band(band) for band in body.get("bands", [])) or "金额未印"


def _band(band: dict) -> str:
    """One band with its amount, or the span of amounts where the policy prints a span."""
    low, high = band.get("amount", band.get("amount_min")), band.get("amount_max")
    words = f"{low}—{high} 元" if high is not None else f"{low} 元" if low is not None else "金额未印"
    return f"{band.get('printed', '')} {words}".strip()


def _duties(policy: Policy) -> Iterator[Entry]:
    for row in Duty.objects.filter(policy=policy):
        body = unpack(row.body)
        bearers = listed(name.removeprefix("@") for name in body.get("bearers", []))
        to = listed(body.get("recipients", []))
        yield Entry(
            row.clause,
            row.label,
            f"{CADENCES.get(row.cadence, row.cadence)}报{to}" if to else CADENCES.get(row.cadence, row.cadence),
            "",
            bearers,
            row.key,
        )


def _tasks(policy: Policy) -> Iterator[Entry]:
    for row in Task.objects.filter(policy=policy).prefetch_related("units"):
        parts: dict[str, dict[str, None]] = {}
        for unit in row.units.all():
            parts.setdefault(unit.get_part_display(), {})[unit.printed if unit.region_id else unit.unit] = None
        words = "；".join(f"{part}：{listed(names)}" for part, names in parts.items())
        yield Entry(row.clause, f"{row.number}. {row.label}", words, "", "", row.key)


def _background(policy: Policy) -> Iterator[Entry]:
    for row in Background.objects.filter(policy=policy):
        yield Entry(row.clause, row.label, f"{row.printed}", "", "", row.key)


def _encoding(policy: Policy) -> list[tuple[str, int, int]]:
    """(label, clauses, percent) for each way a clause is held; empty when the folder lists no clauses."""
    rows = list(policy.clauses.values_list("encoding", flat=True))
    return [
        (label, rows.count(code), round(rows.count(code) * 100 / len(rows)))
        for code, label in ENCODINGS.items()
        if rows
    ]
