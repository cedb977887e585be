"""demo: the whole portal with a made-up year of 武隆, ready to look at."""

import importlib.util
import os
import secrets
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from eldercare.folders import FolderErrors, read_toml
from eldercare.management import policyload
from eldercare.management.command import PortalCommand
from eldercare.management.demo import foreign, people, year
from eldercare.policyfiles import FILE
from eldercare.regions import Region

HOST = "127.0.0.1"
LAST_PORT = 65535


class Command(PortalCommand):
    help = "建立演示环境（武隆区2020年演示数据和各角色账号）并启动门户；可重复执行"
    requires_migrations_checks = False

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="端口（默认8000）")
        parser.add_argument("--no-serve", action="store_true", help="只准备数据，不启动")

    def handle(self, *args, port: int, no_serve: bool, **options) -> None:
        folders = {read_toml(path, FILE).get("slug", ""): path for path in policy_folders()}
        if reasons := foreign.reasons(set(folders)):
            raise CommandError(
                f"没有建立演示环境，也没有改动任何数据：{'；'.join(reasons)}。\n"
                "演示只在空数据库或演示数据库里运行。请用 DATABASE_URL 和 PORTAL_VAR 另指定一个，"
                "或直接启动现有门户（见 README）。"
            )
        if not no_serve:
            self._check_port(port)
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        self._prepare(folders, password)
        self.stdout.write("\n".join(["", *people.table(password), ""]))
        if not no_serve:
            self._serve(port)

    def _prepare(self, folders: dict[str, Path], password: str) -> None:
        self.stdout.write("正在准备演示数据，约需半分钟……")
        self.stdout.flush()
        call_command("migrate", verbosity=0)
        call_command("loaddivisions", stdout=self.stdout)
        for path in folders.values():
            self._load(path)
        district = Region.objects.districts().get(code=people.DISTRICT)
        district.below().update(is_demo=True)
        district.refresh_from_db()
        by_role, by_township = people.make(district, password)
        told = year.tell(district, by_role, by_township)
        self.stdout.write("演示年度（2020年1月至12月）已写入。" if told else "演示年度已经在库中，没有重复写入。")

    def _load(self, path: Path) -> None:
        code = str(read_toml(path, FILE).get("district", ""))
        if not Region.objects.districts().filter(code=code).exists():
            self.stdout.write(f"略过 {path.name}：区县 {code} 的行政区划没有载入。")
            return
        try:
            policy, _ = policyload.load(path)
        except FolderErrors as errors:
            raise CommandError(f"{path.name} 有错误，未载入：\n{errors}") from errors
        self.stdout.write(f"政策：{policy}")

    def _check_port(self, port: int) -> None:
        if not 1 <= port <= LAST_PORT:
            raise CommandError(f"端口应在1到{LAST_PORT}之间，不能是 {port}。")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as busy:
                raise CommandError(f"端口 {port} 不能用（可能已被占用）。请用 --port 换一个。") from busy

    def _serve(self, port: int) -> None:
        """Hand the process over to the server, so that stopping it is stopping the command."""
        self.stdout.write(f"门户地址：http://{HOST}:{port}/    按 Ctrl+C 停止。")
        self.stdout.flush()
        if os.name == "nt" or importlib.util.find_spec("gunicorn") is None:
            call_command("runserver", f"{HOST}:{port}", use_reloader=False)
            return
        base = settings.BASE_DIR
        settings_ = ["--config", str(base / "gunicorn.conf.py"), "--chdir", str(base), "--bind", f"{HOST}:{port}"]
        words = [sys.executable, "-m", "gunicorn", "eldercare.wsgi:application", *settings_, "--log-level", "warning"]
        os.execv(sys.executable, words)


def policy_folders() -> list[Path]:
    """The policy folders that come with the portal, and after them the made-up amendment that whoever tries it can re-run."""
    own = [path.parent for path in sorted((settings.BASE_DIR / "fixtures").glob(f"*/{FILE}"))]
    return [*own, Path(foreign.__file__).parent / "edition"]
