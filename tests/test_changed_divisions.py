"""Work goes on after divisions change: months, sheets, the API, the clerk's word, and a district without divisions."""

from datetime import date
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.management import call_command
from django.urls import reverse

from eldercare import divisions, figures, review
from eldercare.audit import AuditRecord
from eldercare.policies import Policy
from eldercare.regions import Kind, Region
from eldercare.uploads import Context
from plans import submissions
from plans.models import ProgressReport, ReportingPeriod
from plans.progress import applying, sheet
from plans.reporting import last_day

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "fixtures/divisions"
FIRST, SECOND, THIRD = date(2019, 10, 31), date(2020, 6, 30), date(2022, 10, 31)
BEFORE, AFTER = date(2020, 6, 29), date(2020, 12, 31)


@pytest.fixture
def yangjiao(wulong):
    """羊角街道, which succeeded 羊角镇 and 土坎镇 on 2020-06-30."""
    return factories.region("羊角街道")


# -- months


def open_month(district, month, due_on):
    return ReportingPeriod.objects.create(district=district, month=month, due_on=due_on)


@pytest.mark.parametrize(("month", "expected"), [(date(2020, 5, 1), 27), (date(2020, 6, 1), 26)])
def test_month_expects_the_townships_of_its_last_day(wulong, month, expected):
    open_month(wulong, month, last_day(month).replace(day=28))
    found = submissions.latest_state(figures.scope_for(wulong, date(2020, 7, 20)))

    assert (found.month, found.expected) == (month, expected)


def test_report_of_former_townships_stands_for_their_successor(wulong, yangjiao):
    period = open_month(wulong, date(2020, 5, 1), date(2020, 6, 5))
    scope = figures.scope_for(wulong, date(2020, 7, 3))
    for name, missing in (("羊角镇", "土坎镇"), ("土坎镇", None)):
        former = factories.region(name)
        report = ProgressReport.objects.create(period=period, township=former)
        review.perform(report, "submit", by=factories.user("township", former))
        shown = submissions.latest_state(scope).by_unit(scope)[yangjiao.code]
        assert shown.has_reported == (missing is None)
        if missing:
            assert shown.township.short_name == missing


def test_district_page_shows_a_month_from_before_the_change(wulong, client_for, leader):
    open_month(wulong, date(2020, 5, 1), date(2020, 6, 5))
    page = client_for(leader).get("/dashboard/500156/?as_of=2020-07-03")

    assert page.status_code == 200
    assert "应报 27" in page.content.decode()


def test_progress_of_a_month_lists_the_townships_of_its_last_day(wulong, client_for, apiclient):
    client = client_for(apiclient)
    for month, due_on in ((date(2020, 5, 1), date(2020, 6, 5)), (date(2020, 6, 1), date(2020, 7, 5))):
        open_month(wulong, month, due_on)
    rows = client.get("/api/v1/progress/?as_of=2020-07-31&page_size=200").json()["results"]
    periods = [row["period"] for row in rows]

    assert (periods.count("2020-05"), periods.count("2020-06")) == (27, 26)


def context(township, month, user):
    return Context(township, township.parent, month, user)


def test_month_before_the_change_is_reported_by_the_former_townships(yangjiao, make_user):
    official = make_user("township", yangjiao)
    refused = applying.admit(context(yangjiao, date(2020, 5, 1), official))

    assert "由羊角镇、土坎镇报送" in refused
    assert applying.admit(context(factories.region("土坎镇"), date(2020, 5, 1), official)) == ""
    assert applying.admit(context(yangjiao, date(2020, 6, 1), official)) == ""


def test_month_after_the_change_is_reported_by_the_successor(wulong, clerk):
    refused = applying.admit(context(factories.region("土坎镇"), date(2020, 7, 1), clerk))

    assert "由羊角街道报送" in refused


def test_sheet_of_the_successor_holds_the_facilities_of_former_townships(yangjiao, clerk):
    old = factories.region("土坎镇")
    village = old.children.filter(kind=Kind.VILLAGE).order_by("code").first()
    factories.facility(old, name="关滩旧点", village=village)
    rows = [sheet.row_values(row, AFTER) for row in sheet.current_rows(yangjiao, AFTER)]
    villages = sheet.choices(yangjiao, AFTER)["village"]

    assert [(row["name"], row["village"]) for row in rows] == [("关滩旧点", "关滩村")]
    assert (len(villages), "关滩村" in villages) == (4 + 15, True)


