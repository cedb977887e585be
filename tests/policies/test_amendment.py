"""An amendment: a later folder of the same district that says only what changes; from its day on the whole counts."""

from datetime import date, timedelta
from decimal import Decimal

import factories
import pytest
from django.test import Client

from eldercare import review
from eldercare.folders import FolderErrors
from eldercare.management import policyload
from eldercare.policies import Policy
from facilities import checks, services
from facilities.models import Declaration, StandardEdition, ZoneAlias

STARTS = date(2022, 7, 1)
POLICY = """schema = 1
slug = "wulong-2022"
title = "武隆区养老服务设施标准修订"
short_title = "武隆修订（2022）"
district = "500156"
issued = 2022-05-30
effective = 2022-07-01
dates_from = "printed"
"""
HEAD = """schema = 1
[edition]
id = "wulong-2022"
amends = "wulong-2020"
valid_from = 2022-07-01
dates_from = "printed"
"""
AREA = """
[[requirement]]
id = "street.area"
label = "建筑面积"
applies_to = ["STREET_CENTRE"]
kind = "area"
basis = "gross"
operator = ">="
value = 1600
unit = "㎡"
wording = "不应低于"
modality = "must"
clause = "一"
"""
NURSING = """
[[requirement]]
id = "street.nursing_beds"
label = "护理型床位"
applies_to = ["STREET_CENTRE"]
kind = "nursing_beds"
operator = ">="
value = 6
unit = "张"
wording = "应"
modality = "must"
clause = "二"
"""
ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]


@pytest.fixture
def write(tmp_path, wulong):
    """write(standards, policy=…) -> a folder of the amendment."""

    def made(standards: str, policy: str = POLICY):
        folder = tmp_path / "wulong-2022"
        folder.mkdir(exist_ok=True)
        (folder / "policy.toml").write_text(policy, encoding="utf-8")
        (folder / "standards.toml").write_text(standards, encoding="utf-8")
        return folder

    return made


@pytest.fixture
def amended(write) -> StandardEdition:
    """The edition in which a street centre's area is raised, nursing beds are new and 托养护理区床位 is gone."""
    policyload.load(write(HEAD + 'removed = ["street.beds"]\n' + AREA + NURSING))
    return StandardEdition.objects.get(key="wulong-2022")


@pytest.fixture
def centre(register, baima):
    """A street centre of 1,520 ㎡ that meets all of the edition of 2020."""
    made = register(
        type="STREET_CENTRE", stage="completed", gross_area=Decimal(1520), beds=20, zones=ZONES, name="边界中心"
    )
    for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
        Declaration.objects.create(fact=fact, facility=made, value=True, evidence="验收资料")
    return made


def outcomes(facility, day: date) -> dict[str, str]:
    return {finding.requirement: str(finding.outcome) for finding in checks.check(facility, day).findings}


def problems(folder) -> list[str]:
    with pytest.raises(FolderErrors) as caught:
        policyload.load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_rows_are_replaced_added_and_dropped_and_the_rest_carries_over(amended, wulong):
    base = StandardEdition.objects.get(key="wulong-2020")
    old, new = ([row.key for row in edition.requirements.all()] for edition in (base, amended))
    assert [key for key in old if key != "street.beds"] + ["street.nursing_beds"] == new
    changed = {row.id: row for row in amended.rules().requirements}
    assert (changed["street.area"].value, changed["street.area"].modality, changed["street.area"].edition) == (
        1600, "must", "wulong-2022",
    )  # fmt: skip
    kept = amended.data(), base.data()
    assert kept[0]["condition"] == kept[1]["condition"]
    assert [row for row in kept[0]["requirement"] if row["id"] == "station.area"] == [
        row for row in kept[1]["requirement"] if row["id"] == "station.area"
    ]


def test_new_edition_counts_from_its_day_and_the_old_one_on_the_day_before(amended, centre):
    before, after = outcomes(centre, STARTS - timedelta(days=1)), outcomes(centre, STARTS)
    assert (before["street.area"], before["street.beds"]) == ("met", "met")
    assert (after["street.area"], after["street.nursing_beds"]) == ("unmet", "no_data")
    assert "street.nursing_beds" not in before
    assert "street.beds" not in after
    assert checks.check(centre, STARTS).edition == amended


