"""What if an edition were the standard: who would fall short of it, before it counts and without touching a decision."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import factories
import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare.audit import AuditRecord
from eldercare.policies import Policy, pack
from eldercare.regions import Region
from eldercare.review import ReviewEvent
from facilities import whatif
from facilities.models import Declaration, FacilityRecord, Requirement, StandardEdition

DAY = date(2020, 12, 1)
STARTS = date(2022, 7, 1)
ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]


@pytest.fixture
def tighter(wulong) -> StandardEdition:
    """An edition of 武隆 for 2022: area 1,600 ㎡ as a must, an eighth zone; the rest of the edition of 2020."""
    base = StandardEdition.objects.get(key="wulong-2020")
    policy = Policy.objects.create(
        slug="wulong-2022", title="武隆标准（2022）", short_title="武隆标准（2022）", district=wulong
    )
    body = base.body | {"edition": base.body["edition"] | {"id": "wulong-2022", "valid_from": pack(STARTS)}}
    edition = StandardEdition.objects.create(policy=policy, key="wulong-2022", valid_from=STARTS, body=body)
    for row in base.requirements.all():
        change = {}
        if row.key == "street.area":
            change = {"value": 1600, "modality": "must", "wording": "不应低于"}
        if row.key == "street.zones":
            change = {"each": [*ZONES, "心理慰藉"]}
        row.pk, row.edition = None, edition
        row.body = row.body | change
        row.modality = row.body["modality"]
        row.save(force_insert=True)
    return edition


@pytest.fixture
def street(register, baima):
    """street(area, zones=…, township=…) -> an accepted street centre that meets the rest of 2020."""

    def made(area, zones=ZONES, township=baima, **state):
        facility = factories.facility(
            township, "STREET_CENTRE", **{"stage": "operating", "accepted_on": factories.SINCE, **state},
            gross_area=Decimal(area), beds=30, nursing_beds=20, zones=zones,
        )  # fmt: skip
        for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
            Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料")
        return facility

    return made


def address(edition) -> str:
    return reverse("admin:facilities_standardedition_whatif", args=[edition.pk])


def told(report) -> dict:
    return {line.facility: [(lack.finding.requirement, lack.is_new) for lack in line.lacks] for line in report.short}


def test_who_passes_now_and_would_not_is_named_with_clause_and_gap(tighter, street, wulong, clerk):
    small, large = street(1520), street(1600, [*ZONES, "心理慰藉"])
    report = whatif.rerun(tighter, wulong, clerk, day=DAY)
    assert [line.facility for line in report.falling] == [small]
    (line,) = report.short
    assert (line.before.value, line.after.value) == ("acceptable", "not_acceptable")
    assert [lack.text for lack in line.lacks] == ["建筑面积（二(二)）还差 80 ㎡", "功能区（二(二)）缺少心理慰藉"]
    assert large in [line.facility for line in report.lines]


def test_gap_that_grows_is_told_apart_from_a_new_one(tighter, street, wulong, clerk):
    waived_never = street(1400, [*ZONES, "心理慰藉"])
    report = whatif.rerun(tighter, wulong, clerk, day=DAY)
    assert told(report) == {waived_never: [("street.area", False)]}
    assert report.falling == []
    assert report.short[0].before.value == "needs_reason"


def test_sums_and_counts_by_type_and_township_are_those_of_hand(
    tighter, street, register, jiangkou, wulong, clerk, baima
):
    street(1520), street(1550, [*ZONES, "心理慰藉"], jiangkou), street(1700, [*ZONES, "心理慰藉"], jiangkou)
    register(type="VILLAGE_POINT", stage="operating", accepted_on=factories.SINCE)
    report = whatif.rerun(tighter, wulong, clerk, day=DAY)
    assert report.by_type() == [("街道养老服务中心", 3, 2), ("村级互助养老点", 1, 0)]
    assert sorted(report.by_township()) == [("江口镇", 2, 1), ("白马镇", 2, 1)]
    area, zones = report.sums()
    assert (area.label, area.facilities, area.total, area.unit) == ("建筑面积（二(二)）", 2, Decimal(130), "㎡")
    assert (zones.facilities, zones.total, zones.names) == (1, None, (("心理慰藉", 1),))


def test_only_accepted_ones_unless_all_are_asked_for(tighter, street, wulong, clerk):
    street(1520)
    planned = street(1000, stage="building", accepted_on=None)
    assert len(whatif.rerun(tighter, wulong, clerk, day=DAY).lines) == 1
    everyone = whatif.rerun(tighter, wulong, clerk, day=DAY, accepted_only=False)
    assert planned in told(everyone)
    assert len(everyone.lines) == 2


def test_facility_of_a_later_day_is_not_there_yet(tighter, street, wulong, clerk):
    street(1520, on=date(2021, 5, 1), accepted_on=date(2021, 5, 1))
    assert whatif.rerun(tighter, wulong, clerk, day=DAY).lines == ()
    assert len(whatif.rerun(tighter, wulong, clerk, day=date(2021, 5, 1)).lines) == 1


def test_looser_edition_shows_who_would_pass(tighter, street, wulong, clerk):
    Requirement.objects.filter(edition=tighter, key="street.area").delete()
    Requirement.objects.filter(edition=tighter, key="street.zones").delete()
    centre = street(1200)
    report = whatif.rerun(tighter, wulong, clerk, day=DAY)
    assert [line.facility for line in report.rising] == [centre]
    assert report.short == []


def test_same_edition_changes_nothing_and_says_so(tighter, street, wulong, clerk):
    street(1520)
    present = StandardEdition.objects.get(key="wulong-2020")
    report = whatif.rerun(present, wulong, clerk, day=DAY)
    assert (report.is_same, report.short, report.falling) == (True, [], [])
    assert whatif.rerun(tighter, wulong, clerk, day=STARTS).is_same
    assert not whatif.rerun(tighter, wulong, clerk, day=STARTS.replace(month=6)).is_same


def test_edition_of_another_district_is_refused(tighter, clerk):
    with pytest.raises(ValueError, match="本区县"):
        whatif.rerun(tighter, Region.objects.get(code="500238"), clerk)


def test_a_person_sees_the_facilities_of_the_own_scope_alone(tighter, street, jiangkou, wulong, make_user):
    street(1520), street(1520, township=jiangkou)
    assert len(whatif.rerun(tighter, wulong, make_user("township", jiangkou), day=DAY).lines) == 1
    assert whatif.rerun(tighter, wulong, make_user("clerk", Region.objects.get(code="500238")), day=DAY).lines == ()


def stored() -> list:
    kept = (FacilityRecord, Declaration, Requirement, StandardEdition, ReviewEvent)
    return [list(model._default_manager.order_by("pk").values()) for model in kept]


def test_nothing_is_written(tighter, street, wulong, clerk, client_for):
    street(1520)
    client = client_for(clerk)
    before = stored()
    assert client.get(address(tighter)).status_code == 200
    assert client.get(address(tighter), {"format": "xlsx"}).status_code == 200
    assert stored() == before


def test_questions_to_the_database_do_not_grow_with_facilities(tighter, street, wulong, clerk, client_for, jiangkou):
    client = client_for(clerk)

    def counted() -> int:
        client.get(address(tighter), {"as_of": "2020-12-01"})  # an edition is parsed once a process
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(tighter), {"as_of": "2020-12-01"}).status_code == 200
        return len(captured)

    street(1520)
    one = counted()
    for number in range(12):
        street(1400 + number, township=jiangkou if number % 2 else street(1500).township)
    assert counted() == one


def test_page_shows_the_answer_first_and_can_be_asked_for_a_day(tighter, street, clerk, client_for):
    centre = street(1520)
    client = client_for(clerk)
    page = client.get(address(tighter), {"as_of": "2020-12-01"}).content.decode()
    for words in (
        "已验收的设施 1 个，按所选版本将有 <strong>1</strong> 个不再达标",
        "尚未生效",
        centre.name,
        "还差 80 ㎡",
    ):
        assert words in page, words
    assert "尚未生效" not in client.get(address(tighter), {"as_of": "2022-07-01"}).content.decode()
    odd = client.get(address(tighter), {"as_of": "never", "all": "x", "format": "doc"})
    assert odd.status_code == 200
    assert "没有已验收的设施可以试算" in client.get(address(tighter), {"as_of": "2015-01-01"}).content.decode()


def test_table_has_a_row_for_each_clause_and_the_export_is_on_record(tighter, street, clerk, client_for):
    centre = street(1520)
    answer = client_for(clerk).get(address(tighter), {"as_of": "2020-12-01", "format": "xlsx"})
    assert answer["Content-Disposition"] == 'attachment; filename="whatif-wulong-2022-20201201.xlsx"'
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == centre.code]
    assert [(row[5], row[6], row[8], row[9], row[10], row[11]) for row in rows] == [
        ("达标", "不达标", "建筑面积", "还差 80 ㎡", 80, "㎡"),
        ("达标", "不达标", "功能区", "缺少心理慰藉", None, None),
    ]
    record = AuditRecord.objects.get(action="export")
    assert (record.by_name, record.object_id, record.detail["rows"]) == ("clerk", str(tighter.pk), 2)


def test_page_follows_role_and_scope(tighter, make_user, client_for, wulong, baima):
    other = Region.objects.get(code="500238")
    answers = [
        (role, client_for(make_user(role, region)).get(address(tighter)).status_code)
        for role, region in (
            ("clerk", wulong), ("reviewer", wulong), ("approver", wulong), ("admin", wulong), ("leader", wulong),
            ("township", baima), ("apiclient", wulong), ("clerk", other), ("reviewer", other),
        )
    ]  # fmt: skip
    assert [status for _, status in answers] == [200, 200, 200, 200, 302, 302, 302, 404, 404]


def test_page_of_the_edition_leads_to_it(tighter, clerk, client_for):
    page = client_for(clerk).get(reverse("admin:facilities_standardedition_change", args=[tighter.pk])).content.decode()
    assert address(tighter) in page


def test_history_of_an_edition_opens_after_its_trial_was_exported(tighter, street, clerk, client_for):
    street(1520)
    client_for(clerk).get(address(tighter), {"as_of": "2020-12-01", "format": "xlsx"})
    page = client_for(clerk).get(reverse("admin:facilities_standardedition_history", args=[tighter.pk]))
    assert "标准试算、2 条" in page.content.decode()


def test_clause_in_the_admin_names_its_category_in_words(clerk, client_for, wulong):
    area = Requirement.objects.get(edition__key="wulong-2020", key="street.area")
    page = client_for(clerk).get(reverse("admin:facilities_requirement_change", args=[area.pk])).content.decode()
    assert '<div class="readonly">面积</div>' in page