def test_sheet_names_a_village_as_it_is_called_on_the_day(yangjiao):
    village = Region.objects.get(short_name="峨岭村", valid_to=THIRD)
    factories.facility(yangjiao, village=village)
    then, now = (sheet.row_values(sheet.current_rows(yangjiao, day)[0], day) for day in (AFTER, date(2023, 1, 31)))

    assert (then["village"], now["village"]) == ("峨岭村", "鹅岭村")
    assert "峨岭村" in sheet.choices(yangjiao, AFTER)["village"]
    assert "鹅岭村" in sheet.choices(yangjiao, date(2023, 1, 31))["village"]


@pytest.mark.parametrize(("month", "code", "status"), [
    ("2020-05", "500156110", 200), ("2020-05", "500156004", 404),
    ("2020-07", "500156110", 404), ("2020-07", "500156004", 200),
])  # fmt: skip
def test_template_is_offered_for_the_townships_of_the_month(wulong, client_for, clerk, month, code, status):
    answer = client_for(clerk).get(f"/uploads/template/?period={month}&township={code}")

    assert answer.status_code == status


def test_official_of_the_successor_fetches_the_former_townships_sheet_for_an_earlier_month(
    yangjiao, client_for, make_user
):
    client = client_for(make_user("township", yangjiao))
    asked = {code: client.get(f"/uploads/template/?period=2020-05&township={code}") for code in ("", "500156110")}

    assert asked[""].status_code == 400
    assert "没有羊角街道，请选择当时的乡镇" in asked[""].content.decode()
    assert asked["500156110"].status_code == 200
    assert "土坎镇" in client.get("/uploads/new/").content.decode()


# -- the API


def body(client, address):
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_former_code_answers_with_its_successor_s_figures(wulong, client_for, apiclient):
    factories.operating(factories.region("土坎镇"), "TOWNSHIP_CENTRE")
    client = client_for(apiclient)
    later = body(client, f"coverage/?township=500156110&as_of={AFTER}")["townships"]
    earlier = body(client, f"coverage/?township=500156110&as_of={BEFORE}")["townships"]

    assert [unit["code"] for unit in later] == ["500156004"]
    assert [unit["code"] for unit in earlier] == ["500156110"]


@pytest.mark.parametrize("code", ["500156110", "500156004"])
def test_findings_of_the_successor_hold_what_was_registered_before(wulong, client_for, apiclient, code):
    facility = factories.facility(factories.region("土坎镇"), "TOWNSHIP_CENTRE", gross_area=720)
    rows = body(client_for(apiclient), f"findings/?township={code}&subject_kind=facility&as_of={AFTER}")["results"]

    assert {row["subject"] for row in rows} == {facility.code}


@pytest.mark.parametrize("name", ["facilities", "plan-targets", "training-quotas", "progress", "regions"])
def test_lists_take_a_former_code(wulong, client_for, apiclient, name):
    answer = client_for(apiclient).get(f"/api/v1/{name}/?township=500156110&as_of={AFTER}")
    assert (answer.status_code, answer.json()["previous"]) == (200, None)


def test_plan_of_a_former_code_is_the_plan_printed_for_it(wulong, client_for, apiclient):
    rows = body(client_for(apiclient), f"plan-targets/?township=500156110&as_of={AFTER}&page_size=200")["results"]
    assert {row["unit"] for row in rows} == {"土坎镇"}


# -- the clerk's word


@pytest.fixture
def gone(wulong):
    """朝阳村 of 羊角街道, gone in the edition of 2022 without anybody saying where to."""
    return Region.objects.get(code="500156004201")


def address(region):
    return reverse("admin:eldercare_region_change", args=[region.pk])


