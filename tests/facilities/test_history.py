"""The dated records: what holds on a day, what a late report may change, what taking an upload back leaves."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.uploads import Upload
from facilities import history
from facilities.history import Assertion
from facilities.models import Facility, FacilityRecord

MARCH, JUNE, SEPTEMBER = date(2020, 3, 1), date(2020, 6, 1), date(2020, 9, 1)


@pytest.fixture
def point(register):
    return register(on=MARCH, beds=5, stage="building")


def on(day, facility) -> FacilityRecord:
    return FacilityRecord.objects.on(day).get(facility=facility)


def test_the_register_holds_the_latest_state_and_the_past_stays(point):
    history.record_one(point, {"beds": 8}, effective_on=JUNE, by=None)
    point.refresh_from_db()
    assert (point.beds, on(date(2020, 5, 31), point).beds, on(JUNE, point).beds) == (8, 5, 8)


def test_there_is_no_state_before_the_first_day(point):
    assert not FacilityRecord.objects.on(date(2020, 2, 29)).filter(facility=point).exists()


def test_a_late_report_takes_its_place_and_does_not_undo_what_followed(point):
    history.record_one(point, {"beds": 8}, effective_on=SEPTEMBER, by=None)
    history.record_one(point, {"beds": 6, "gross_area": 90}, effective_on=JUNE, by=None)
    point.refresh_from_db()
    assert (point.beds, point.gross_area) == (8, 90)
    assert [on(day, point).beds for day in (MARCH, JUNE, SEPTEMBER)] == [5, 6, 8]


def test_blank_and_zero_are_told_apart_in_both_tables(point):
    history.record_one(point, {"beds": 0, "zones": []}, effective_on=JUNE, by=None)
    history.record_one(point, {"beds": None, "zones": None}, effective_on=SEPTEMBER, by=None)
    assert (on(JUNE, point).beds, on(JUNE, point).zones) == (0, [])
    assert FacilityRecord.objects.filter(facility=point, effective_on=SEPTEMBER, beds=None, zones__isnull=True).exists()
    assert Facility.objects.filter(pk=point.pk, beds__isnull=True, zones__isnull=True).exists()


def test_two_records_of_one_day_the_later_written_wins(point):
    history.record_one(point, {"beds": 6}, effective_on=JUNE, by=None)
    history.record_one(point, {"beds": 7}, effective_on=JUNE, by=None)
    assert on(JUNE, point).beds == 7


def test_a_past_that_contradicts_what_followed_is_refused_and_nothing_is_written(point):
    history.record_one(point, {"nursing_beds": 5}, effective_on=SEPTEMBER, by=None)
    with pytest.raises(MoveRefused, match="与 2020-09-01 登记的数据矛盾"):
        history.record_one(point, {"beds": 3}, effective_on=JUNE, by=None)
    assert FacilityRecord.objects.filter(facility=point).count() == 2


def test_codes_are_given_in_order_and_never_twice(baima, wulong):
    rows = [Facility(district=wulong, township=baima) for _ in range(3)]
    values = {"name": "演示点", "type": "VILLAGE_POINT"}
    history.record([Assertion(row, values) for row in rows[:2]], effective_on=MARCH, by=None)
    Facility.objects.filter(pk=rows[1].pk).delete()
    history.record([Assertion(rows[2], values)], effective_on=MARCH, by=None)
    first = int(rows[0].code.partition("-")[2])
    assert [row.code for row in rows] == [f"500156-{first + step:04d}" for step in range(3)]


@pytest.fixture
def upload(baima, wulong, clerk):
    return Upload.objects.create(
        kind="progress", region=baima, district=wulong, period=JUNE, filename="月报.xlsx", sha256="0" * 64, size=1,
        status="staged", uploaded_by=clerk,
    )  # fmt: skip


def test_taking_an_upload_back_restores_the_state_before(point, upload):
    history.record([Assertion(point, {"beds": 9})], effective_on=JUNE, by=None, upload=upload)
    assert history.retract(upload) == []
    point.refresh_from_db()
    assert (point.beds, on(JUNE, point).beds) == (5, 5)
    assert FacilityRecord.objects.filter(upload=upload, retracted_at__isnull=False).count() == 1


def test_taking_an_upload_back_keeps_what_was_said_since_and_names_it(point, upload):
    history.record([Assertion(point, {"beds": 9, "gross_area": 80})], effective_on=JUNE, by=None, upload=upload)
    history.record_one(point, {"beds": 12}, effective_on=SEPTEMBER, by=None)
    (line,) = history.retract(upload)
    point.refresh_from_db()
    assert (point.beds, point.gross_area) == (12, None)
    assert "床位数此后已另行登记" in line


def test_a_facility_that_only_the_upload_brought_leaves_with_it(baima, wulong, upload):
    fresh = Facility(district=wulong, township=baima)
    history.record(
        [Assertion(fresh, {"name": "新点", "type": "VILLAGE_POINT"})], effective_on=JUNE, by=None, upload=upload
    )
    history.retract(upload)
    assert not Facility.objects.filter(pk=fresh.pk).exists()


def test_a_facility_keeps_one_open_record(point):
    with pytest.raises(IntegrityError), transaction.atomic():
        FacilityRecord.objects.create(facility=point, effective_on=JUNE, name="x", type="VILLAGE_POINT")


def test_recording_many_costs_as_many_statements_as_one(register, django_assert_max_num_queries):
    rows = [register(on=MARCH, beds=number) for number in range(20)]
    with django_assert_max_num_queries(12) as one:
        history.record([Assertion(rows[0], {"beds": 50})], effective_on=JUNE, by=None)
    with django_assert_max_num_queries(len(one)):
        history.record([Assertion(row, {"beds": 60}) for row in rows[1:]], effective_on=JUNE, by=None)


def test_the_village_is_carried_like_every_other_field(point, baima):
    village = Region.objects.filter(parent=baima).first()
    history.record_one(point, {"village_id": village.pk}, effective_on=JUNE, by=None)
    history.record_one(point, {"beds": 6}, effective_on=SEPTEMBER, by=None)
    point.refresh_from_db()
    assert point.village == on(SEPTEMBER, point).village == village
