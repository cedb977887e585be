"""The export of a long register to .xlsx against xlsxwriter's constant memory mode: time, statements, growth.

python tests/benchmarks/exports.py [--rows 100000]

"table" is the writing of rows that are already in memory, of the portal and of bare xlsxwriter. "download" is the whole
answer of /api/v1/facilities/?format=xlsx, read from the database, against bare xlsxwriter on as many columns read with
`.values_list().iterator()`. Growth is the process's resident memory at its highest during the download.
"""

import ctypes
import gc
import threading
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import ground

ground.prepare()

HEADINGS = ("rows", "statements", "table : xlsxwriter", "download : xlsxwriter", "growth MB")
LIST = "/api/v1/facilities/"
PAGE = 4096


def main() -> None:
    """Print a line for each number of rows."""
    options = ground.arguments(__doc__, rows="100000")
    with ground.database():
        import api_lists
        from django.test import Client
        from factories import region, user

        client = Client()
        client.force_login(
            user("leader", region("武隆区"), "reader"), backend="django.contrib.auth.backends.ModelBackend"
        )
        rows = []
        for count in options.rows:
            api_lists._fill(count)
            rows.append(_measured(client, count))
    ground.say("Export of facilities to .xlsx", HEADINGS, rows)


def _measured(client, count: int) -> tuple:
    client.get(LIST, {"page_size": 1})
    growth, asked = _growth(lambda: ground.statements(lambda: _download(client)))
    lines = list(_lines())
    assert len(lines) == count
    took = ground.best_of_each({"table": lambda: _table(lines), "bare table": lambda: _bare(lines)}, times=2)
    whole = ground.best_of_each({"download": lambda: _download(client), "bare": lambda: _bare(_lines())}, times=2)
    return count, asked, took["table"] / took["bare table"], whole["download"] / whole["bare"], growth


def _download(client) -> None:
    response = client.get(LIST, {"format": "xlsx"})
    assert response.status_code == 200
    for _ in response.streaming_content:
        pass
    response.close()


def _lines():
    """The plain columns of the register, row by row; those that the portal labels twice, so that as many cells are written."""
    from facilities.api.register import Facilities
    from facilities.models import Facility

    ours = ("signed", "status", "day")
    columns = [name for name in Facilities().rows.columns if name not in ours]
    columns += ["type", "stage", "operation", "type", "stage"]
    for row in Facility.objects.order_by("code").values_list(*columns).iterator(chunk_size=2000):
        yield [value if not isinstance(value, list) else "、".join(value) for value in row]


def _table(lines) -> None:
    from eldercare.sheets.writer import export_into

    export_into(BytesIO(), [str(place) for place in range(len(lines[0]))], lines, title="设施名录", name="设施名录")


def _bare(lines) -> None:
    import xlsxwriter

    with TemporaryFile() as target, xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)


def _growth(act) -> tuple[float, object]:
    """Megabytes of resident memory at the highest moment beyond what there was before, and what `act` gave."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    before, highest, done = _resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            highest[0] = max(highest[0], _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        given = act()
    finally:
        done.set()
        watcher.join()
    return max(highest[0] - before, 0) / 1_000_000, given


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


if __name__ == "__main__":
    main()
