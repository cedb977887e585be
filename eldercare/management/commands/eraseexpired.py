"""eraseexpired: clear names and numbers of rosters whose years are over, district by district; rows and counts stay.

`--by` names the account (permission training.erase_personal_data) that the audit trail shows; only people and files in its
scope are cleared. `--dry-run` lists by number and unit what would go, and needs no account. Without `--yes` the command
asks first.
"""

from itertools import groupby

from django.core.management.base import CommandError

from eldercare.accounts import User
from eldercare.management.command import PortalCommand
from eldercare.review import Denied
from training import retention
from training.retention import Due


class Command(PortalCommand):
    help = "清除保存期已满的姓名、电话、证书编号（不能恢复；人次和统计不变）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--by", default="", help="办理清除的账号（科长）")
        parser.add_argument("--dry-run", action="store_true", help="只列出，不清除")
        parser.add_argument("--yes", action="store_true", help="不再询问")

    def handle(self, *args, by: str, dry_run: bool, yes: bool, **options) -> None:
        user = None if dry_run and not by else _account(by)
        due = retention.due(user)
        self._list(due)
        if not due.people and not due.files:
            self.stdout.write("没有到期的个人信息。")
        elif not dry_run and (yes or self._agreed()):
            self._clear(due, user)

    def _list(self, due: Due) -> None:
        rows = sorted([*due.people, *due.files], key=lambda row: row.district.path)
        for _, found in groupby(rows, key=lambda row: row.district_id):
            mine = list(found)
            people = [row for row in mine if hasattr(row, "unit_name")]
            self.stdout.write(f"{mine[0].district}：{len(people)} 人，{len(mine) - len(people)} 份原始表格")
            for person in people:
                self.stdout.write(f"  {person.pk} 号 {person.unit_name or '—'}")

    def _agreed(self) -> bool:
        self.stdout.write("清除后不能恢复。输入“清除”继续：")
        try:
            return input().strip() == "清除"
        except EOFError as nobody:
            raise CommandError("没有人回答，什么也没有清除。定时执行请加 --yes。") from nobody

    def _clear(self, due: Due, user: User) -> None:
        people, files = ([row.pk for row in rows] for rows in (due.people, due.files))
        try:
            cleared = retention.clear(people, files, by=user)
        except Denied as denied:
            raise CommandError(str(denied)) from denied
        self.stdout.write(f"已清除 {cleared.people} 人、{cleared.files} 份原始表格。")
        for words in cleared.left:
            self.stdout.write(f"没有清除：{words}")


def _account(name: str) -> User:
    if not name:
        raise CommandError("请用 --by 说明由谁办理。")
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"没有账号 {name}。")
    return user
