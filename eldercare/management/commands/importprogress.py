"""importprogress FILE: what the upload page does with a township's monthly sheet."""

from datetime import date
from pathlib import Path

from django.core.files.base import File
from django.core.management.base import CommandError

from eldercare import uploads
from eldercare.accounts import User
from eldercare.clock import last_day
from eldercare.management import arguments
from eldercare.management.command import PortalCommand
from eldercare.regions import Region, district_of
from eldercare.review import Denied, MoveRefused
from eldercare.uploads import ACTION_LABELS, Context, Upload, UploadKind, UploadRefused

KIND = "progress"


class Command(PortalCommand):
    help = "导入一个乡镇的建设进度月报（与上传页面相同：有一处错误就不写入）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="填好的表格（xlsx、xls、csv）")
        parser.add_argument("--as", dest="username", required=True, help="以哪个账号的名义")
        parser.add_argument("--period", required=True, type=arguments.month, help="报送月份 YYYY-MM")
        parser.add_argument("--township", help="乡镇（街道）代码；乡镇账号可不写")
        parser.add_argument("--dry-run", action="store_true", help="只比对，不写入")

    def handle(self, *args, file: Path, username: str, period: date, dry_run: bool, **options) -> None:
        if not file.is_file():
            raise CommandError(f"没有文件 {file}。")
        context = _context(username, options["township"], period)
        try:
            upload = uploads.rehearse(_kind(), context, file) if dry_run else self._stage(file, context)
            self._show(upload)
            if dry_run:
                self.stdout.write("试运行，没有写入。")
                return
            uploads.confirm(upload, by=context.by)
        except UploadRefused as refused:
            raise CommandError(f"{refused.problem.message}{refused.problem.hint}") from refused
        except (MoveRefused, Denied) as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"已入库：{context.region} {period:%Y-%m}，上传编号 {upload.pk}。")

    def _stage(self, file: Path, context: Context) -> Upload:
        with file.open("rb") as content:
            return uploads.stage(_kind(), context, File(content, name=file.name))

    def _show(self, upload: Upload) -> None:
        """Counts and problems; CommandError when the sheet is refused."""
        self.stdout.write("，".join(f"{label} {upload.counts.get(key, 0)}" for key, label in ACTION_LABELS.items()))
        lines = [_line(problem) for problem in upload.problems]
        if upload.problem_total > len(lines):
            lines.append(f"  ……共 {upload.problem_total} 处，只列出前 {len(lines)} 处")
        if upload.error_total:
            raise CommandError("\n".join([f"有 {upload.error_total} 处错误，没有写入任何数据：", *lines]))
        if lines:
            self.stdout.write("\n".join(["提示：", *lines]))


def _kind() -> UploadKind:
    return uploads.kind_of(KIND)


def _line(problem: dict) -> str:
    place = "!".join(part for part in (problem["sheet"], problem["cell"]) if part)
    read = f"（读到“{problem['read']}”）" if problem["read"] else ""
    hint = f" {problem['hint']}。" if problem["hint"] else ""
    return f"  {place} {problem['column']} {problem['message']}{read}。{hint}".replace("。。", "。")


def _context(username: str, township: str | None, period: date) -> Context:
    user = User.objects.select_related("region").filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"没有可用的账号 {username}。")
    if township is None and not user.is_township_user:
        raise CommandError(f"账号 {username} 不属于一个乡镇（街道），请用 --township 写明代码。")
    rows = Region.objects.visible_to(user).townships().on(last_day(period))
    region = rows.filter(code=township or user.region.code).first()
    if region is None:
        raise CommandError(f"没有乡镇（街道）{township or user.region}，或不在账号 {username} 的管理范围内。")
    return Context(region, district_of(region), period, user)
