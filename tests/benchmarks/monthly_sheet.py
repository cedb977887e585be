"""The monthly sheet through HTTP: statements, page size, its time against import-export and against the bare writing.

python tests/benchmarks/monthly_sheet.py [--rows 1000,10000] [--alone 1000]

`both : import-export` sets preview and confirmation beside those of django-import-export where it checks the rows and
writes dated records, cells and audit too; `register alone` (at the sizes of --alone) where it writes nothing but the
register, while the monthly sheet does all.
"""

from datetime import date

import ground

ground.prepare()

HEADINGS = (
    "rows", "sheet", "statements", "both : import-export", "register alone", "confirm : bare writing",
    "preview : confirm", "page kB",
)  # fmt: skip
STATE = {
    "stage": "在建",
    "gross_area": 200,
    "usable_area": 100,
    "zones": "助餐、阅览",
    "operation": "未运营",
    "invested": 10,
}
TOWNSHIPS = ("白马镇", "江口镇", "平桥镇", "火炉镇", "鸭江镇")


def main() -> None:
    """Print at each size a line for a sheet of new rows, one for all of them changed, and one for a tenth changed."""
    options = ground.arguments(__doc__, rows="30,1000,10000", alone="30,1000")
    with ground.database():
        rows = [
            line
            for position, count in enumerate(options.rows)
            for line in _sheets(count, position, alone=count in options.alone)
        ]
    ground.say("Monthly sheet, preview and confirmation", HEADINGS, rows)


def _sheets(count: int, position: int, *, alone: bool) -> list[tuple]:
    """A township of its own with so many facilities: new in October, all changed in November, a tenth in December."""
    import factories
    from filled import HEADER_ROW

    from eldercare.regions import Kind

    township = factories.region(TOWNSHIPS[position])
    desk = _desk(township, position)
    village = township.children.filter(kind=Kind.VILLAGE).order_by("path").first()
    sheet = desk.template("2020-10")
    for number in range(count):
        name = {"name": f"第{number}点", "type": "村级互助养老点", "village": village.short_name, "planned_year": 2020}
        sheet.put(HEADER_ROW + 1 + number, **name, **STATE, progress=50, beds=10, nursing_beds=1)
    found = [_measured(desk, sheet, "2020-10", count, "new", _new_rows(township, village, count), alone=alone)]
    changes = (
        ("2020-11", "changed", 1, {"progress": 70, "beds": 12, "remark": "调整"}),
        ("2020-12", "10 %", 10, {"progress": 80}),
    )
    for month, label, every, change in changes:
        sheet = desk.template(month)
        for number in range(0, count, every):
            sheet.put(HEADER_ROW + 1 + number, **change)
        found.append(_measured(desk, sheet, month, count, label, _changed_rows(township, every, change), alone=alone))
    return found


def _desk(township, position: int):
    import factories
    from django.test import Client
    from filled import Desk

    client = Client()
    account = factories.user("township", township, f"bench{position}")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return Desk(client)


def _new_rows(township, village, count: int) -> list[dict]:
    """The rows of October for import-export, which must be given the codes."""
    import tuned

    from facilities.models import Facility

    held = {"stage": "building", "progress": 50, "gross_area": 200, "usable_area": 100, "beds": 10, "nursing_beds": 1}
    held |= {"zones": ["助餐", "阅览"], "operation": "none", "invested": 10, "planned_year": 2020}
    place = {"type": "VILLAGE_POINT", "district": township.parent, "township": township, "village": village}
    return [
        tuned.row_of(Facility(code=f"{township.code}-{number:05d}", name=f"第{number}点", **place, **held))
        for number in range(count)
    ]


def _changed_rows(township, every: int, change: dict) -> list[dict]:
    """The township's register for import-export, as the sheet changes it."""
    import tuned

    from facilities.models import Facility

    rows = Facility.objects.filter(township=township).select_related(*tuned.RELATIONS).order_by("code")
    return [tuned.row_of(row, **({} if number % every else change)) for number, row in enumerate(rows)]


def _measured(desk, sheet, month: str, count: int, label: str, theirs: list[dict], *, alone: bool) -> tuple:
    """One line; import-export goes first, because it finds the register as the sheet does, and leaves nothing."""
    import tuned

    from eldercare.clock import last_day
    from eldercare.uploads import Upload

    content, times, few = sheet.content(), {}, label == "10 %"
    day = last_day(date.fromisoformat(f"{month}-01"))
    usual = tuned.imported(theirs, few=few, day=day)
    register = tuned.imported(theirs, few=few, day=day, bare=True) if alone else None
    asked = ground.statements(lambda: times.update(preview=ground.seconds(lambda: desk.send(content, month))[0]))
    upload = Upload.objects.latest("pk")
    written = len(range(0, count, 10)) if few else count
    assert upload.counts["changed" if few else label] == written, upload.problems[:3]
    page = len(desk.page(upload.pk).content) / 1000
    asked += ground.statements(lambda: times.update(confirm=ground.seconds(lambda: desk.confirm(upload.pk))[0]))
    both, confirm = times["preview"] + times["confirm"], times["confirm"]
    return (
        count,
        label,
        asked,
        f"1/{usual / both:.1f}",
        f"1/{register / both:.1f}" if alone else "",
        confirm / _bare(upload, written),
        times["preview"] / confirm,
        page,
    )


def _bare(upload, written: int) -> float:
    """Seconds of one bare writing; of few rows many are measured, because a server's processor time comes in ticks."""
    import bare

    times = max(3, 20_000 // written)
    return sum(bare.writing(upload) for _ in range(times)) / times


if __name__ == "__main__":
    main()
