"""Registers in and out of the admin: every import goes through the guard, is tried first and done once; exports are safe."""

import csv
import os
import re
import sys
import time
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "sheets"))

import hostile
import openpyxl
import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse
from factories import facility, user

from eldercare.audit import AuditRecord
from eldercare.importing import keeping
from eldercare.importing.adminpages import RegisterPages
from eldercare.importing.keeping import KeptFile
from eldercare.names import RegionAlias
from eldercare.regions import PopulationFact, Region
from facilities.models import Declaration, Exemption, Facility, FacilityRecord, OperatorContract, ServiceLink, UnitPrice
from plans.models import PlanTarget

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGES = {model: page for model, page in admin.site._registry.items() if isinstance(page, RegisterPages)}
IMPORTED = [model for model, page in PAGES.items() if page.resource.keys]
EXPORTED = list(PAGES)


def label(model) -> str:
    return model._meta.model_name


def address(model, page: str) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def table(*rows: tuple) -> bytes:
    """An .xlsx of plain rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def sent(content: bytes, name: str = "登记.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, XLSX)


class Desk:
    """The clerk at one register's import page."""

    def __init__(self, client, model) -> None:
        self.client, self.url = client, address(model, "import")

    def send(self, content: bytes, name: str = "登记.xlsx"):
        return self.client.post(self.url, {"file": sent(content, name)})

    def confirm(self, preview):
        return self.client.post(self.url, {"ticket": preview.context["ticket"]})

    def refused(self, content: bytes) -> dict[str, str]:
        """Cell → message of the errors of a refused file."""
        answer = self.send(content)
        assert answer.status_code == 422, answer.content.decode()
        assert not answer.context["ticket"]
        return {problem.cell: problem.message for problem in answer.context["errors"]}

    def previewed(self, content: bytes):
        answer = self.send(content)
        assert (answer.status_code, list(answer.context["errors"])) == (200, [])
        return answer


@pytest.fixture
def at(clerk, client_for):
    """at(model) -> the clerk's desk at that register."""
    return lambda model: Desk(client_for(clerk), model)


POPULATION = ("单位代码", "单位", "口径", "统计日期", "总人口", "60岁及以上", "来源")


HOSTILE = ("dense_zip_bomb", "macro_project", "html_as_xls", "entity_bomb", "pdf", "path_traversal", "encrypted_xlsx")
CASES = [case for case in hostile.CASES if case.name in HOSTILE]
DOORS = sorted(
    f"admin:{entry.name}"
    for _, page in admin.site._registry.items()
    for entry in page.get_urls()
    if entry.name and entry.name.endswith("_import")
)
# What a refused file may leave behind: itself, and the memory of it.
LEFT = {
    "eldercare.Upload",
    "eldercare.StagedRows",
    "eldercare.AuditRecord",
    "eldercare.ReviewEvent",
    "sessions.Session",
}


def door_address(name: str) -> str:
    """The address of an import page; one that belongs to a row is asked for the first row that the clerk sees."""
    try:
        return reverse(name)
    except NoReverseMatch:
        model = next(
            m for m in admin.site._registry if name == f"admin:{m._meta.app_label}_{m._meta.model_name}_import"
        )
        return reverse(name, args=[model.objects.under(Region.objects.get(code="500156")).first().pk])


def counted() -> dict:
    from django.apps import apps

    models = [model for model in apps.get_models() if model._meta.label not in LEFT]
    return {model._meta.label: model._base_manager.count() for model in models}


def test_there_are_the_doors_this_file_speaks_of():
    assert {label(model) for model in IMPORTED} == {
        "populationfact", "regionalias", "exemption", "operatorcontract", "servicelink", "unitprice",
    }  # fmt: skip
    assert {label(model) for model in EXPORTED} - {label(model) for model in IMPORTED} == {
        "facility", "plantarget", "trainingquota", "declaration", "region",
    }  # fmt: skip
    assert len(DOORS) == len(IMPORTED) + 2


