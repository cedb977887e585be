"""A really served portal in a database of its own, and a browser to look at it.

Races, and whatever a person does with mouse and keyboard, are tried against processes that listen on a port, never against
the test process's own transaction.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "demo-pass-2020"
START_SECONDS = 60
# A shell that stays open: a line of JSON in, the value or nothing out. The models are there by name.
CONSOLE = """
import json, sys
for line in sys.stdin:
    print(json.dumps((eval if line.startswith('["eval"') else exec)(json.loads(line)[1], globals())), flush=True)
"""
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@dataclass
class Portal:
    """A portal with the demo year, served at `url`; every demo account's password is `password`."""

    url: str
    env: dict[str, str]
    server: int = 0
    password: str = PASSWORD
    _console: list[subprocess.Popen] = field(default_factory=list, repr=False)

    def manage(self, *arguments: str, check: bool = True) -> str:
        """What a command of manage.py prints, run against this portal's database."""
        return _manage(self.env, *arguments, check=check)

    def ask(self, expression: str):
        """The value of an expression over the models, told by a shell that stays open: a new one takes a second."""
        return self._told("eval", expression)

    def do(self, code: str) -> None:
        """Run statements in that shell; what they bind can be asked for."""
        self._told("exec", code)

    def _told(self, how: str, code: str):
        if not self._console:
            command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", CONSOLE]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
            self._console.append(subprocess.Popen(command, cwd=ROOT, env=self.env, **pipes))
        print(json.dumps([how, code]), file=self._console[0].stdin, flush=True)
        answer = self._console[0].stdout.readline()
        assert answer, f"the shell broke down over: {code}"
        return json.loads(answer)

    def close(self) -> None:
        """Let the shell go, if it was ever used."""
        for console in self._console:
            console.communicate()

    def kill_workers(self) -> None:
        """Kill the serving processes as a power cut would; the server starts others."""
        for pid in Path(f"/proc/{self.server}/task/{self.server}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)

    def sign_in(self, page, username: str) -> None:
        """Sign a browser page in as a demo account."""
        page.goto(f"{self.url}/accounts/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", self.password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/accounts/login/" not in url)


def _manage(env: dict[str, str], *arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, text=True, capture_output=True, encoding="utf-8"
    )
    if check and done.returncode:
        raise AssertionError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _environment(database: str, var: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return kept | {"DATABASE_URL": database, "PORTAL_VAR": str(var), "DEMO_PASSWORD": PASSWORD, "PYTHONUTF8": "1"}


class SqliteStore:
    """Databases as files; a copy is a copied folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self, name: str, template: str | None = None) -> dict[str, str]:
        """The environment of a new database, empty or copied from another of this store."""
        var = self.folder / name
        if template:
            shutil.copytree(self.folder / template, var)
        else:
            var.mkdir()
        return _environment(f"sqlite:///{var / 'portal.sqlite3'}", var)

    def drop(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)


class PostgresqlStore:
    """Databases of the server that DATABASE_URL names; a copy is made by the server."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.prefix = f"portal_{os.getpid()}_"

    def create(self, name: str, template: str | None = None) -> dict[str, str]:
        """The environment of a new database, empty or copied from another of this store."""
        source = f"{self.prefix}{template}" if template else "template0"
        self._execute(f'CREATE DATABASE "{self.prefix}{name}" TEMPLATE "{source}"')
        var = self.folder / name
        if template:
            shutil.copytree(self.folder / template, var)
        else:
            var.mkdir()
        return _environment(self._address(f"{self.prefix}{name}"), var)

    def drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{self.prefix}{name}" WITH (FORCE)')
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _address(self, database: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{database}"))

    def _execute(self, statement: str) -> None:
        import psycopg2

        with contextlib.closing(psycopg2.connect(self._address("postgres"))) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)


@pytest.fixture(scope="session")
def portal_template(tmp_path_factory):
    """The store of this process's portals, with the demo year made once under the name `template`."""
    folder = tmp_path_factory.mktemp("portals")
    url = os.environ.get("DATABASE_URL", "")
    store = PostgresqlStore(url, folder) if url.startswith("postgres") else SqliteStore(folder)
    try:
        _manage(store.create("template"), "demo", "--no-serve")
        yield store
    finally:
        store.drop("template")


@pytest.fixture(scope="module")
def portal(portal_template, request):
    """A portal of this test module alone, served by two gunicorn workers; its tests may change its data."""
    pytest.importorskip("fcntl", reason="gunicorn 只在类 Unix 系统上运行")
    name = request.module.__name__.rpartition(".")[2]
    env = portal_template.create(name, template="template")
    try:
        with served(env) as started:
            yield started
    finally:
        portal_template.drop(name)


@contextlib.contextmanager
def served(env: dict[str, str], workers: int = 2):
    """A portal of that environment, listening until the block ends."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "eldercare.wsgi",
        "--workers",
        str(workers),
        "--bind",
        f"127.0.0.1:{port}",
    ]
    log = Path(env["PORTAL_VAR"]) / "server.log"
    with log.open("w+") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", server, log)
            with contextlib.closing(Portal(f"http://127.0.0.1:{port}", env, server.pid)) as portal:
                yield portal
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(START_SECONDS * 5):
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"the portal did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium, driven by Playwright; skips where either is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="没有安装 playwright（pip install -e '.[test]'）")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("没有找到 Chromium 浏览器")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=found, args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser):
    """A fresh browser window, 1440 by 900; a script error or a breach of the content security policy fails the test."""
    with window(browser) as opened:
        yield opened


@contextlib.contextmanager
def window(browser):
    """A browser window with cookies of its own; what breaks in it fails the test when it is closed."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", accept_downloads=True)
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield opened
    context.close()
    assert not faults, faults
