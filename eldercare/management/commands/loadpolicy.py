"""loadpolicy DIR: read a policy folder into the portal, all or nothing, again and again."""

from pathlib import Path

from django.core.management.base import CommandError

from eldercare.folders import FolderErrors
from eldercare.management import policyload
from eldercare.management.command import PortalCommand


class Command(PortalCommand):
    help = "载入一个政策文件夹（可重复执行；有错误时不改动任何数据）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path, help="政策文件夹，例如 fixtures/wulong-2020")

    def handle(self, *args, folder: Path, **options) -> None:
        try:
            policy, changes = policyload.load(folder)
        except FolderErrors as errors:
            lines = "\n".join(f"  {problem}" for problem in errors.problems)
            raise CommandError(f"{folder} 有 {len(errors.problems)} 处错误，未载入：\n{lines}") from errors
        self.stdout.write(f"{policy}（{policy.slug}）")
        for change in changes:
            self.stdout.write(
                f"  {change.label}：{change.total} 行，新增 {change.added}，变更 {change.changed}，删除 {change.removed}"
            )
            for line in change.lines:
                self.stdout.write(f"    {line}")
        if not any(change.any for change in changes):
            self.stdout.write("  与库中一致，没有变化。")
        for remark in policyload.remarks(folder):
            self.stdout.write(f"  请看：{remark}")
