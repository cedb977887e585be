"""What the benchmarks stand on: a database of their own, 武隆 loaded, a clock, and tables of ratios.

Absolute seconds say little about another machine; what is printed are counts and ratios of what ran in the same run.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent.parent
EVERY_PAGE = re.compile(
    r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK)"
    r'|"django_session"|FROM "eldercare_user" |"auth_permission"|"auth_group"|INSERT INTO "eldercare_auditrecord"'
    r'|"eldercare_apitoken"'
)


def prepare() -> None:
    """Settings and apps; files go to a folder that ends with the process."""
    folder = tempfile.TemporaryDirectory()
    prepare.folder = folder  # kept until the end of the process
    os.environ["PORTAL_VAR"] = folder.name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings")
    # A busy machine must not end the reading: the bounds of time are lifted with those of rows.
    os.environ.setdefault("PORTAL_SHEET_ROWS", "100000")
    sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/uploads")]
    import django
    from django.conf import settings

    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "import_export"]  # for the templates of its admin alone
    django.setup()


def arguments(text: str, **defaults: str) -> argparse.Namespace:
    """The command's options, each a list of numbers separated by commas."""
    parser = argparse.ArgumentParser(description=text)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", default=default, help=f"default {default}")
    options = parser.parse_args()
    for name in defaults:
        setattr(options, name, [int(part) for part in getattr(options, name).split(",")])
    return options


@contextmanager
def database() -> Iterator[None]:
    """A test database, made and dropped here, with the divisions and the policy of 武隆."""
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        call_command("loaddivisions", stdout=StringIO())
        call_command("loadpolicy", str(ROOT / "fixtures/wulong-2020"), stdout=StringIO())
        yield
    finally:
        connection.creation.destroy_test_db(None, verbosity=0)


def seconds(act: Callable[[], object]) -> tuple[float, object]:
    """How long it took, and what it gave.

    Processor time of this process, of the children it ended and, where it can be seen, of the database's process for this
    connection: other work on a busy machine does not lengthen it. Where the database is out of sight, time on the wall.
    """
    start = _now()
    result = act()
    return _now() - start, result


def _now() -> float:
    from django.db import connection

    spent = os.times()
    mine = time.process_time() + spent.children_user + spent.children_system
    if connection.vendor != "postgresql":
        return mine
    theirs = _server()
    return time.perf_counter() if theirs is None else mine + theirs


def _server() -> float | None:
    """Processor seconds of the PostgreSQL process that serves this connection; None where it runs elsewhere."""
    from django.db import connection

    connection.ensure_connection()
    path = Path(f"/proc/{connection.connection.get_backend_pid()}/stat")
    name, _, rest = path.read_text(encoding="ascii").rpartition(")") if path.exists() else ("", "", "")
    if "postgres" not in name:
        return None
    user, system = rest.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def check_keys() -> None:
    """What the end of a transaction would do in one that is rolled back: check the keys that wait for it; SQLite has by then."""
    from django.db import connection

    if connection.vendor == "postgresql":
        connection.check_constraints()


def best(act: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs: what the code takes when nothing else disturbs it."""
    return min(seconds(act)[0] for _ in range(times))


def best_of_each(acts: dict[object, Callable[[], object]], times: int = 15) -> dict[object, float]:
    """The shortest of several runs of each act, taken in turns, so that a busy moment of the machine meets all alike."""
    took = {name: [] for name in acts}
    for _ in range(times):
        for name, act in acts.items():
            took[name].append(seconds(act)[0])
    return {name: min(runs) for name, runs in took.items()}


def statements(act: Callable[[], object]) -> int:
    """Statements without those that every page costs; counted without keeping them, which would cost time itself."""
    from django.db import connection
    from django.db.backends.utils import CursorWrapper

    counted = 0

    def count(execute, sql, params, many, context):
        nonlocal counted
        counted += not EVERY_PAGE.search(sql)
        return execute(sql, params, many, context)

    def copy(cursor, sql, *arguments):
        nonlocal counted
        counted += 1
        return cursor.cursor.copy_expert(sql, *arguments)

    # COPY goes past Django's wrappers.
    with connection.execute_wrapper(count), mock.patch.object(CursorWrapper, "copy_expert", copy, create=True):
        act()
    return counted


def say(title: str, headings: tuple[str, ...], rows: list[tuple]) -> None:
    """Print a table."""
    from django.db import connection

    cells = [headings, *[tuple(_shown(value) for value in row) for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(headings))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    sys.stdout.write("\n".join([f"{title} [{connection.vendor}]", *lines, "", ""]))
    sys.stdout.flush()


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
