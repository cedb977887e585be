"""/coverage/ is figures.compute, narrowed to what the caller may see."""

import csv
import json
from datetime import date

import factories
import pytest

from eldercare import figures
from eldercare.regions import Region

DAY = date(2020, 12, 31)
FIGURE_KEYS = ["definition", "label", "numerator", "denominator", "value", "unit", "as_of", "edition", "reason"]


@pytest.fixture
def operating(baima, jiangkou):
    for township in (baima, jiangkou):
        village = township.below().villages().filter(kind="village").first()
        factories.operating(township, village=village, beds=5, nursing_beds=2)


def _plain(body):
    return json.loads(json.dumps(body))


def test_body_equals_the_computed_figures(api, wulong, operating):
    assert api.body(f"coverage/?district=500156&as_of={DAY}") == _plain(figures.compute(wulong, DAY).as_dict())


def test_one_year_alone_is_asked_with_year(api, wulong):
    expected = _plain(figures.compute(wulong, DAY, 2020).as_dict())
    assert api.body(f"coverage/?as_of={DAY}&year=2020") == expected
    assert expected != _plain(figures.compute(wulong, DAY).as_dict())


def test_every_figure_has_its_parts_and_values_are_numbers(api, operating):
    body = api.body(f"coverage/?as_of={DAY}")
    assert list(body) == ["district", "as_of", "edition", "figures", "townships"]
    assert (body["district"], body["edition"]) == ({"code": "500156", "name": "武隆区"}, "2020-06-30")
    assert all(list(figure) == FIGURE_KEYS for figure in body["figures"])
    by_id = {figure["definition"]: figure for figure in body["figures"]}
    village = by_id["coverage.village"]
    assert (village["numerator"], village["denominator"], village["value"], village["unit"]) == (2, 185, 1.1, "%")
    assert by_id["coverage.community"]["denominator"] == 30
    assert by_id["nursing_bed_share"]["value"] == 40.0


def test_a_figure_that_cannot_be_computed_is_null_with_its_reason(api):
    figures_ = api.body("coverage/")["figures"]
    unknown = [figure for figure in figures_ if figure["value"] is None]
    assert unknown
    assert all(figure["reason"] for figure in unknown)


def test_as_of_defaults_to_the_districts_own_day(api, wulong):
    wulong.is_demo = True
    wulong.save()
    assert api.body("coverage/")["as_of"] == "2020-12-31"


def test_the_only_district_of_the_caller_is_the_default(api):
    assert api.body("coverage/")["district"]["code"] == "500156"


def test_a_caller_with_several_districts_must_name_one(ask, make_user, wulong):
    leader = ask(make_user("leader", wulong.parent))
    status, words = leader.detail("coverage/")
    assert (status, "district" in words) == (400, True)
    assert leader.body("coverage/?district=500156")["district"]["name"] == "武隆区"


def test_township_narrows_the_townships(api, baima):
    body = api.body(f"coverage/?township={baima.code}&as_of={DAY}")
    assert [unit["code"] for unit in body["townships"]] == [baima.code]
    assert body["figures"]


def test_a_township_account_gets_its_own_township_and_no_figure_of_the_district(
    ask, township_user, baima, wulong, operating
):
    expected = [unit for unit in figures.compute(wulong, DAY).as_dict()["townships"] if unit["code"] == baima.code]
    for address in (f"coverage/?as_of={DAY}", f"coverage/?township={baima.code}&as_of={DAY}"):
        body = ask(township_user).body(address)
        assert body["district"]["name"] == "武隆区"
        assert body["figures"] == []
        assert body["townships"] == _plain(expected)


@pytest.mark.parametrize("asked", ["township={jiangkou}", "district=500156", "district=500156&township={jiangkou}"])
def test_a_township_account_asking_beyond_itself_finds_nothing(ask, township_user, jiangkou, asked):
    assert ask(township_user).get("coverage/?" + asked.format(jiangkou=jiangkou.code)).status_code == 404


def test_a_township_of_another_district_than_the_named_one_is_not_found(ask, make_user, wulong, neighbour):
    leader = ask(make_user("leader", wulong.parent))
    assert leader.get(f"coverage/?district=500156&township={neighbour.code}").status_code == 404


def test_csv_has_one_line_for_every_figure(api, operating):
    body = api.body(f"coverage/?as_of={DAY}")
    response = api.get(f"coverage/?as_of={DAY}&format=csv")
    lines = list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert lines[0][:6] == ["区县代码", "区县", "乡镇（街道）代码", "乡镇（街道）", "指标标识", "指标"]
    assert len(lines) - 1 == len(body["figures"]) + sum(len(unit["figures"]) for unit in body["townships"])
    assert lines[1][:4] == ["500156", "武隆区", "", ""]


def test_a_region_that_ended_is_answered_by_its_last_form(api, baima):
    assert Region.objects.filter(code=baima.code).count() == 1
    assert api.get(f"coverage/?township={baima.code}&as_of=2000-01-01").status_code == 200
