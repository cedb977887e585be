"""importplan FILE: a published table into the plan targets or quotas of an annex that a policy already has."""

from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError
from django.db import transaction

import plans.loading
import training.loading
from eldercare import audit
from eldercare.annexes.editing import known_headings
from eldercare.annexes.printed import Printed, PrintedCell, read_annex
from eldercare.annexes.rows import AnnexTable
from eldercare.folders import Changes, FolderErrors
from eldercare.management.command import PortalCommand
from eldercare.management.printing import table
from eldercare.policies import Policy
from eldercare.policyfiles import Folder
from facilities.kinds import FacilityType
from plans.models import PlanTable
from training.models import TrainingRole


class Command(PortalCommand):
    help = "把印发的计划表或培训指标表导入某政策的附件"

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="表格文件（xlsx、xls、csv）")
        parser.add_argument("--policy", required=True, help="政策标识，例如 wulong-2020")
        parser.add_argument("--annex", required=True, help="附件号，例如 2")
        parser.add_argument("--dry-run", action="store_true", help="只看结果，不写入")

    def handle(self, *args, file: Path, policy: str, annex: str, dry_run: bool, **options) -> None:
        if not file.is_file():
            raise CommandError(f"没有文件 {file}。")
        stored = stored_table(policy, annex)
        printed = read(file, stored)
        self._show(printed, labels_of(stored))
        with transaction.atomic():
            changes = store(stored, printed)
            waiting = self._waiting(stored)
            if dry_run:
                transaction.set_rollback(True)
            else:
                detail = {change.label: change.total for change in changes}
                audit.record("policy.loaded", target=stored, detail=detail)
        self._report(changes, waiting, dry_run)

    def _show(self, printed: Printed, labels: dict[str, str]) -> None:
        self.stdout.write(f"{printed.title}\n  单位 {len(printed.units)} 个，单元格 {len(printed.cells)} 个")
        rows = [("列", "年度", "印发合计", "各行相加", "")]
        rows += [
            (labels[subject], year, total, summed, "" if total in (None, summed or 0) else "← 不一致，按印发保留")
            for subject, year, total, summed in totals(printed)
        ]
        self.stdout.write("\n".join(table(rows)))

    def _waiting(self, stored: AnnexTable) -> list[str]:
        entries = stored.targets if isinstance(stored, PlanTable) else stored.quotas
        return list(dict.fromkeys(entries.filter(region__isnull=True).order_by("row").values_list("unit", flat=True)))

    def _report(self, changes: list[Changes], waiting: list[str], dry_run: bool) -> None:
        for change in changes:
            words = f"新增 {change.added}，变更 {change.changed}，删除 {change.removed}"
            self.stdout.write(f"{change.label}：{change.total} 行，{words}")
            self.stdout.write("\n".join(f"  {line}" for line in change.lines)) if change.lines else None
        if waiting:
            self.stdout.write(f"没有对应到乡镇（街道）的单位：{'、'.join(waiting)}")
        self.stdout.write("试运行，没有写入。" if dry_run else "已写入。")


def stored_table(slug: str, annex: str) -> AnnexTable:
    """The policy's table of that annex. CommandError names what there is."""
    policy = Policy.objects.filter(slug=slug).first()
    if policy is None:
        known = "、".join(Policy.objects.values_list("slug", flat=True)) or "无"
        raise CommandError(f"没有政策 {slug}。已载入：{known}。")
    tables = {row.annex: row for row in [*policy.plantables.all(), *policy.quotatables.all()]}
    if annex not in tables:
        known = "、".join(sorted(tables)) or "（无）"
        raise CommandError(f"{policy} 没有附件{annex}的计划表或指标表，只有附件{known}。")
    return tables[annex]


def labels_of(stored: AnnexTable) -> dict[str, str]:
    """Codes of the table's subjects in Chinese."""
    return dict(FacilityType.choices if isinstance(stored, PlanTable) else TrainingRole.choices)


def read(file: Path, stored: AnnexTable) -> Printed:
    """The file as printed. CommandError lists every doubt with its cell, since nothing is guessed."""
    kind, codes = ("type", FacilityType.values) if isinstance(stored, PlanTable) else ("role", TrainingRole.values)
    spec = {
        "file": file.name,
        "number": stored.annex,
        "clause": stored.clause,
        "types": known_headings(stored.layout, stored.title),
    }
    try:
        return read_annex(Folder(file.parent, {}, stored.policy.district), spec, kind, codes)
    except FolderErrors as errors:
        lines = "\n".join(f"  {problem}" for problem in errors.problems)
        raise CommandError(f"{file.name} 有 {len(errors.problems)} 处读不准，没有写入：\n{lines}") from errors


def store(stored: AnnexTable, printed: Printed) -> list[Changes]:
    """Bring the stored annex in step with the file."""
    if isinstance(stored, PlanTable):
        return plans.loading.store_table(stored.policy, printed)
    return training.loading.store_table(stored.policy, printed, stored.counted)


def totals(printed: Printed) -> Iterable[tuple[str, int, int | None, int | None]]:
    """(subject, year, printed total, sum of the rows) of every column, in printed order."""
    sums: dict[tuple[str, int], int | None] = {}
    for cell in printed.cells:
        sums[_column(cell)] = _added(sums.get(_column(cell)), cell.value)
    stated = {_column(total): total.value for total in printed.totals}
    return [(subject, year, stated.get((subject, year)), summed) for (subject, year), summed in sums.items()]


def _column(cell: PrintedCell) -> tuple[str, int]:
    return cell.subject, cell.year


def _added(known: int | None, value: int | None) -> int | None:
    return known if value is None else (known or 0) + value
