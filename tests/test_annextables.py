"""A stored annex table goes back on paper cell for cell, and the paper is read to the same rows again."""

import shutil
import subprocess

import pytest

import plans.loading
import training.loading
from eldercare.annexes import tables as annextables
from eldercare.annexes.printed import printed_table, read_matrix, region_links
from eldercare.policies import Policy
from eldercare.sheets import annex
from plans.models import PlanTable, PlanTarget, PrintedTotal
from training.models import QuotaTable

WULONG = ("1", "2", "4", "5")
TYPES = {"2": {"养老服务中心": "TOWNSHIP_CENTRE"}}
PLAN = {"subject": "type", "value": "planned"}
QUOTA = {"subject": "role", "value": "quota"}


def stored(number):
    """The stored annex of 武隆 with its entries, its printed totals and the names of its fields."""
    policy = Policy.objects.get(slug="wulong-2020")
    if number == "5":
        table = QuotaTable.objects.get(policy=policy, annex=number)
        return table, table.quotas.all(), table.printed_totals.all(), QUOTA
    table = PlanTable.objects.get(policy=policy, annex=number)
    return table, table.targets.all(), table.printed_totals.all(), PLAN


def paper(number):
    table, entries, totals, fields = stored(number)
    return annextables.printed_table(table, entries, totals, **fields)


def grid(number):
    table, entries, totals, fields = stored(number)
    return annextables.grid(table, entries, totals, **fields)


def printed_in(path, number):
    (matrix,) = read_matrix(path, TYPES.get(number, {}))
    assert matrix.is_certain, (matrix.questions, matrix.problems)
    return printed_table(matrix, number, f"附件{number}")


def written(number, folder):
    path = folder / f"annex-{number}.xlsx"
    path.write_bytes(annex.write(paper(number)))
    return path


def assert_same_table(printed, number):
    """Nothing but the address of a cell may differ from what is stored: pages that were apart are joined."""
    table, entries, totals, fields = stored(number)
    rows = {(row.row, getattr(row, fields["subject"]), row.year): row for row in entries}
    regions = region_links(table.policy, printed)
    assert (printed.title, printed.layout) == (table.title, table.layout)
    assert {
        (cell.row, cell.subject, cell.year): (cell.unit, regions[cell.unit], cell.value) for cell in printed.cells
    } == {key: (row.unit, row.region, getattr(row, fields["value"])) for key, row in rows.items()}
    assert [(total.subject, total.year, total.value) for total in printed.totals] == [
        (getattr(total, fields["subject"]), total.year, total.printed) for total in totals
    ]


@pytest.mark.parametrize("number", WULONG)
def test_wulong_annex_written_and_read_is_the_same_table(number, db, tmp_path):
    assert_same_table(printed_in(written(number, tmp_path), number), number)


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc is not installed")
def test_wulong_annexes_through_libreoffice_to_xls_are_the_same_tables(db, tmp_path):
    sources = [str(written(number, tmp_path)) for number in WULONG]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path), *sources]
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    for number in WULONG:
        assert_same_table(printed_in(tmp_path / f"annex-{number}.xls", number), number)


@pytest.mark.parametrize("number", ["1", "2", "4"])
def test_stored_plan_table_has_no_difference_to_its_own_export(number, db, tmp_path):
    printed = printed_in(written(number, tmp_path), number)
    policy = Policy.objects.get(slug="wulong-2020")

    assert not any(change.any for change in plans.loading.store_table(policy, printed))


def test_stored_quota_table_differs_from_its_own_export_in_addresses_alone(db, tmp_path):
    printed = printed_in(written("5", tmp_path), "5")
    policy = Policy.objects.get(slug="wulong-2020")

    table, *changes = training.loading.store_table(policy, printed, "people")

    assert not table.any
    assert {(change.added, change.removed) for change in changes} == {(0, 0)}
    assert all("：单元格 " in line for change in changes for line in change.lines)


def test_paper_keeps_blanks_zeros_and_the_wrong_total_as_printed(db):
    second, first = paper("2"), paper("1")

    assert second.rows[2] == annex.PrintedRow("3", "白马镇", (None, 1, None, None, 1, 1, 2, 1))
    assert first.rows[0].cells == (0, 1, 0, 2)
    assert (second.total_label, second.totals) == ("合 计", (4, 7, 7, 7, 21, 24, 23, 23))
    assert second.differences() == {6: (23, 22)}
    assert second.title_lines == ("附件 2", "武隆区 2019—2022 年农村养老服务 设施建设全覆盖计划表")
    assert (second.serial_heading, second.unit_heading) == ("序号", "乡镇 (街道)")


def test_paper_joins_pages_and_keeps_the_spaces_of_a_unit(db):
    table = paper("5")

    assert [row.number for row in table.rows] == [str(number) for number in range(1, 29)]
    assert table.rows[27].unit == "区民政局 直属机构"
    assert table.total.lead == ("", "合 计")


def changed(number, **values):
    """The paper of a plan table after one of its first row's cells was changed."""
    table, entries, totals, fields = stored(number)
    entries = list(entries)
    for name, value in values.items():
        setattr(entries[0], name, value)
    return annextables.printed_table(table, entries, totals, **fields)


