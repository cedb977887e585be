"""What holds on which day: acceptance, late reports, revocation, undoing and contracts, each read before, on and after."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from eldercare import review
from eldercare.review import MoveRefused
from eldercare.uploads import Upload
from facilities import history, services
from facilities.history import Assertion
from facilities.models import Declaration, FacilityRecord, OperatorContract

ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]
BUILT = {"gross_area": 900, "beds": 10, "nursing_beds": 5, "zones": ZONES}
OCTOBER, NOVEMBER, DECEMBER = date(2020, 10, 31), date(2020, 11, 30), date(2020, 12, 15)


@pytest.fixture
def centre(register):
    """A township centre of 武隆, completed on the last of October, that meets every binding clause."""
    facility = register(type="TOWNSHIP_CENTRE", stage="building", **BUILT)
    for fact in ("requirement.all.fire_code", "facility.integrated_with_disabled_care"):
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料")
    report(facility, OCTOBER, stage="completed")
    return facility


def reviewed(facility, clerk, reviewer):
    """A review of the facility that the reviewer has taken."""
    row = services.open_review(facility, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    return row


def accept(row, reviewer, day: date):
    services.accept(row, by=reviewer, accepted_on=day, comment="现场核查属实")


@pytest.fixture
def reviewing(centre, clerk, reviewer):
    return reviewed(centre, clerk, reviewer)


@pytest.fixture
def accepted(reviewing, reviewer):
    accept(reviewing, reviewer, DECEMBER)
    return reviewing


def report(facility, day: date, upload=None, **values) -> None:
    history.record([Assertion(facility, values)], effective_on=day, by=None, upload=upload)
    facility.refresh_from_db()


def stage_on(facility, day: date) -> str:
    return FacilityRecord.objects.on(day).get(facility=facility).stage


def test_acceptance_holds_from_its_day_and_not_before(centre, accepted):
    days = [OCTOBER - timedelta(days=1), OCTOBER, DECEMBER - timedelta(days=1), DECEMBER, date(2020, 12, 31)]
    assert [stage_on(centre, day) for day in days] == ["building", "completed", "completed", "accepted", "accepted"]


def test_report_of_an_earlier_month_that_comes_after_acceptance_stays_in_its_month(centre, accepted):
    report(centre, NOVEMBER, stage="building", beds=12)
    assert stage_on(centre, NOVEMBER) == "building"
    assert (centre.stage, centre.accepted_on, centre.beds) == ("accepted", DECEMBER, 12)


def test_acceptance_is_not_dated_before_a_later_change_of_stage(reviewing, centre, reviewer):
    """Dated before it, the later stage would stand, and an accepted review would belong to an unaccepted facility."""
    report(centre, NOVEMBER, stage="building")
    report(centre, date(2020, 12, 10), stage="completed")
    with pytest.raises(MoveRefused, match="验收日期不能早于2020-12-10"):
        accept(reviewing, reviewer, OCTOBER)
    accept(reviewing, reviewer, date(2020, 12, 10))
    centre.refresh_from_db()
    assert (centre.stage, reviewing.status) == ("accepted", "accepted")


def test_other_facts_recorded_later_do_not_hinder_an_earlier_acceptance(reviewing, centre, reviewer):
    report(centre, date(2020, 12, 20), remark="装修完成")
    accept(reviewing, reviewer, DECEMBER)
    centre.refresh_from_db()
    assert (centre.stage, centre.remark) == ("accepted", "装修完成")


def test_revocation_ends_what_was_recorded_for_later_days_too(accepted, centre, approver):
    later = timezone.localdate()
    report(centre, later, stage="operating")
    review.perform(accepted, "revoke", by=approver, comment="复核不符")
    centre.refresh_from_db()
    assert (centre.stage, centre.accepted_on) == ("completed", None)
    assert (stage_on(centre, DECEMBER), stage_on(centre, later)) == ("accepted", "completed")


def test_revoked_facility_can_be_accepted_again_from_the_day_of_the_revocation(
    accepted, centre, approver, clerk, reviewer
):
    review.perform(accepted, "revoke", by=approver, comment="复核不符")
    again = reviewed(centre, clerk, reviewer)
    with pytest.raises(MoveRefused):
        accept(again, reviewer, DECEMBER - timedelta(days=1))
    accept(again, reviewer, FacilityRecord.objects.latest("pk").effective_on)
    centre.refresh_from_db()
    assert centre.stage == "accepted"


def test_taking_back_the_sheet_that_completed_it_leaves_the_acceptance(register, clerk, reviewer, baima, wulong):
    facility = register(type="TOWNSHIP_CENTRE", stage="building", **BUILT)
    for fact in ("requirement.all.fire_code", "facility.integrated_with_disabled_care"):
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料")
    upload = Upload(
        kind="progress", region=baima, district=wulong, period=date(2020, 10, 1), filename="十月.xlsx",
        sha256="0" * 64, size=1, status="staged", uploaded_by=clerk,
    )  # fmt: skip
    upload.file.save("十月.xlsx", ContentFile(b"x"), save=False)
    upload.save()
    report(facility, OCTOBER, upload, stage="completed")
    row = reviewed(facility, clerk, reviewer)
    accept(row, reviewer, DECEMBER)
    kept = history.retract(upload)
    facility.refresh_from_db()
    assert (facility.stage, stage_on(facility, NOVEMBER), stage_on(facility, DECEMBER)) == (
        "accepted", "building", "accepted",
    )  # fmt: skip
    assert "建设阶段" in kept[0]


@pytest.mark.parametrize(
    ("day", "holds"),
    [(date(2019, 12, 31), False), (date(2020, 1, 1), True), (date(2020, 6, 30), True), (date(2020, 7, 1), False)],
)
def test_contract_holds_from_its_first_to_its_last_day(register, clerk, day, holds):
    facility = register()
    OperatorContract.objects.create(
        facility=facility, operator="某公司", operation="public", starts_on=date(2020, 1, 1),
        ends_on=date(2020, 6, 30), recorded_by=clerk,
    )  # fmt: skip
    assert OperatorContract.objects.on(day).filter(facility=facility).exists() == holds