def test_the_packages_own_doors_stay_shut():
    sources = [
        path
        for app in ("eldercare", "facilities", "plans", "subsidies", "training")
        for path in Path(app).rglob("*.py")
    ]
    users = {str(path) for path in sources if re.search("import_export|tablib", path.read_text(encoding="utf-8"))}
    assert users == {
        f"eldercare/importing/{name}.py" for name in ("__init__", "formats", "keeping", "outcome", "resource")
    } - {"eldercare/importing/__init__.py"}
    assert not any("import_export.admin" in Path(path).read_text(encoding="utf-8") for path in users)


@pytest.mark.parametrize("name", DOORS)
def test_every_import_door_is_guarded(name, clerk, client_for):
    client, url = client_for(clerk), door_address(name)
    before = counted()
    for case in CASES:
        answer = client.post(url, {"file": SimpleUploadedFile(case.filename, case.build())}, follow=True)
        assert answer.status_code in (200, 422), case.name
        told = answer.content.decode()
        assert "没有任何改动" in told or "没有改动" in told, f"{name} {case.name}"
        assert "确认导入" not in told
    assert counted() == before
    assert list(keeping.folder().iterdir()) == []


# In


def test_population_is_shown_then_written_once(at, baima, clerk):
    desk = at(PopulationFact)
    content = table(POPULATION, (baima.code, "白马镇", "常住", date(2020, 11, 1), "32,000人", 8000, "七普公报"))
    preview = desk.previewed(content)
    assert preview.context["found"].counts == {"new": 1, "changed": 0, "unchanged": 0, "errors": 0, "warnings": 0}
    assert not PopulationFact.objects.exists()
    assert "32000" in preview.content.decode()
    done = desk.confirm(preview)
    assert done.status_code == 302
    row = PopulationFact.objects.get()
    assert (row.region, row.total, row.aged_60_plus, row.counted_on) == (baima, 32000, 8000, date(2020, 11, 1))
    trail = AuditRecord.objects.get(action="record.created")
    assert (trail.by_name, trail.object_id) == (clerk.display_name, str(row.pk))
    assert "来自 登记.xlsx Sheet 第 2 行" in trail.detail["fields"]
    desk.confirm(preview)
    assert PopulationFact.objects.count() == 1
    assert list(keeping.folder().iterdir()) == []


def test_row_that_is_registered_changes_and_an_equal_one_is_left_alone(at, baima, jiangkou):
    kept = PopulationFact.objects.create(region=baima, counted_on=date(2020, 1, 1), total=9000, source="公报")
    same = PopulationFact.objects.create(region=jiangkou, counted_on=date(2020, 1, 1), total=7000, source="公报")
    content = table(
        POPULATION,
        (baima.code, None, "常住", "2020年1月1日", 9100, None, "公报"),
        (jiangkou.code, None, "常住", "2020-01-01", 7000, None, "公报"),
    )
    desk = at(PopulationFact)
    preview = desk.previewed(content)
    assert preview.context["found"].counts == {"new": 0, "changed": 1, "unchanged": 1, "errors": 0, "warnings": 0}
    (line,) = preview.context["lines"]
    assert line["changes"] == [{"label": "总人口", "cell": "E2", "old": "9000", "new": "9100"}]
    desk.confirm(preview)
    kept.refresh_from_db()
    assert kept.total == 9100
    assert {row.object_id for row in AuditRecord.objects.filter(action="record.changed")} == {str(kept.pk)}
    assert same.pk


def test_every_problem_is_told_at_its_cell_and_nothing_is_written(at, baima):
    day = date(2020, 11, 1)
    content = table(
        POPULATION,
        (baima.code, "江口镇", "常住", day, 9000, None, "公报"),
        ("999999999", None, "常住", day, 9000, None, "公报"),
        (baima.code, None, "户籍", day, 9000, 9001, "公报"),
        (baima.code, None, "常驻", day, "许多", None, None),
        (baima.code, None, "户籍", date(2020, 12, 1), 9000, 100, "公报"),
    )
    told = at(PopulationFact).refused(content)
    assert "不是“江口镇”" in told["B2"]
    assert "没有代码为 999999999" in told["A3"]
    assert told["A4"] == "60岁及以上人口不能多于总人口。"
    assert {"C5", "E5", "G5"} <= set(told)
    assert not PopulationFact.objects.exists()