def test_number_changed_since_is_printed_as_it_is_now(db):
    table, entries, totals, fields = stored("1")
    table.layout = table.layout | {"texts": [[1, "STREET_CENTRE", 2019, "—"], [1, "STREET_CENTRE", 2020, "１个"]]}
    (dash, one, *rest) = entries
    dash.planned = None

    assert annextables.printed_table(table, [dash, one, *rest], totals, **fields).rows[0].cells == ("—", "１个", 0, 2)

    dash.planned, one.planned = 3, 4

    assert annextables.printed_table(table, [dash, one, *rest], totals, **fields).rows[0].cells == (3, 4, 0, 2)


def test_unit_renamed_since_is_printed_by_its_new_name(db):
    assert changed("1", unit="凤山新街道").rows[0].unit == "凤山新街道"


def test_year_added_since_stands_beside_its_type_and_is_headed_alike(db):
    table, entries, totals, fields = stored("1")
    added = PlanTarget(row=1, unit="凤山街道", type="STREET_CENTRE", year=2021, planned=5)

    found = annextables.printed_table(table, [*entries, added], totals, **fields)

    assert [(column.subject, column.year) for column in found.columns][:3] == [
        ("STREET_CENTRE", year) for year in (2019, 2020, 2021)
    ]
    assert found.columns[2].labels == ("街道养老服务中心（个）", "2021 年 拟建数")
    assert found.rows[0].cells == (0, 1, 5, 0, 2)
    assert found.rows[1].cells == (1, 0, None, 1, 2)
    assert found.totals == (1, 1, None, 4, 6)


def test_type_added_since_gets_a_column_of_its_own(db):
    table, entries, totals, fields = stored("1")
    total = PrintedTotal(type="VILLAGE_POINT", year=2020, printed=9)

    found = annextables.printed_table(table, entries, [*totals, total], **fields)

    assert found.columns[-1] == annex.PrintedColumn(("村级互助养老点", "2020年"), "VILLAGE_POINT", 2020)
    assert (found.rows[0].cells[-1], found.totals[-1]) == (None, 9)


def typed_table():
    """A table typed by hand, which nobody ever printed."""
    cells = [
        PlanTarget(row=row, unit=unit, type=code, year=year, planned=planned)
        for row, unit, values in ((2, "江口镇", (None, 0, 2)), (1, "白马镇", (1, None, 3)))
        for (code, year), planned in zip(
            [("VILLAGE_POINT", 2021), ("VILLAGE_POINT", 2020), ("ELDERLY_HOME", 2020)], values, strict=True
        )
    ]
    totals = [PrintedTotal(type="VILLAGE_POINT", year=2020, printed=0)]
    return PlanTable(annex="9", title="白马片区建设计划表"), cells, totals


def test_table_that_was_never_printed_gets_a_plain_layout_and_reads_back(tmp_path):
    table, cells, totals = typed_table()
    found = annextables.printed_table(table, cells, totals, **PLAN)
    path = tmp_path / "annex.xlsx"
    path.write_bytes(annex.write(found))

    printed = printed_in(path, "9")

    assert found.title_lines == ("附件9", "白马片区建设计划表")
    assert [row.number for row in found.rows] == ["1", "2"]
    assert {(cell.row, cell.unit, cell.subject, cell.year, cell.value) for cell in printed.cells} == {
        (cell.row, cell.unit, cell.type, cell.year, cell.planned) for cell in cells
    }
    assert [(total.subject, total.year, total.value) for total in printed.totals] == [
        ("VILLAGE_POINT", 2020, 0),
        ("VILLAGE_POINT", 2021, None),
        ("ELDERLY_HOME", 2020, None),
    ]


def test_table_without_rows_can_still_be_written(tmp_path):
    found = annextables.printed_table(PlanTable(annex="9", title="建设计划表"), [], [], **PLAN)

    assert (found.columns, found.rows, found.sums) == ((), (), ())
    assert annex.write(found)


def test_grid_shows_every_number_with_its_address_and_the_unit_behind_its_row(db, baima):
    third = grid("2").rows[2]

    assert (third.row, third.number, third.unit, third.region_id, third.is_matched) == (
        3,
        "3",
        "白马镇",
        baima.pk,
        True,
    )
    assert third.cells[1] == annextables.GridCell(1, 1, "D7")
    assert third.cells[0] == annextables.GridCell(None, None, "C7")


def test_grid_sets_printed_totals_beside_computed_ones(db):
    found = grid("2")

    assert [(column.subject, column.year, column.printed, column.computed) for column in found.differences] == [
        ("VILLAGE_POINT", 2021, 23, 22)
    ]
    assert found.columns[0].meaning == "乡镇养老服务中心 2019"
    assert [column.computed for column in found.columns] == [4, 7, 7, 7, 21, 24, 22, 23]


def test_grid_names_the_printed_units_that_nobody_has_matched(db):
    assert grid("1").unmatched == []
    assert grid("5").unmatched == ["庙坪乡", "区民政局直属机构"]


def test_grid_header_is_merged_as_on_paper(db):
    upper, lower = grid("1").header

    assert [(cell.text, cell.height, cell.width) for cell in upper] == [
        ("序号", 2, 1),
        ("乡镇（街道）", 2, 1),
        ("街道养老服务中心（个）", 1, 2),
        ("社区养老服务站（个）", 1, 2),
    ]
    assert [cell.text for cell in lower] == ["2019 年 拟建数", "2020 年 拟建数"] * 2


@pytest.mark.parametrize("number", ["1", "2"])
def test_grid_and_paper_cost_one_query_for_the_entries_and_one_for_the_totals(number, db, django_assert_num_queries):
    table, entries, totals, fields = stored(number)
    entries, totals = entries.all(), totals.all()

    with django_assert_num_queries(2):
        annextables.grid(table, entries, totals, **fields)
