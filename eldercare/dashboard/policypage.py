"""What one policy demands, by clause, searchable and printable, with what is unclear in it and what each load changed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from eldercare.dashboard import policychanges, policyrows, policystandards
from eldercare.dashboard.policystandards import ClassTable, Entry
from eldercare.policies import Policy, PolicyClause, PolicyConflict
from eldercare.scoping import visible_or_404

CONFLICT_KINDS = {
    "modality": "约束程度不一", "name": "名称不一", "value": "数值不一", "total": "合计不符", "printed_value": "印刷存疑",
}  # fmt: skip


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
    clauses = list(policy.clauses.all())
    context = {
        "policy": policy,
        "q": words,
        "sections": [section for section in shown if section.entries],
        "class_tables": [table for table in policystandards.class_tables(policy) if _speaks_of(table, words)],
        "found": sum(len(section.entries) for section in shown),
        "conflicts": [row for row in map(_conflict, policy.conflicts.all()) if row.matches(words)],
        "encoding": _encoding(clauses),
        "clauses": clauses,
        "loads": list(policy.loads.order_by("-at", "-pk")[:10]),
        "differences": policychanges.against_earlier(policy),
        "later": list(policy.superseded_by.all()),
    }
    return render(request, "dashboard/policy.html", context)


def _sections(policy: Policy) -> Iterator[tuple[str, str, Iterable[Entry]]]:
    yield "standards", "建设标准", policystandards.requirements(policy)
    yield "conditions", "标准里的条件", policystandards.conditions(policy)
    yield "plans", "建设计划", policyrows.plans(policy)
    yield "targets", "量化目标", policyrows.targets(policy)
    yield "indicators", "规划指标", policyrows.indicators(policy)
    yield "money", "补助与津贴", policyrows.schemes(policy)
    yield "training", "培训指标", policyrows.quotas(policy)
    yield "duties", "报送职责", policyrows.duties(policy)
    yield "tasks", "任务分工", policyrows.tasks(policy)
    yield "definitions", "用语与时段", policyrows.definitions(policy)
    yield "background", "现状数据（仅供对照）", policyrows.background(policy)


def _speaks_of(table: ClassTable, words: str) -> bool:
    names = " ".join([table.title, table.clause, table.note, *table.classes, *(name for name, _ in table.rows)])
    return Entry(table.clause, names, " ".join(cell for _, cells in table.rows for cell in cells)).matches(words)


def _conflict(row: PolicyConflict) -> Entry:
    return Entry(row.clause, row.label, "", CONFLICT_KINDS.get(row.kind, row.kind), "", row.key)


def _encoding(clauses: list[PolicyClause]) -> list[tuple[str, int, str]]:
    """(label, clauses, share) for each way that a clause is held, in the order of the list; nothing without clauses."""
    held = [row.encoding for row in clauses]
    counts = [(label, held.count(code)) for code, label in PolicyClause.Encoding.choices] if held else []
    return [(label, count, f"{count * 100 / len(held):.1f}%") for label, count in counts]