def test_decision_keeps_its_edition_and_a_later_one_takes_the_new(amended, centre, register, clerk, reviewer):
    def decided(facility, day: date):
        row = services.open_review(facility, by=clerk)
        review.perform(row, "submit", by=clerk)
        services.take(row, by=reviewer)
        services.accept(row, by=reviewer, accepted_on=day, comment="资料齐全")
        return row

    old = decided(centre, STARTS - timedelta(days=1))
    frozen = (old.edition.key, old.frozen["edition_key"], len(old.frozen["findings"]))
    later = register(
        type="STREET_CENTRE", stage="completed", gross_area=Decimal(1600), beds=20, nursing_beds=6, zones=ZONES
    )
    for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
        Declaration.objects.create(fact=fact, facility=later, value=True, evidence="验收资料")
    new = decided(later, STARTS)
    old.refresh_from_db()
    assert (old.edition.key, old.frozen["edition_key"], len(old.frozen["findings"])) == frozen
    assert frozen[:2] == ("wulong-2020", "wulong-2020")
    assert new.edition == amended


def test_order_of_loads_does_not_matter_and_a_second_load_changes_nothing(amended, write):
    folder = write(HEAD + 'removed = ["street.beds"]\n' + AREA + NURSING)
    assert not any(change.any for change in policyload.load(folder)[1])


def parsed(key: str) -> dict:
    """The limits of an edition as the rules read them, by requirement."""
    return {row.id: row.value for row in StandardEdition.objects.get(key=key).rules().requirements}


def test_an_edition_is_read_once_for_each_load(amended, django_assert_num_queries):
    first = amended.rules()
    with django_assert_num_queries(0):
        assert amended.rules() is first


def test_correction_of_the_old_folder_reaches_what_the_amendment_carries(amended, tmp_path):
    import shutil

    from policyfolders import FIXTURES

    old = shutil.copytree(FIXTURES / "wulong-2020", tmp_path / "wulong-2020")
    file = old / "standards.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("value = 300", "value = 310").replace("value = 1500", "value = 1550"), encoding="utf-8"
    )
    assert parsed("wulong-2022")["station.area"] == 300
    _, changes = policyload.load(old)
    rules = parsed("wulong-2022")
    assert (rules["station.area"], rules["street.area"]) == (310, 1600)
    assert "标准条款（修订版本 wulong-2022）" in [change.label for change in changes if change.any]
    file.write_text(text.replace('id = "street.beds"', 'id = "street.bedding"'), encoding="utf-8")
    assert any("修订本版本的标准因此不成立" in line for line in problems(old))


def test_zone_name_confirmed_under_the_old_policy_counts_on(amended, centre, reviewer, wulong):
    first = Policy.objects.get(slug="wulong-2020")
    alias = ZoneAlias.objects.create(policy=first, listed="人文关怀", counted="精神慰藉")
    review.perform(alias, "confirm", by=reviewer)
    other = factories.facility(
        centre.township,
        "STREET_CENTRE",
        gross_area=1700,
        beds=1,
        nursing_beds=1,
        zones=[*ZONES[:5], "精神慰藉", ZONES[6]],
    )
    assert outcomes(other, STARTS)["street.zones"] == "met"


def test_policy_page_says_which_rows_are_new_carried_or_gone(amended, clerk, client_for):
    page = client_for(clerk).get("/policies/wulong-2022/").content.decode()
    assert page.count("本次修订删去") == 1
    assert page.count("<small>本次修订") == 2
    assert page.count("沿用武隆全覆盖方案（2020）") == len(amended.requirements.all()) - 2
    first = client_for(clerk).get("/policies/wulong-2020/").content.decode()
    assert "沿用" not in first


def test_api_lists_the_edition_of_the_day_alone(amended, apiclient, client_for):
    client: Client = client_for(apiclient)
    for day, key in ((STARTS - timedelta(days=1), "wulong-2020"), (STARTS, "wulong-2022")):
        rows = client.get(f"/api/v1/standards/?district=500156&as_of={day}&page_size=200").json()["results"]
        assert {row["edition"] for row in rows} == {key}


