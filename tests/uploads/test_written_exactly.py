"""What is written at once by the thousand is what stood in the cells, whatever characters it holds."""

import json
from datetime import date
from decimal import Decimal

import pytest

from eldercare.uploads import Upload, compact
from facilities import history
from facilities.models import Facility, FacilityRecord

pytestmark = pytest.mark.django_db
ODD = ("反斜杠\\N 与 \\t", "引号\"与'", "{花,括号}", "NULL", "一行\n又一行", "百分号%s%%", "末尾\\", "；$1")


def test_odd_texts_arrive_unchanged_in_new_and_in_changed_rows(desk, point):
    sheet = desk.template("2020-11").put(remark=ODD[0], issues=ODD[1], operator=ODD[2])
    for number, text in enumerate(ODD):
        sheet.add(name=f"新建{number}号", remark=text, gross_area="1200.5", started_on="2020-03-01", zones="助餐、阅览")
    desk.confirmed(sheet, "2020-11")
    for row in (Facility.objects.get(pk=point.pk), FacilityRecord.objects.get(facility=point, until=None)):
        assert (row.remark, row.issues, row.operator) == ODD[:3]
    for number, text in enumerate(ODD):
        facility = Facility.objects.get(name=f"新建{number}号")
        for row in (facility, facility.records.get()):
            assert (row.remark, row.gross_area, row.started_on) == (text, Decimal("1200.5"), date(2020, 3, 1))
            assert (row.zones, row.operator, row.beds, row.accepted_on) == (["助餐", "阅览"], "", None, None)
    codes = Facility.objects.order_by("pk").values_list("code", flat=True)
    assert list(codes) == sorted(codes)


def test_changed_facility_keeps_what_the_sheet_does_not_say(desk, point):
    before = history.state_of(Facility.objects.get(pk=point.pk))
    desk.confirmed(desk.template("2020-11").put(progress=61), "2020-11")
    record = FacilityRecord.objects.get(facility=point, until=None)
    expected = before | {"progress": Decimal(61)}
    assert history.state_of(record) == history.state_of(Facility.objects.get(pk=point.pk)) == expected
    assert (record.asserted, record.sources) == (["progress"], {"progress": "进度月报!G5"})
    assert FacilityRecord.objects.get(facility=point, until=record.effective_on).pk < record.pk


def test_keys_given_beforehand_are_not_given_again(desk, point):
    sheet = desk.template("2020-11")
    sheet.add(name="新建甲点")
    desk.confirmed(sheet, "2020-11")
    mine = Facility.objects.get(name="新建甲点")
    other = Facility.objects.create(code="500156-9999", name="另一点", type=mine.type, district=mine.district,
                                    township=mine.township)  # fmt: skip
    assert other.pk > mine.pk


def test_staged_rows_unfold_to_what_was_compared(desk, point):
    sheet = desk.template("2020-11").put(progress=61)
    sheet.add(name="新建乙点")
    staged = Upload.objects.get(pk=desk.staged(sheet, "2020-11")["id"]).staged
    changed, new = staged.read()
    assert changed["changes"] == [
        {"key": "progress", "label": "形象进度（%）", "old": changed["changes"][0]["old"], "new": "61", "cell": "G5"}
    ]
    assert dict(changed["sources"]) == {"progress": "进度月报!G5"}
    assert json.loads(new["sources"].as_json()) == dict(new["sources"])
    assert new["sources"]["village_id"] == "进度月报!D6"
    assert [row["number"] for row in staged.to_apply()] == [5, 6]


def test_rows_staged_in_full_are_read_as_they_stand():
    rows = [{"action": "new", "changes": [{"key": "name"}], "sources": {"name": "表!B5"}}, {"action": "unchanged"}]
    text = compact.as_text(rows)
    assert compact.rows_of(text) == compact.written_of(text) == rows
    assert json.loads(compact.sources_text(rows[0]["sources"])) == {"name": "表!B5"}
