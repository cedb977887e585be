"""A district that nobody has heard of comes with a folder and its divisions: no line of the programme changes."""

from datetime import date
from decimal import Decimal
from io import StringIO

import factories
import pytest
from django.core.management import call_command

from eldercare import divisions
from eldercare.divisions import Unit
from eldercare.management import policyload
from eldercare.policies import Policy
from eldercare.regions import Kind, Region
from facilities import checks
from facilities.models import Declaration
from plans.models import PlanTarget
from subsidies.models import SubsidyScheme

CODE = "530999"
DAY = date(2024, 12, 31)

POLICY = """schema = 1
slug = "yunling-2024"
title = "云岭区养老服务设施建设办法"
district = "530999"
division_edition = 2023-01-01
issued = 2023-12-01
effective = 2024-01-01
dates_from = "printed"
units = ["畦"]

[coverage]
street = ["STREET_CENTRE"]
community = ["COMMUNITY_STATION"]
village = ["VILLAGE_POINT"]

[[annex]]
number = "1"
file = "annex-1.csv"
kind = "plan"
clause = "附表"

[[clause]]
clause = "第一条"
label = "村级点建设"
encoding = "encoded"
[[clause]]
clause = "第二条"
label = "补助与报送"
encoding = "encoded"
[[clause]]
clause = "附表"
label = "年度计划"
encoding = "encoded"
"""
STANDARDS = """schema = 1

[edition]
id = "yunling-2024"
valid_from = 2024-01-01
dates_from = "printed"

[[fact]]
id = "facility.vegetable_beds"
subject = "facility"
type = "integer"
unit = "畦"
label = "菜地"

[[requirement]]
id = "point.vegetables"
label = "菜地"
applies_to = ["VILLAGE_POINT"]
kind = "quantity"
fact = "facility.vegetable_beds"
operator = ">="
value = 6
unit = "畦"
wording = "应"
modality = "must"
clause = "第一条"

[[requirement]]
id = "point.area"
label = "面积"
applies_to = ["VILLAGE_POINT"]
kind = "area"
basis = "gross"
operator = ">="
value = 60
unit = "㎡"
wording = "不应低于"
modality = "must"
clause = "第一条"
"""
SCHEMES = """schema = 1

[[scheme]]
id = "point"
label = "村级点建设补助"
form = "one_off"
applies_to = ["VILLAGE_POINT"]
key = ["facility"]
amount = 50_000
trigger = "accepted"
requires = [ { label = "菜地达6畦", fact = "facility.vegetable_beds", operator = ">=", value = 6, unit = "畦" } ]
clause = "第二条"
"""
DUTIES = """schema = 1

[groups]
"@all" = { kind = ["街道", "乡"], suffix = "政府" }

[[duty]]
id = "monthly"
label = "建设进度"
bearers = ["@all"]
recipients = ["区民政局"]
cadence = "monthly"
due = { day = 8, of = "next_month", printed = true }
clause = "第二条"

[[target]]
id = "villages"
label = "村覆盖"
target = { printed = "80%", value = 80, operator_printed = false }
unit = "%"
definition = "coverage.village"
due = 2025-12-31
force = "plan"
clause = "第一条"
"""
ANNEX = """云岭区2024—2025年计划表,,,,,
序号,乡镇（街道）,社区养老服务站,,村级互助养老点,
,,2024年,2025年,2024年,2025年
1,松坪街道,1,,,
2,竹溪乡,,,1,0
合计,,1,0,1,0
"""
FIGURES = """clause,printed,file,row
第一条,6畦,standards.toml,requirement:point.vegetables
第一条,60平方米,standards.toml,requirement:point.area
第二条,5万元,schemes.toml,scheme:point
"""
FILES = {
    "policy.toml": POLICY, "standards.toml": STANDARDS, "schemes.toml": SCHEMES, "duties.toml": DUTIES,
    "annex-1.csv": ANNEX, "figures.csv": FIGURES,
}  # fmt: skip
UNITS = (
    ("530999001", "松坪街道", Kind.STREET, CODE),
    ("530999200", "竹溪乡", Kind.TOWNSHIP, CODE),
    ("530999001001", "书院社区", Kind.COMMUNITY, "530999001"),
    ("530999200201", "上村", Kind.VILLAGE, "530999200"),
    ("530999200202", "下村", Kind.VILLAGE, "530999200"),
)


