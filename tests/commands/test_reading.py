"""coverage, checkfacilities and apitoken: the same answers as pages and API, and mistakes explained in words."""

import csv
import json
from datetime import date
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from eldercare import figures
from eldercare.audit import AuditRecord
from eldercare.tokens import ApiToken, fingerprint
from facilities import checks

YEAR_END = "2020-12-31"


def run(*args, **options) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def refusal(*args, **options) -> str:
    with pytest.raises(CommandError) as refused:
        run(*args, **options)
    return str(refused.value)


@pytest.fixture
def point(baima):
    village = factories.region("铁佛村")
    return factories.operating(baima, village=village, planned_year=2019)


def test_coverage_json_is_exactly_the_computed_figures(wulong, point):
    said = json.loads(run("coverage", "--district", "500156", "--as-of", YEAR_END, "--format", "json"))
    assert said == figures.compute(wulong, date(2020, 12, 31)).as_dict()
    village = next(row for row in said["figures"] if row["definition"] == "coverage.village")
    assert (village["numerator"], village["denominator"], village["value"]) == (1, 185, 0.5)


def test_coverage_csv_has_a_row_for_every_figure_of_every_unit(wulong, point):
    rows = list(
        csv.DictReader(StringIO(run("coverage", "--district", "500156", "--as-of", YEAR_END, "--format", "csv")))
    )
    result = figures.compute(wulong, date(2020, 12, 31))
    assert len(rows) == len(result.district) + sum(map(len, result.townships.values()))
    row = next(row for row in rows if row["代码"] == "500156101" and row["指标标识"] == "coverage.village")
    assert (row["单位"], row["指标"], row["计量单位"]) == ("白马镇", "村养老服务设施覆盖率", "%")
    assert (row["分子"], row["分母"], row["统计日期"]) == ("1", "10", YEAR_END)


def test_coverage_table_prints_parts_value_and_day(wulong, point):
    printed = run("coverage", "--district", "500156", "--as-of", YEAR_END)
    line = next(line for line in printed.splitlines() if "村养老服务设施覆盖率 " in line)
    assert line.split() == ["村养老服务设施覆盖率", "0.5%", "1", "185"]
    assert YEAR_END in printed


def test_coverage_says_when_the_day_lies_before_the_first_divisions(wulong):
    assert "区划版本 2019-10-31（统计日期早于这个版本" in run(
        "coverage", "--district", "500156", "--as-of", "2019-10-30"
    )
    assert "早于" not in run("coverage", "--district", "500156", "--as-of", "2019-10-31")


def test_coverage_of_a_day_before_the_facility_does_not_count_it(wulong, point):
    said = json.loads(run("coverage", "--district", "500156", "--as-of", "2018-12-31", "--format", "json"))
    village = next(row for row in said["figures"] if row["definition"] == "coverage.village")
    assert village["numerator"] == 0


@pytest.mark.parametrize("command", ["coverage", "checkfacilities"])
def test_an_unknown_district_is_refused_with_those_there_are(db, command):
    assert "500156 武隆区" in refusal(command, "--district", "999999")


@pytest.mark.parametrize("command", ["coverage", "checkfacilities"])
@pytest.mark.parametrize("day", ["2020-13-01", "2020", "昨天"])
def test_a_date_that_is_none_is_refused_with_the_form_wanted(db, command, day):
    assert "请写成 2020-12-31 的形式" in refusal(command, "--district", "500156", "--as-of", day)


def test_checkfacilities_json_equals_the_checks(wulong, point):
    said = json.loads(run("checkfacilities", "--district", "500156", "--as-of", YEAR_END, "--format", "json"))
    found = checks.check(point, date(2020, 12, 31))
    [row] = said["facilities"]
    assert (row["code"], row["overall"]) == (point.code, found.overall.value)
    assert row["findings"] == json.loads(json.dumps([finding.as_dict() for finding in found.findings]))


def test_checkfacilities_table_names_what_is_missing_with_its_clause(wulong, point):
    printed = run("checkfacilities", "--district", "500156", "--as-of", YEAR_END)
    line = next(line for line in printed.splitlines() if point.code in line)
    assert "资料不全" in line
    assert "不新建（二(二)）" in line


def test_checkfacilities_leaves_out_what_was_not_registered_yet(wulong, point):
    assert "没有登记的设施" in run("checkfacilities", "--district", "500156", "--as-of", "2018-12-31")


def test_checkfacilities_asks_as_often_for_many_facilities_as_for_one(wulong, baima, django_assert_max_num_queries):
    for _ in range(12):
        factories.operating(baima)
    with django_assert_max_num_queries(16):
        run("checkfacilities", "--district", "500156", "--as-of", YEAR_END)


def test_apitoken_prints_a_secret_that_opens_the_api_and_stores_its_hash_only(apiclient, client):
    secret = run("apitoken", "apiclient", "--days", "30").strip()
    token = ApiToken.objects.get()
    assert (token.user, token.digest) == (apiclient, fingerprint(secret))
    assert 29 <= (token.expires_at - timezone.now()).days <= 30
    reply = client.get("/api/v1/coverage/?as_of=2020-12-31", headers={"Authorization": f"Token {secret}"})
    assert reply.status_code == 200


def test_apitoken_is_on_the_audit_trail_without_the_secret(apiclient):
    secret = run("apitoken", "apiclient").strip()
    record = AuditRecord.objects.get(action="token.issued")
    assert record.detail == {"days": 365}
    assert secret not in str(record.detail) + record.object_name


def test_apitoken_refuses_accounts_that_may_not_read_the_api(make_user, wulong):
    make_user(None, wulong, "nobody")
    inactive = make_user("apiclient", wulong, "left")
    inactive.is_active = False
    inactive.save()
    assert "没有账号 ghost" in refusal("apitoken", "ghost")
    assert "不能使用数据接口" in refusal("apitoken", "nobody")
    assert "不能使用数据接口" in refusal("apitoken", "left")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("days", ["0", "-3", "99999"])
def test_apitoken_refuses_a_senseless_term(apiclient, days):
    assert "有效天数" in refusal("apitoken", "apiclient", f"--days={days}")


def test_checkfacilities_gives_the_layout_duties_of_units(wulong, baima):
    body = json.loads(run("checkfacilities", "--district", "500156", "--as-of", YEAR_END, "--format", "json"))
    own = next(unit for unit in body["units"] if unit["code"] == baima.code)

    assert own["subject"] == "township"
    assert {finding["clause"] for finding in own["findings"]} == {"二(一)"}
    assert "布局要求" in run("checkfacilities", "--district", "500156", "--as-of", YEAR_END)