def test_ended_edition_leaves_no_standard_and_its_printed_last_day_still_counts(write, centre):
    policyload.load(write(HEAD + "valid_to = 2023-06-30\n" + AREA))
    assert checks.check(centre, date(2023, 6, 30)).edition.key == "wulong-2022"
    ended = checks.check(centre, date(2023, 7, 1))
    assert (ended.edition, ended.findings, ended.overall) == (None, (), "no_standard")


def test_amendment_of_an_amendment_stands_on_both(amended, write, tmp_path):
    later = (
        HEAD.replace("wulong-2022", "wulong-2024")
        .replace('"wulong-2020"', '"wulong-2022"')
        .replace("2022-07-01", "2024-01-01")
    )
    folder = tmp_path / "next"
    folder.mkdir()
    (folder / "policy.toml").write_text(POLICY.replace("wulong-2022", "wulong-2024"), encoding="utf-8")
    (folder / "standards.toml").write_text(later + NURSING.replace("value = 6", "value = 8"), encoding="utf-8")
    policyload.load(folder)
    edition = StandardEdition.objects.get(key="wulong-2024")
    rules = {row.id: row.value for row in edition.rules().requirements}
    assert (rules["street.area"], rules["street.nursing_beds"]) == (1600, 8)
    assert "street.beds" not in rules
    assert edition.amendment["origin"]["requirement:street.area"] == "wulong-2022"
    assert edition.amendment["origin"]["requirement:station.area"] == "wulong-2020"


# what is wrong: standards.toml of the amendment, words of the one problem
WRONG = {
    "no such edition": (HEAD.replace('"wulong-2020"', '"wulong-1999"') + AREA, "没有载入过标准版本“wulong-1999”"),
    "itself": (HEAD.replace('amends = "wulong-2020"', 'amends = "wulong-2022"') + AREA, "没有载入过标准版本“wulong-2022”"),
    "supersedes unknown": (HEAD.replace("amends", "supersedes").replace("-2020", "-1999") + AREA, "supersedes"),
    "begins with the old": (HEAD.replace("2022-07-01", "2020-06-10") + AREA, "生效日须晚于"),
    "no day": (HEAD.replace("valid_from = 2022-07-01", "").replace('"printed"', '"unknown"') + AREA, "须写明生效日"),
    "removes nothing known": (HEAD + 'removed = ["street.lift"]\n' + AREA, "被修订的版本里没有“street.lift”"),
    "removes and states": (HEAD + 'removed = ["street.area"]\n' + AREA, "既删去又重新规定"),
    "removes a condition in use": (HEAD + 'removed = ["few_elders"]\n' + AREA, "few_elders"),
    "removes no list": (HEAD + "removed = 3\n" + AREA, "应为文字清单"),
    "states twice": (HEAD + AREA + AREA, "编号“street.area”重复"),
    "states a new row twice": (HEAD + NURSING + NURSING, "编号“street.nursing_beds”重复"),
    "removes without amending": (
        HEAD.replace('amends = "wulong-2020"', 'removed = ["street.beds"]') + AREA, "只有修订版本",
    ),
    "amends and supersedes": (HEAD + 'supersedes = "wulong-2020"\n' + AREA, "只写一个"),
    "same day as another": (HEAD.replace('amends = "wulong-2020"', "").replace("2022-07-01", "2020-06-10") + AREA,
                            "无法确定以哪一份为准"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_amendment_that_cannot_stand_is_refused_and_changes_nothing(name, write):
    standards, words = WRONG[name]
    found = problems(write(standards))
    assert any(words in line for line in found), found
    assert not Policy.objects.filter(slug="wulong-2022").exists()
    assert not StandardEdition.objects.filter(key="wulong-2022").exists()


def test_edition_of_another_district_cannot_be_amended(write):
    folder = write(HEAD + AREA, POLICY.replace("500156", "500238"))
    assert any("本区县没有载入过" in line for line in problems(folder))


def test_later_edition_that_names_none_is_a_remark(write):
    folder = write(HEAD.replace('amends = "wulong-2020"\n', "") + AREA)
    assert any("取代标准版本“wulong-2020”" in str(remark) for remark in policyload.remarks(folder))
    policyload.load(folder)
    assert StandardEdition.objects.get(key="wulong-2022").requirements.count() == 1