def test_more_rows_than_one_import_takes_are_refused_with_what_to_do(at, baima):
    rows = [(baima.code, None, "常住", date(2000, 1, 1) + timedelta(days=day), 9000, 1, "公报") for day in range(501)]
    answer = at(PopulationFact).send(table(POPULATION, *rows))
    (problem,) = answer.context["errors"]
    assert (problem.code, problem.message) == ("too_many_rows", "有 501 行，一次最多导入 500 行")
    assert "删去与登记相同的行" in problem.hint
    assert "设施登记表</a>" in answer.content.decode(), "and where rows by the thousand come in"
    assert not PopulationFact.objects.exists()


def test_unit_of_another_district_does_not_exist(at):
    foreign = Region.objects.filter(code__startswith="500238", kind="village").first()
    content = table(POPULATION, (foreign.code, None, "常住", date(2020, 11, 1), 9000, None, "公报"))
    assert "没有代码为" in at(PopulationFact).refused(content)["A2"]


def test_preview_that_no_longer_holds_is_shown_anew(at, baima):
    row = PopulationFact.objects.create(region=baima, counted_on=date(2020, 1, 1), total=9000, source="公报")
    desk = at(PopulationFact)
    preview = desk.previewed(table(POPULATION, (baima.code, None, "常住", row.counted_on, 9100, None, "公报")))
    PopulationFact.objects.update(total=9050)
    again = desk.confirm(preview)
    assert again.status_code == 409
    assert "已被别人更新" in again.content.decode()
    row.refresh_from_db()
    assert row.total == 9050
    desk.confirm(again)
    row.refresh_from_db()
    assert row.total == 9100


def test_alias_comes_in_as_a_proposal_and_a_confirmed_one_is_fixed(at, wulong, baima, jiangkou):
    RegionAlias.objects.create(district=wulong, name="江口", region=jiangkou, status="confirmed")
    heads = ("印发或填报的名称", "对应单位代码", "对应单位", "出处", "状态")
    desk = at(RegionAlias)
    told = desk.refused(table(heads, ("江口", baima.code, None, None, "已确认")))
    assert "已经确认" in told["A2"]
    desk.confirm(desk.previewed(table(heads, ("白马", baima.code, "白马镇", "附件2", "已确认"))))
    made = RegionAlias.objects.get(name="白马")
    assert (made.district, made.region, made.status) == (wulong, baima, "proposed")


def test_dated_records_are_signed_and_belong_to_facilities_in_scope(at, clerk, baima, register):
    point = register(name="互助点", village=baima.children.filter(kind="village").first())
    other = facility(Region.objects.get(code="500238").below().townships().today().first(), name="别区的点")
    village = baima.children.filter(kind="village").last()
    heads = ("设施编码", "设施名称", "覆盖单位代码", "覆盖的村（社区）", "起始日期", "截止日期", "依据或证据")
    desk = at(ServiceLink)
    told = desk.refused(
        table(
            heads,
            (other.code, None, village.code, None, None, None, None),
            (point.code, "别的名字", baima.code, None, date(2020, 5, 1), date(2020, 4, 1), None),
        )
    )
    assert "没有编码为" in told["A2"]
    assert "不是“别的名字”" in told["B3"]
    assert not ServiceLink.objects.exists()
    desk.confirm(
        desk.previewed(table(heads, (point.code, "互助点", village.code, None, date(2020, 5, 1), None, "协议")))
    )
    link = ServiceLink.objects.get()
    assert (link.facility, link.region, link.recorded_by, link.ends_on) == (point, village, clerk, None)


def test_record_of_another_kind_of_unit_or_against_the_dates_is_refused(at, baima):
    village = baima.children.filter(kind="village").first()
    heads = ("单位代码", "豁免理由", "起始日期", "截止日期")
    told = at(Exemption).refused(
        table(heads, (baima.code, "即将合并撤销", None, None), (village.code, "即将合并撤销", "2020.5.1", "2020.4.1"))
    )
    assert told["A2"] == "白马镇不是村（社区）"
    assert told["A3"] == "截止日期不能早于起始日期。"


