"""A published number says what it rests on, is rounded once from the exact fraction, and says why when there is none."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from eldercare import figures
from eldercare.figures import Definition, Scope

DAY = date(2020, 12, 31)


@pytest.fixture
def scope(wulong):
    return Scope(wulong, DAY, date(2019, 10, 31), ())


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [
        (14, 30, "46.7"),
        (1, 8, "12.5"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (9, 2000, "0.5"),  # 0.45 rounds half up, not to even
        (1, 2000, "0.1"),  # 0.05
        (0, 30, "0.0"),
        (30, 30, "100.0"),
        (11, 10, "110.0"),
        (Decimal("2.5"), Decimal("7.5"), "33.3"),
    ],
)
def test_ratio_is_rounded_half_up_to_one_decimal(scope, numerator, denominator, value):
    assert figures.ratio("coverage.village", numerator, denominator, scope).value == Decimal(value)


def test_exact_value_is_kept_beside_the_rounded_one(scope):
    assert figures.ratio("coverage.village", 1, 3, scope).exact == Fraction(100, 3)


@pytest.mark.parametrize(
    ("numerator", "denominator", "reason"),
    [(0, 0, "村总数为0"), (3, 0, "村总数为0"), (3, None, "村总数未知"), (None, 5, "有运营中设施或共享服务的村未知")],
)
def test_ratio_that_cannot_be_computed_says_why(scope, numerator, denominator, reason):
    figure = figures.ratio("coverage.village", numerator, denominator, scope)
    assert (figure.value, figure.exact, figure.reason) == (None, None, reason)


def test_figure_s_json_is_the_contract(scope):
    assert figures.ratio("coverage.village", 90, 185, scope).as_dict() == {
        "definition": "coverage.village",
        "label": "村养老服务设施覆盖率",
        "numerator": 90,
        "denominator": 185,
        "value": 48.6,
        "unit": "%",
        "as_of": "2020-12-31",
        "edition": "2019-10-31",
        "reason": "",
    }


def test_figure_without_a_value_is_null_with_its_reason(scope):
    body = figures.ratio("beds_per_1000", 40, None, scope).as_dict()
    assert (body["value"], body["denominator"], body["reason"]) == (None, None, "60岁及以上常住人口未知")


def test_beds_are_published_per_thousand(scope):
    figure = figures.ratio("beds_per_1000", 30, 1200, scope)
    assert (figure.value, figure.unit) == (Decimal("25.0"), "张")


def test_undefined_figure_cannot_be_published(scope):
    with pytest.raises(KeyError):
        figures.ratio("made.up", 1, 2, scope)


def test_one_id_cannot_mean_two_things():
    known = figures.definition("coverage.village")
    figures.define(known)
    with pytest.raises(ValueError, match="defined twice"):
        figures.define(Definition("coverage.village", "别的", "甲", "乙", "丙"))
    assert figures.definition("coverage.village") == known


def test_every_definition_explains_its_parts_and_source():
    for definition in figures.catalogue():
        assert definition.label, definition.id
        assert definition.numerator, definition.id
        assert definition.denominator, definition.id
        assert definition.source, definition.id


def test_catalogue_holds_the_contract_s_ids():
    ids = {definition.id for definition in figures.catalogue()}
    assert {
        "coverage.street", "coverage.township", "coverage.community", "coverage.village", "coverage_with_exempt.village",
        "social_operation.urban", "social_operation.rural", "nursing_bed_share", "beds_per_1000",
        "plan_ratio.village_point", "completion.village_point", "plan_ratio.medical_elderly_institution",
        "subsidy_paid_share", "training_completion.caregiver", "training_completion.home_director",
        "training_completion.care_supervisor",
    } <= ids  # fmt: skip


def test_body_names_district_day_edition_and_every_township(wulong):
    body = figures.compute(wulong, DAY).as_dict()
    assert list(body) == ["district", "as_of", "edition", "figures", "townships"]
    assert body["district"] == {"code": "500156", "name": "武隆区"}
    assert (body["as_of"], body["edition"]) == ("2020-12-31", "2020-06-30")
    assert len(body["townships"]) == 26
    assert all(unit["figures"] for unit in body["townships"])


def test_day_before_the_first_edition_uses_the_first_edition(wulong):
    assert figures.compute(wulong, date(2015, 1, 1)).scope.edition == date(2019, 10, 31)
