"""What a policy demands beside its standards: plans, targets, indicators, money, training, duties, tasks, definitions."""

from collections.abc import Iterator

from eldercare.dashboard.policystandards import Entry
from eldercare.policies import Policy, unpack
from eldercare.regions import UNIT_KIND_LABELS
from facilities.kinds import FacilityType
from facilities.rules.demands import SIGNS
from facilities.rules.phrases import amount, listed, plain
from plans.models import Background, Duty, Indicator, PlanTable, Target, Task
from subsidies.models import SubsidyScheme
from training.models import QuotaTable, TrainingRole

CADENCES = {"monthly": "每月", "quarterly": "每季度", "yearly": "每年", "once": "一次", "irregular": "不定期"}


def plans(policy: Policy) -> Iterator[Entry]:
    """A line for each column of the plan tables."""
    for table in PlanTable.objects.filter(policy=policy).prefetch_related("targets", "printed_totals"):
        printed = {(total.type, total.year): total.printed for total in table.printed_totals.all()}
        yield from _columns(
            table, ((t.type, t.year, t.planned) for t in table.targets.all()), printed, FacilityType, "个"
        )


def quotas(policy: Policy) -> Iterator[Entry]:
    """A line for each column of the quota tables."""
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


def targets(policy: Policy) -> Iterator[Entry]:
    """A line for each quantified target."""
    for row in Target.objects.filter(policy=policy):
        body = unpack(row.body)
        due = body.get("due_printed") or (f"{row.due:%Y-%m-%d}" if row.due else "未印期限")
        yield Entry(
            row.clause, row.label, body["target"]["printed"], f"{row.get_force_display()}，{due}", _notes(body), row.key
        )


def indicators(policy: Policy) -> Iterator[Entry]:
    """A line for each indicator: target and baseline as printed, and what the table does not print."""
    for row in Indicator.objects.filter(policy=policy):
        body = unpack(row.body)
        options = " 或 ".join(option["label"] for option in body.get("alternative", []))
        missing = [
            "" if row.operator else "比较符未印",
            "" if row.unit_printed else "目标值单位未印",
            "现状值单位未印" if body["baseline"].get("unit_printed") is False else "",
            f"分母可选：{options}" if options else "",
            _notes(body),
        ]
        demand = f"{row.target_printed}（现状 {row.baseline_printed}）"
        remark = "；".join(part for part in missing if part)
        yield Entry(row.clause, f"{row.number}. {row.label}", demand, row.get_force_display(), remark, row.key)


def schemes(policy: Policy) -> Iterator[Entry]:
    """A line for each scheme: the amount, for whom and on what conditions."""
    rows = list(SubsidyScheme.objects.filter(policy=policy))
    labels = {row.key: row.label for row in rows}
    for row in rows:
        body = unpack(row.body)
        yield Entry(row.clause, row.label, _money(row, body), row.get_form_display(), _terms(body, labels), row.key)


def _terms(body: dict, labels: dict[str, str]) -> str:
    members = [FacilityType(member["type"]).label for member in body.get("bundle", {}).get("members", [])]
    combined = [labels.get(key, key) for key in body.get("may_combine_with", [])]
    parts = [
        f"条件：{listed(item['label'] for item in body['requires'])}" if body.get("requires") else "",
        f"打包：{listed(members)}全部建成后一次申请" if members else "",
        f"可与{listed(combined)}并享" if combined else "",
        f"方式：{body['method']}" if body.get("method") else "",
        _notes(body),
    ]
    return "；".join(part for part in parts if part)


def _notes(body: dict) -> str:
    return "；".join(body[key] for key in ("reading", "note") if body.get(key))


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


def duties(policy: Policy) -> Iterator[Entry]:
    """A line for each duty: how often, to whom, by whom."""
    for row in Duty.objects.filter(policy=policy):
        body = unpack(row.body)
        to = listed(body.get("recipients_named", []))
        rhythm = CADENCES.get(row.cadence, row.cadence)
        due = body.get("due", {})
        day = f"次月{row.due_day}日前" if row.due_day else due.get("text") or due.get("period", "")
        parts = [listed(body.get("bearers_named", [])), _notes(body)]
        remark = "；".join(part for part in parts if part)
        yield Entry(row.clause, row.label, f"{rhythm}报{to}" if to else rhythm, day, remark, row.key)


def tasks(policy: Policy) -> Iterator[Entry]:
    """A line for each task with its units; a group stays as printed."""
    for row in Task.objects.filter(policy=policy).prefetch_related("units"):
        parts: dict[str, dict[str, None]] = {}
        for unit in row.units.all():
            parts.setdefault(unit.get_part_display(), {})[unit.printed if unit.region_id else unit.unit] = None
        words = "；".join(f"{part}：{listed(names)}" for part, names in parts.items())
        yield Entry(row.clause, f"{row.number}. {row.label}", words, "", "", row.key)


def background(policy: Policy) -> Iterator[Entry]:
    """A line for each figure that the policy states of its own day."""
    for row in Background.objects.filter(policy=policy):
        yield Entry(row.clause, row.label, row.printed, "", _notes(unpack(row.body)), row.key)


def definitions(policy: Policy) -> Iterator[Entry]:
    """The terms a policy defines, its phases, and the counts of units it prints."""
    body = unpack(policy.body)
    for row in body.get("definition", []):
        groups = listed(f"{group['who']}（{group['printed']}）" for group in row.get("groups", []))
        limit = f"{SIGNS[row['operator']]}{amount(row['value'], row.get('unit', ''))}" if "operator" in row else ""
        demand = "；".join(part for part in (row["label"], groups, limit) if part)
        yield Entry(row["clause"], row["term"], demand, "用语", row.get("note", ""), row["id"])
    for row in body.get("phase", []):
        yield Entry(row["clause"], row["label"], row["printed"], "时段", row.get("note", ""), row["id"])
    printed = body.get("printed_units", {})
    counts = [f"{label} {plain(printed[kind])}" for kind, label in UNIT_KIND_LABELS.items() if kind in printed]
    if counts:
        yield Entry(
            printed["clause"], "印发的单位数", "、".join(counts), "单位数", printed.get("reading", ""), "printed_units"
        )