def test_who_may_only_look_imports_nothing(reviewer, leader, township_user, sysadmin, client_for, baima):
    content = table(POPULATION, (baima.code, None, "常住", date(2020, 11, 1), 9000, None, "公报"))
    for person, status in ((reviewer, 403), (sysadmin, 403), (leader, 302), (township_user, 302)):
        client = client_for(person)
        for model in IMPORTED:
            assert client.get(address(model, "import")).status_code == status
            assert client.get(address(model, "import_template")).status_code == status
            assert client.post(address(model, "import"), {"file": sent(content)}).status_code == status
    assert not PopulationFact.objects.exists()


def test_who_may_only_add_does_not_change_what_is_registered(wulong, baima, client_for):
    from django.contrib.auth.models import Permission

    person = user("reviewer", wulong)
    person.user_permissions.add(Permission.objects.get(codename="add_populationfact"))
    PopulationFact.objects.create(region=baima, counted_on=date(2020, 1, 1), total=9000, source="公报")
    desk = Desk(client_for(person), PopulationFact)
    row = (baima.code, None, "常住", date(2020, 1, 1), 9100, None, "公报")
    assert "不能修改已登记的行" in desk.refused(table(POPULATION, row))["A2"]


def test_preview_belongs_to_one_person_one_register_and_two_hours(at, wulong, baima, client_for):
    content = table(POPULATION, (baima.code, None, "常住", date(2020, 11, 1), 9000, None, "公报"))
    preview = at(PopulationFact).previewed(content)
    other = Desk(client_for(user("clerk", wulong, "another")), PopulationFact)
    other.confirm(preview)
    at(Exemption).confirm(preview)
    at(PopulationFact).client.post(address(PopulationFact, "import"), {"ticket": preview.context["ticket"] + "x"})
    assert not PopulationFact.objects.exists()
    (kept,) = keeping.folder().iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    old = time.time() - keeping.SECONDS_KEPT - 60
    os.utime(kept, (old, old))
    at(PopulationFact).send(content)
    assert kept not in list(keeping.folder().iterdir())
    keeping.sweep()


def test_file_is_taken_by_one_of_many():
    kept = KeptFile.of(".csv")
    kept.save(b"x")
    assert [KeptFile(name=kept.name).take() for _ in range(3)] == [True, False, False]
    kept.give_back()
    assert kept.take()
    kept.remove()
    assert not kept.claimed.exists()


@pytest.mark.parametrize("model", IMPORTED, ids=label)
def test_form_and_empty_sheet_are_there(model, at):
    desk = at(model)
    page = desk.client.get(desk.url)
    assert "上传并核对" in page.content.decode()
    response = desk.client.get(address(model, "import_template"))
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert book.active.cell(4, 1).value
    empty = desk.send(b"", "空.csv")
    assert empty.status_code == 422
    assert desk.client.post(desk.url, {}).status_code == 422


# Out


def exported(client, model, **wishes) -> list[list]:
    response = client.get(address(model, "export"), {"format": "xlsx"} | wishes)
    assert response.status_code == 200
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def lines(client, model, **wishes) -> list[list[str]]:
    response = client.get(address(model, "export"), {"format": "csv"} | wishes)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


@pytest.fixture
def stocked(baima, wulong, clerk, register):
    """One row of every register."""
    village = baima.children.filter(kind="village").first()
    point = register(name="=1+1", village=village, remark="@SUM(A1)", beds=0, gross_area=1200, zones=["助餐", "康复"])
    dated = {"recorded_by": clerk, "starts_on": date(2020, 1, 1)}
    OperatorContract.objects.create(facility=point, operator="+公司", operation="public", **dated)
    Declaration.objects.create(facility=point, fact="facility.has_capacity", value=True, **dated)
    ServiceLink.objects.create(facility=point, region=village, **dated)
    Exemption.objects.create(region=village, reason="to_be_merged", **dated)
    UnitPrice.objects.create(district=wulong, of="beds", yuan=3000, source="造价")
    RegionAlias.objects.create(district=wulong, name="白马", region=baima)
    PopulationFact.objects.create(region=baima, counted_on=date(2020, 1, 1), total=9000, source="-1公报")
    return point