@pytest.fixture
def district(db):
    """云岭区: one street, one township, a community and two villages, in an edition of its own."""
    region = Region.objects.create(code=CODE, name="云岭区", kind=Kind.DISTRICT)
    divisions.load_edition(region, date(2023, 1, 1), [Unit(*unit) for unit in UNITS])
    return region


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "yunling-2024"
    path.mkdir()
    for name, text in FILES.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def policy(district, folder):
    call_command("loadpolicy", str(folder), stdout=StringIO())
    return Policy.objects.get(slug="yunling-2024")


@pytest.fixture
def point(policy):
    """A village point of 上村 in operation, 70 ㎡."""
    return factories.operating(
        unit("竹溪乡"),
        "VILLAGE_POINT",
        on=date(2024, 6, 30),
        village=unit("上村"),
        gross_area=Decimal(70),
        planned_year=2024,
    )


def unit(name: str) -> Region:
    return Region.objects.get(code__startswith=CODE, name=name)


def declare(facility, fact: str, value) -> None:
    Declaration.objects.create(
        facility=facility, fact=fact, value=value, evidence="现场清点", starts_on=date(2024, 6, 30)
    )


def findings(facility) -> dict[str, str]:
    return {finding.requirement: str(finding.outcome) for finding in checks.check(facility, DAY).findings}


def test_folder_loads_whole_and_again_without_a_change(policy, folder):
    cells = PlanTarget.objects.filter(table__policy=policy)
    assert list(cells.values_list("region__name", "year", "planned").order_by("pk")) == [
        ("松坪街道", 2024, 1), ("松坪街道", 2025, None), ("松坪街道", 2024, None), ("松坪街道", 2025, None),
        ("竹溪乡", 2024, None), ("竹溪乡", 2025, None), ("竹溪乡", 2024, 1), ("竹溪乡", 2025, 0),
    ]  # fmt: skip
    assert SubsidyScheme.objects.get(policy=policy).amount == 50_000
    assert policy.dutys.get().due_day == 8
    assert not any(change.any for change in policyload.load(folder)[1])
    assert policyload.remarks(folder) == []


def test_facility_is_checked_against_a_fact_nobody_had_heard_of(point):
    assert findings(point) == {"point.vegetables": "no_data", "point.area": "met"}
    declare(point, "facility.vegetable_beds", 5)
    assert findings(point) == {"point.vegetables": "unmet", "point.area": "met"}
    assert [finding.gap_text for finding in checks.check(point, DAY).findings] == ["还差 1 畦", ""]


def test_new_fact_can_be_declared_and_decides(point):
    declare(point, "facility.vegetable_beds", 6)
    check = checks.check(point, DAY)
    assert {str(finding.outcome) for finding in check.findings} == {"met"}
    assert check.overall == "acceptable"


def test_district_stands_on_the_dashboard_with_plan_and_coverage(point, district, client_for):
    client = client_for(factories.user("leader", district))
    page = " ".join(client.get(f"/dashboard/{CODE}/?as_of={DAY}").content.decode().split())
    assert "街道 1 · 乡镇 1 · 社区 1 · 村 2（区划版本 2023-01-01）" in page
    assert "有运营中设施或共享服务的村 1 / 村总数 2" in page
    assert '<p class="figure-value">50.0<span class="figure-unit">%</span></p>' in page
    assert "到期计划 2 个设施，已验收合格 <strong>1</strong> 个（运营中 1 个）" in page
    assert client.get(f"/dashboard/{CODE}/530999200/?as_of={DAY}").status_code == 200


def test_policy_page_shows_its_own_words(policy, district, client_for):
    page = client_for(factories.user("clerk", district)).get("/policies/yunling-2024/").content.decode()
    assert "不低于 6 畦" in page
    assert "5 万元" in page


def test_another_district_sees_nothing_of_it(policy, clerk, client_for):
    assert client_for(clerk).get(f"/dashboard/{CODE}/").status_code == 404
    assert client_for(clerk).get("/policies/yunling-2024/").status_code == 404
