"""The downloaded sheet, edited and saved by LibreOffice in any of its formats, says exactly what was edited."""

import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from filled import Filled, cell_of

from eldercare.uploads import Upload
from facilities.models import Facility

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc (soffice) is not installed"),
]

UTF_8, GB18030 = "76", "85"
FORMATS = {
    "xlsx": ["xlsx"],
    "xls": ["xls"],
    "ods": ["ods", "xlsx"],
    "csv": [f"csv:Text - txt - csv (StarCalc):44,34,{UTF_8}"],
    "csv-gb18030": [f"csv:Text - txt - csv (StarCalc):44,34,{GB18030}"],
    "csv-tabs": [f"csv:Text - txt - csv (StarCalc):9,34,{UTF_8}"],
}
FACILITIES = (
    {
        "name": "白马镇养老服务中心", "type": "TOWNSHIP_CENTRE", "stage": "building", "progress": Decimal("62.5"),
        "gross_area": Decimal("1420.35"), "usable_area": Decimal(1180), "beds": 40, "nursing_beds": 0,
        "zones": ["助餐", "康复", "生活照料"], "operation": "public_built_private_run",
        "operator": '=某"服务"中心,（第一）', "started_on": date(2020, 3, 1), "invested": Decimal("186.5025"),
        "issues": "消防验收未过\n待整改；预计 12 月", "remark": "0123",
    },
    {
        "name": "<第三村>&互助点", "type": "VILLAGE_POINT", "village": "板桥村", "stage": "completed",
        "progress": Decimal(100), "gross_area": Decimal("0.5"), "beds": 0, "zones": [], "operation": "village",
        "started_on": date(2019, 12, 31), "completed_on": date(2020, 2, 29), "invested": Decimal(0), "remark": "0",
    },
    {"name": "什么也没有填的站", "type": "COMMUNITY_STATION", "village": "六方坪社区", "stage": "unsited"},
    {"name": "百分之一", "type": "CARE_HOME", "stage": "sited", "progress": Decimal("1.01"), "remark": "1/2"},
    {"name": "大数", "type": "ELDERLY_HOME", "stage": "building", "progress": Decimal("99.99"), "beds": 100000,
     "gross_area": Decimal("999999.99"), "invested": Decimal("9999999.9999"), "remark": "+86 023；-5；1e5"},
)  # fmt: skip


@pytest.fixture
def facilities(register, baima) -> list[Facility]:
    """Five facilities that between them hold every kind of value, and every kind of nothing."""
    villages = {unit.short_name: unit for unit in baima.children.all()}
    homes = [{"village": villages[values["village"]]} if "village" in values else {} for values in FACILITIES]
    return [register(planned_year=2020, **values | home) for values, home in zip(FACILITIES, homes, strict=True)]


def saved_by_libreoffice(folder: Path, steps: list[str], **books: bytes) -> dict[str, Path]:
    """The books opened and saved once for each step, all in one run; what came out of the last, by name."""
    paths = []
    for name, content in books.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(content)
    for number, step in enumerate(steps):
        target = folder / f"saved{number}"
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = ["soffice", profile, "--headless", "--convert-to", step, "--outdir", str(target), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        paths = [target / f"{path.stem}.{step.partition(':')[0]}" for path in paths]
    return {path.stem: path for path in paths}


EDITS = {"progress": 80, "completed_on": date(2020, 11, 30), "zones": "助餐、康复", "beds": None}
CHANGES = {
    "progress": ("62.5", "80"),
    "completed_on": ("", "2020-11-30"),
    "zones": ("助餐、康复、生活照料", "助餐、康复"),
    "beds": ("40", ""),
}


@pytest.mark.parametrize("steps", FORMATS.values(), ids=FORMATS)
def test_sheet_saved_by_libreoffice_shows_the_edits_and_nothing_else(desk, facilities, tmp_path, steps):
    untouched = desk.template().content()
    edited = desk.template().put(**EDITS).content()
    saved = saved_by_libreoffice(tmp_path, steps, untouched=untouched, edited=edited)
    assert changes(desk, saved["untouched"]) == ({}, counts(unchanged=len(facilities)))
    assert changes(desk, saved["edited"]) == (CHANGES, counts(unchanged=len(facilities) - 1, changed=1))
    desk.confirm(Upload.objects.latest("pk").pk)
    centre = Facility.objects.get(pk=facilities[0].pk)
    assert (centre.progress, centre.beds, centre.zones) == (Decimal(80), None, ["助餐", "康复"])
    assert (centre.operator, centre.issues) == (FACILITIES[0]["operator"], FACILITIES[0]["issues"])


def counts(**given: int) -> dict[str, int]:
    return dict.fromkeys(("new", "changed", "unchanged", "missing", "errors", "warnings"), 0) | given


def changes(desk, path: Path) -> tuple[dict, dict]:
    """What sending a file would change, old and new by column key, and its counts; nothing is complained of."""
    response = desk.send(path.read_bytes(), name=path.name)
    answer = response.json()
    assert (response.status_code, answer["problems"]) == (201, [])
    rows = Upload.objects.get(pk=answer["id"]).staged.read()
    return {item["key"]: (item["old"], item["new"]) for row in rows for item in row["changes"]}, answer["counts"]


def test_lists_locks_and_print_set_up_survive_libreoffice(desk, facilities, tmp_path):
    saved = saved_by_libreoffice(tmp_path, ["xlsx"], sheet=desk.template().content())
    tab = openpyxl.load_workbook(saved["sheet"])["进度月报"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in tab.data_validations.dataValidation}
    assert "未定址,已选址,在建" in rules[cell_of("stage")].formula1
    assert rules[cell_of("stage")].showErrorMessage
    assert rules[cell_of("zones")].formula1
    assert not rules[cell_of("zones")].showErrorMessage
    assert tab.protection.sheet
    assert [tab[cell_of(key)].protection.locked for key in ("code", "progress")] == [True, False]
    assert not tab.column_dimensions["B"].protection.locked
    assert (tab.page_setup.orientation, tab.print_title_rows) == ("landscape", "$4:$4")
    assert tab[cell_of("zones", 4)].comment.text


def test_marked_copy_opens_in_libreoffice_with_its_marks(desk, facilities, tmp_path):
    answer = desk.send(desk.template().put(beds="十张", progress=130)).json()
    copy = desk.client.get(f"/uploads/{answer['id']}/annotated/").content
    saved = saved_by_libreoffice(tmp_path, ["xlsx"], copy=copy)
    book = openpyxl.load_workbook(saved["copy"])
    assert book.sheetnames == ["问题清单", *Filled(copy).book.sheetnames[1:]]
    tab = book["进度月报"]
    assert {tab[cell_of(key)].fill.fgColor.rgb[-6:] for key in ("beds", "progress")} == {"F8C9C4"}
    assert "不是数字" in tab[cell_of("beds")].comment.text
    mended = Filled(saved["copy"].read_bytes()).put(beds=41, progress=63).content()
    assert desk.staged(Filled(mended))["counts"] == counts(changed=1, unchanged=len(facilities) - 1)