@pytest.mark.parametrize("model", EXPORTED, ids=label)
def test_export_holds_the_rows_in_scope_in_one_query_and_is_recorded(
    model, stocked, clerk, client_for, django_assert_max_num_queries
):
    client = client_for(clerk)
    rows = exported(client, model)
    assert len(rows) == 1 + model.objects.visible_to(clerk).count()
    assert rows[0] == PAGES[model].resource(by=clerk).headings()
    trail = AuditRecord.objects.get(action="export")
    assert trail.detail["rows"] == len(rows) - 1
    assert trail.detail["model"] == model._meta.label_lower
    assert [len(line) for line in lines(client, model)] == [len(rows[0])] * len(rows)
    far = client_for(user("clerk", Region.objects.get(code="500238")))
    assert len(exported(far, model)) == 1 + model.objects.visible_to(far_user(far)).count()


def far_user(client):
    from eldercare.accounts import User

    return User.objects.get(pk=client.session["_auth_user_id"])


def test_text_in_an_export_is_never_a_formula(stocked, clerk, client_for):
    client = client_for(clerk)
    rows = exported(client, Facility)
    known = dict(zip(*rows, strict=True))
    assert (known["设施名称"], known["备注"], known["床位数"], known["建筑面积（㎡）"]) == ("=1+1", "@SUM(A1)", 0, 1200)
    response = client.get(address(Facility, "export"), {"format": "xlsx"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    flat = dict(zip(*lines(client, Facility), strict=True))
    assert (flat["设施名称"], flat["备注"]) == ("'=1+1", "'@SUM(A1)")


def test_export_follows_the_lists_filters(stocked, register, clerk, client_for):
    register(type="ELDERLY_HOME", name="敬老院")
    client = client_for(clerk)
    assert [row[1] for row in exported(client, Facility, type="ELDERLY_HOME")[1:]] == ["敬老院"]
    assert [row[1] for row in exported(client, Facility, q="敬老")[1:]] == ["敬老院"]
    assert client.get(address(Facility, "export"), {"format": "pdf"}).status_code == 302
    assert client.get(address(Facility, "export"), {"format": "csv", "beds__gte": "x"}).status_code in (302, 400)


@pytest.mark.parametrize("model", IMPORTED, ids=label)
@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_what_was_exported_comes_back_unchanged(model, format_, stocked, at):
    desk = at(model)
    response = desk.client.get(address(model, "export"), {"format": format_})
    answer = desk.send(b"".join(response.streaming_content), f"导出.{format_}")
    counts = answer.context["found"].counts
    assert (counts["new"], counts["changed"], counts["errors"]) == (0, 0, 0), answer.context["errors"]
    assert counts["unchanged"] == model.objects.count()
    assert "没有写入" in answer.content.decode()


def test_exported_facilities_come_back_through_their_own_sheet(stocked, clerk, client_for):
    client = client_for(clerk)
    response = client.get(address(Facility, "export"), {"format": "xlsx"})
    file = sent(b"".join(response.streaming_content))
    before = FacilityRecord.objects.count()
    answer = client.post("/uploads/new/", {"kind": "facilities", "file": file}, headers={"Accept": "application/json"})
    assert answer.json()["counts"]["unchanged"] == 1, answer.json()
    assert FacilityRecord.objects.count() == before


def test_lists_lead_to_the_better_door(clerk, reviewer, client_for):
    for model, words in ((Facility, "登记表（导入）"), (PlanTarget, "在计划表里导入")):
        assert words in client_for(clerk).get(address(model, "changelist")).content.decode()
        page = client_for(reviewer).get(address(model, "changelist")).content.decode()
        assert words not in page
        assert "导出 Excel" in page
