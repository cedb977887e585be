"""eraseexpired: clear names and numbers of rosters whose years are over, district by district; rows and counts stay.

`--by` names the account (permission training.erase_personal_data) that the audit trail shows; only people and files in its
scope are cleared. `--dry-run` lists by number and unit what would go, and needs no account. Without `--yes` the command
asks first.
"""

from django.core.management.base import BaseCommand, CommandError

from eldercare.accounts import User
from eldercare.regions import Region
from eldercare.review import Denied
from training import personal
from training.people import Person


class Command(BaseCommand):
    help = "清除保存期已满的姓名、电话、证书编号（不能恢复；人次和统计不变）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--by", default="", help="办理清除的账号（科长）")
        parser.add_argument("--dry-run", action="store_true", help="只列出，不清除")
        parser.add_argument("--yes", action="store_true", help="不再询问")

    def handle(self, *args, by: str, dry_run: bool, yes: bool, **options) -> None:
        user = None if dry_run and not by else _account(by)
        found = [(district, *_due(district, user)) for district in Region.objects.districts().order_by("path")]
        found = [(district, people, files) for district, people, files in found if people or files]
        for district, people, files in found:
            self.stdout.write(f"{district}：{len(people)} 人，{len(files)} 份原始表格")
            for person in people:
                self.stdout.write(f"  {person.pk} 号 {person.unit_name or '—'}")
        if not found:
            self.stdout.write("没有到期的个人信息。")
        elif not dry_run and (yes or self._agreed()):
            self._clear(found, user)

    def _agreed(self) -> bool:
        self.stdout.write("清除后不能恢复。输入“清除”继续：")
        return input().strip() == "清除"

    def _clear(self, found: list, user: User) -> None:
        try:
            for district, people, _ in found:
                for person in people:
                    personal.erase(person, by=user)
                personal.erase_files(district, by=user)
        except Denied as denied:
            raise CommandError(str(denied)) from denied
        self.stdout.write(f"已清除 {sum(len(people) for _, people, _ in found)} 人。")


def _account(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"没有账号 {name or '（请用 --by 说明由谁办理）'}。")
    return user


def _due(district: Region, user: User | None) -> tuple[list, list]:
    """The people and the files of a district whose time is over, of those that the account may see."""
    day = district.default_as_of()
    people = personal.expired(Person.objects.filter(district=district), day)
    files = personal.old_files(district, day)
    if user is not None:
        people, files = people.visible_to(user), files.visible_to(user)
    return list(people), list(files)
