"""The monthly sheet through HTTP: statements, page size, and confirming against the bare writing of the same rows.

python tests/benchmarks/monthly_sheet.py [--rows 1000,10000]
"""

import ground

ground.prepare()

HEADINGS = ("rows", "sheet", "statements", "preview : confirm", "confirm : bare writing", "page kB")
STATE = {
    "stage": "在建",
    "gross_area": 200,
    "usable_area": 100,
    "zones": "助餐、阅览",
    "operation": "未运营",
    "invested": 10,
}


def main() -> None:
    """Print one line for a sheet of new rows and one for the same rows changed, at each size."""
    options = ground.arguments(__doc__, rows="30,1000,10000")
    with ground.database():
        rows = [line for position, count in enumerate(options.rows) for line in _sheets(count, position)]
    ground.say("Monthly sheet, preview and confirmation", HEADINGS, rows)


def _sheets(count: int, position: int) -> list[tuple]:
    """A township of its own with so many facilities: all new in October, all changed in November."""
    import factories
    from django.test import Client
    from filled import HEADER_ROW, Desk

    township = factories.region(("白马镇", "江口镇", "平桥镇", "火炉镇", "鸭江镇")[position])
    village = township.children.order_by("path").first().short_name
    client = Client()
    account = factories.user("township", township, f"bench{position}")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    desk = Desk(client)
    sheet = desk.template("2020-10")
    for number in range(count):
        name = {"name": f"第{number}点", "type": "村级互助养老点", "village": village, "planned_year": 2020}
        sheet.put(HEADER_ROW + 1 + number, **name, **STATE, progress=50, beds=10, nursing_beds=1)
    found = [_measured(desk, sheet, "2020-10", count, "new")]
    sheet = desk.template("2020-11")
    for number in range(count):
        sheet.put(HEADER_ROW + 1 + number, progress=70, beds=12, remark="调整")
    return [*found, _measured(desk, sheet, "2020-11", count, "changed")]


def _measured(desk, sheet, month: str, count: int, label: str) -> tuple:
    from eldercare.uploads import Upload

    content, times = sheet.content(), {}
    asked = ground.statements(lambda: times.update(preview=ground.seconds(lambda: desk.send(content, month))[0]))
    upload = Upload.objects.latest("pk")
    assert upload.counts[label] == count, upload.problems[:3]
    page = len(desk.page(upload.pk).content) / 1000
    asked += ground.statements(lambda: times.update(confirm=ground.seconds(lambda: desk.confirm(upload.pk))[0]))
    bare = _bare(upload)
    return count, label, asked, times["preview"] / times["confirm"], times["confirm"] / bare, page


def _bare(upload) -> float:
    """Seconds that the database takes for the rows which the confirmation wrote, prepared beforehand; nothing is kept.

    The records of the sheet, and for each a row of the register, written anew or overwritten.
    """
    from django.db import connection, transaction

    from facilities.models import Facility, FacilityRecord

    records, register = FacilityRecord._meta.db_table, Facility._meta.db_table
    mine = f"SELECT * FROM {records} WHERE upload_id = {upload.pk}"
    theirs = f"SELECT * FROM {register} WHERE id IN (SELECT facility_id FROM {records} WHERE upload_id = {upload.pk})"
    with transaction.atomic(), connection.cursor() as cursor:
        took = sum(_written(cursor, table, rows) for table, rows in ((records, mine), (register, theirs)))
        transaction.set_rollback(True)
    return took


def _written(cursor, table: str, rows: str) -> float:
    """Rows of a table copied into an empty one with the same columns, constraints and indexes."""
    from io import StringIO

    from django.db import connection

    if connection.vendor == "postgresql":
        cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table} INCLUDING ALL) ON COMMIT DROP")
        text = StringIO()
        cursor.cursor.copy_expert(f"COPY ({rows}) TO STDOUT", text)
        text.seek(0)
        return ground.seconds(lambda: cursor.cursor.copy_expert(f"COPY bare_{table} FROM STDIN", text))[0]
    cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL ORDER BY type DESC", [table])
    for (sql,) in cursor.fetchall():
        cursor.execute(_renamed(sql, table).replace("%", "%%"), [])
    cursor.execute(rows)
    held = cursor.fetchall()
    places = ", ".join(["%s"] * len(held[0]))
    return ground.seconds(lambda: cursor.executemany(f"INSERT INTO bare_{table} VALUES ({places})", held))[0]


def _renamed(sql: str, table: str) -> str:
    """The same table or index under another name."""
    import re

    sql = re.sub(r'(INDEX )"', r'\1"bare_', sql)
    return re.sub(rf'((?:TABLE|ON) )"{table}"', rf'\1"bare_{table}"', sql)


if __name__ == "__main__":
    main()