def say(client, region, successor, **more):
    """What the browser sends from a unit's page: the successor, and the empty list of other names below it."""
    counts = {f"aliases-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    return client.post(address(region), {"successor": successor.pk, **counts, **more})


def test_clerk_finds_what_is_left_to_map(client_for, clerk, gone):
    page = client_for(clerk).get(reverse("admin:eldercare_region_changelist"), {"succession": "open"})

    assert list(page.context["cl"].queryset) == [gone]


def test_clerk_maps_a_unit_to_its_successor_and_the_trail_has_it(client_for, clerk, gone):
    heir = Region.objects.get(short_name="朝阳社区", valid_to__isnull=True, parent__short_name="羊角街道")
    answer = say(client_for(clerk), gone, heir, name="改名")
    gone.refresh_from_db()

    assert answer.status_code == 302
    assert (gone.successor, gone.short_name) == (heir, "朝阳村")
    record = AuditRecord.objects.get(model="eldercare.region", object_id=str(gone.pk))
    assert (record.by_name, record.detail["fields"]) == (clerk.display_name, ["承继单位：未定 → 朝阳社区"])


def test_successor_is_a_unit_of_the_same_district_and_level_that_stood_then(gone):
    choices = list(divisions.possible_successors(gone))

    assert len(choices) == 30 + 184
    assert all(unit.on_day(THIRD) and unit.path.startswith(gone.parent.parent.path) for unit in choices)


@pytest.mark.parametrize(("code", "edition"), [("500156004", SECOND), ("500238227200", None), ("500156110", None)])
def test_unit_of_another_level_district_or_time_is_no_successor(client_for, clerk, gone, code, edition):
    wrong = Region.objects.filter(code=code).first()
    answer = say(client_for(clerk), gone, wrong)
    gone.refresh_from_db()

    assert answer.context["adminform"].form.errors.keys() == {"successor"}
    assert gone.successor is None


def test_mapping_a_township_maps_its_villages_of_the_same_name(client_for, clerk):
    old, new = factories.region("凤来乡"), factories.region("凤来镇")
    Region.objects.filter(path__startswith=old.path).update(successor=None)
    say(client_for(clerk), old, new)

    assert Region.objects.filter(parent=old, successor__parent=new).count() == 6


@pytest.mark.parametrize("role", ["reviewer", "approver"])
def test_only_the_clerk_maps(client_for, make_user, wulong, gone, role):
    heir = divisions.possible_successors(gone).first()
    assert say(client_for(make_user(role, wulong)), gone, heir).status_code == 403
    gone.refresh_from_db()

    assert gone.successor is None


def test_standing_unit_is_not_changed_in_the_admin(client_for, clerk, baima, jiangkou):
    answer = say(client_for(clerk), baima, jiangkou)
    baima.refresh_from_db()

    assert answer.status_code == 403
    assert baima.successor is None


def test_clerk_of_another_district_does_not_find_the_unit(client_for, make_user, gone):
    other = make_user("clerk", Region.objects.districts().get(code="500238"))

    assert client_for(other).get(address(gone)).status_code == 404


# -- the register in the admin


def test_facility_of_a_former_township_stays_editable(client_for, clerk):
    old = factories.region("土坎镇")
    village = old.children.filter(kind=Kind.VILLAGE).first()
    facility = factories.facility(old, village=village)
    client = client_for(clerk)
    form = client.get(reverse("admin:facilities_facility_change", args=[facility.pk])).context["adminform"].form
    offered = set(form.fields["village"].queryset)

    assert village in offered
    assert {unit.parent.short_name for unit in offered - {village}} == {"羊角街道"}


def test_township_filter_of_the_successor_lists_what_was_registered_before(client_for, clerk, yangjiao):
    facility = factories.facility(factories.region("土坎镇"))
    page = client_for(clerk).get(reverse("admin:facilities_facility_changelist"), {"township": yangjiao.code})

    assert list(page.context["cl"].queryset) == [facility]


# -- a district without divisions


@pytest.fixture
def xqu(db):
    """X区 with its policy: printed counts of units, no unit rows."""
    call_command("loadpolicy", str(ROOT / "fixtures/xqu-2020"), stdout=StringIO())
    return Region.objects.districts().get(code="XQU")


PRINTED = {"street": 11, "township": 41, "community": 197, "village": 437}


def test_printed_counts_are_denominators_and_numerators_are_unknown(xqu):
    found = figures.compute(xqu, date(2021, 12, 31))

    assert found.scope.edition is None
    for kind, count in PRINTED.items():
        figure = found.district[f"coverage.{kind}"]
        assert (figure.numerator, figure.denominator, figure.value) == (None, count, None)
        assert "没有区划名录" in figure.reason


def test_district_page_of_a_district_without_divisions_shows_the_printed_counts(xqu, client_for, make_user):
    client = client_for(make_user("leader", xqu))
    page = client.get("/dashboard/XQU/?as_of=2021-12-31").content.decode()

    assert "街道 11 · 乡镇 41 · 社区 197 · 村 437（没有区划名录，为文件印发数）" in page
    assert client.get("/dashboard/XQU/figures/coverage.village/?as_of=2021-12-31").status_code == 200


def test_api_and_command_say_the_same_of_a_district_without_divisions(xqu, client_for, make_user):
    answer = body(client_for(make_user("apiclient", xqu)), "coverage/?as_of=2021-12-31")
    printed = StringIO()
    call_command("coverage", "--district", "XQU", "--as-of", "2021-12-31", stdout=printed)

    assert (answer["edition"], answer["townships"]) == (None, [])
    assert {f["definition"]: f["denominator"] for f in answer["figures"]}["coverage.village"] == 437
    assert "没有区划名录" in printed.getvalue()


def test_policy_of_wulong_names_the_edition_it_was_made_under(wulong):
    assert Policy.objects.get(slug="wulong-2020").division_edition == FIRST
