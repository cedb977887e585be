"""Every row of the five policies is there: counted by kind against what a reader of the text counts."""

import tomllib
from collections import Counter
from decimal import Decimal

import pytest
from policyfolders import FIXTURES, SLUGS

from eldercare.audit import AuditRecord
from eldercare.management import policyload
from eldercare.policies import PolicyClause, PolicyConflict, PolicyLoad, unpack
from facilities.models import Requirement
from plans.models import Background, Duty, Indicator, PlanTarget, Target, Task, TaskUnit
from subsidies.models import SubsidyScheme
from training.models import TrainingQuota

ROWS = {
    "requirements": (Requirement, "edition__policy"),
    "targets": (Target, "policy"),
    "duties": (Duty, "policy"),
    "schemes": (SubsidyScheme, "policy"),
    "indicators": (Indicator, "policy"),
    "background": (Background, "policy"),
    "tasks": (Task, "policy"),
    "task units": (TaskUnit, "task__policy"),
    "plan cells": (PlanTarget, "table__policy"),
    "quotas": (TrainingQuota, "table__policy"),
    "conflicts": (PolicyConflict, "policy"),
}
COUNTS = {
    # 附件1: 7 units × 2 types × 2 years = 28; 附件2: 27 × 2 × 4 = 216; 附件4: 5 × 3 = 15. 附件5: 28 units × 3 roles × 3 years.
    # 二(一): 4 layout duties; 二(二): 4 types. 三(二): 5 grants, three with an amount. No indicator table, no lead units.
    "wulong-2020": {
        "requirements": 18, "targets": 16, "duties": 5, "schemes": 5, "tasks": 6, "task units": 183, "plan cells": 259,
        "quotas": 252, "conflicts": 7,
    },
    # 附件1: 22 printed rows; 附件2: centre and point; 三: 10 items, each with a lead; no amount is printed (四(二)).
    "wuxi-2021": {
        "requirements": 59, "targets": 20, "duties": 6, "schemes": 5, "tasks": 10, "task units": 288, "conflicts": 18,
    },
    # 附件1: 22 tasks, responsible and cooperating units; 附件2: four types; 附件3 prints a heading and no row.
    "xqu-2020": {
        "requirements": 35, "targets": 37, "duties": 7, "schemes": 11, "background": 1, "tasks": 22, "task units": 99,
        "conflicts": 25,
    },
    # 二(一)—二(十): 10 tasks; 附件2: 13 rooms; 附件3: 14 rooms in four classes, their four headings and 16个部门 as background.
    "gongqing-2020": {
        "requirements": 14, "targets": 4, "duties": 8, "schemes": 3, "background": 5, "tasks": 10, "task units": 80,
        "conflicts": 12,
    },
    # 第三章: 18 indicators; (一)—(三十六) with 责任单位: 37 tasks; 名词解释2, 3 and (九): layout and points.
    "changshou-2023": {
        "requirements": 6, "targets": 47, "duties": 6, "schemes": 8, "indicators": 18, "background": 39, "tasks": 37,
        "task units": 736, "conflicts": 19,
    },
}  # fmt: skip
CLAUSES = {
    "wulong-2020": {"encoded": 15, "text": 2},
    "wuxi-2021": {"encoded": 34, "manual": 3, "reference": 1, "text": 4},
    "xqu-2020": {"encoded": 49, "manual": 1, "text": 25},
    "gongqing-2020": {"encoded": 15, "text": 7},
    "changshou-2023": {"encoded": 50, "text": 30},
}
# Named conditions and class tables of standards.toml.
CONDITIONS = {"wulong-2020": 4, "wuxi-2021": 9, "xqu-2020": 4, "gongqing-2020": 6, "changshou-2023": 0}


def test_all_five_load_in_one_clean_run(all_five, five):
    assert set(five) == set(SLUGS)
    for changes in all_five.values():
        assert not any(change.changed or change.removed for change in changes)
    assert all(policy.loaded_at for policy in five.values())
    assert PolicyLoad.objects.filter(policy__in=five.values()).count() == 5


@pytest.mark.parametrize("slug", SLUGS)
def test_rows_of_each_kind_are_as_many_as_the_text_has(five, slug):
    found = {kind: model.objects.filter(**{owner: five[slug]}).count() for kind, (model, owner) in ROWS.items()}
    assert {kind: count for kind, count in found.items() if count} == COUNTS[slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_clauses_are_counted_by_the_way_they_are_held(five, slug):
    held = PolicyClause.objects.filter(policy=five[slug]).values_list("encoding", flat=True)
    assert dict(Counter(held)) == CLAUSES[slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_conditions_come_with_the_edition(five, slug):
    edition = five[slug].standard_editions.get()
    assert len(edition.rules().conditions) == CONDITIONS[slug]
    assert len(edition.rules().ladders) == (1 if slug == "gongqing-2020" else 0)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_row_cites_its_clause(five, slug):
    cited = [ROWS[kind] for kind in ROWS if kind not in ("task units", "plan cells", "quotas")]
    for model, owner in cited:
        assert not model.objects.filter(**{owner: five[slug], "clause": ""}).exists()


@pytest.mark.parametrize("slug", SLUGS)
def test_second_load_changes_nothing(five, slug):
    records = AuditRecord.objects.count()
    _, changes = policyload.load(FIXTURES / slug)
    assert not any(change.any for change in changes)
    assert AuditRecord.objects.count() == records


@pytest.mark.parametrize("slug", SLUGS)
def test_stored_standards_say_exactly_what_the_file_says(five, slug):
    edition = five[slug].standard_editions.get()
    again = {**unpack(edition.body), "requirement": [unpack(row.body) for row in edition.requirements.all()]}
    with (FIXTURES / slug / "standards.toml").open("rb") as file:
        assert again == tomllib.load(file, parse_float=Decimal)


@pytest.mark.parametrize("slug", SLUGS)
def test_folders_need_no_second_look(five, slug):
    assert policyload.remarks(FIXTURES / slug) == []


def test_wuxi_homes_have_22_retrofit_items(five):
    """附件1: 22 printed rows; four of them hold several requirements, lettered a to c."""
    rows = Requirement.objects.filter(edition__policy=five["wuxi-2021"], key__startswith="retrofit.")
    bodies = [row.body for row in rows]
    assert {body["item"] for body in bodies} == set(range(1, 23))
    assert {body["item"] for body in bodies if body.get("part")} == {6, 8, 19, 20}
    assert {body["item"] for body in bodies if body.get("item_printed") is False} == {19, 20, 21, 22}
    assert {code for row in rows for code in row.applies_to} == {"ELDERLY_HOME"}


def test_gongqing_has_13_rural_rooms_and_14_for_each_of_four_classes(five):
    """附件2, 附件3: 69 printed usable areas and their sums."""
    rules = five["gongqing-2020"].standard_editions.get().rules()
    rural = next(row for row in rules.requirements if row.id == "rural.rooms")
    assert (len(rural.minima), sum(area for _, area in rural.minima)) == (13, 525)
    (ladder,) = rules.ladders
    rooms = next(slot for slot in ladder.slots if slot[0].kind == "room")
    assert [len(row.minima) for row in rooms] == [14, 14, 14, 14]
    assert [sum(area for _, area in row.minima) for row in rooms] == [1070, 705, 488, 315]
    assert [step.minimum for step in ladder.steps] == [1085, 750, 450, 0]


def test_changshou_has_18_indicators_of_which_5_bind(five):
    """第三章: 约束性 are 1, 3, 4, 6 and 7."""
    rows = Indicator.objects.filter(policy=five["changshou-2023"])
    assert list(rows.values_list("number", flat=True)) == list(range(1, 19))
    assert set(rows.filter(force="binding").values_list("number", flat=True)) == {1, 3, 4, 6, 7}


def test_what_the_indicator_table_does_not_print_stays_empty(five):
    """指标表1-5, 7, 8 print no operator; 16 no unit of its target; 2, 16, 17 a dash as baseline, which is not 0."""
    rows = Indicator.objects.filter(policy=five["changshou-2023"])
    assert set(rows.filter(operator="").values_list("number", flat=True)) == {1, 2, 3, 4, 5, 7, 8}
    assert set(rows.exclude(operator="").values_list("operator", flat=True)) == {">="}
    assert set(rows.filter(baseline__isnull=True).values_list("number", flat=True)) == {2, 16, 17}
    assert set(rows.filter(baseline__isnull=True).values_list("baseline_printed", flat=True)) == {"-"}
    assert rows.get(number=16).target == 5
    assert set(rows.filter(unit_printed=False).values_list("number", flat=True)) == {16}
    assert rows.get(number=18).body["baseline"]["unit_printed"] is False


def test_indicator_17_may_be_counted_two_ways(five):
    """指标表17: 每千名老年人, or 每百张床位."""
    row = Indicator.objects.get(policy=five["changshou-2023"], number=17)
    assert row.body["alternatives"] == "any"
    assert [(one["denominator"], one["per"]) for one in row.body["alternative"]] == [("elders", 1000), ("beds", 100)]


def test_xqu_s_22_tasks_have_their_responsible_and_cooperating_units(five):
    """附件1: led by 各镇乡 and 街道 together 3, 4, 5, 6, 11, 15; by 街道 alone 7; by 镇乡 alone 8. Nobody is named as lead."""
    units = TaskUnit.objects.filter(task__policy=five["xqu-2020"])
    assert set(Task.objects.filter(policy=five["xqu-2020"]).values_list("number", flat=True)) == set(range(1, 23))
    assert not units.filter(part="lead").exists()

    def tasks_of(name: str) -> set[int]:
        return set(units.filter(part="responsible", unit=name).values_list("task__number", flat=True))

    streets, townships = tasks_of("各街道办事处"), tasks_of("各镇、乡人民政府")
    assert streets & townships == {3, 4, 5, 6, 11, 15}
    assert (streets - townships, townships - streets) == ({7}, {8})
    assert tasks_of("区民政局") == {1, 9, 10, 12, 13, 14, 16, 17, 18, 20, 21, 22}


def test_group_of_units_expands_to_the_units_of_the_policy_s_edition(five):
    """武隆 2019: 2 streets, 25 townships, each answering by its own office."""
    units = TaskUnit.objects.filter(task__policy=five["wulong-2020"], region__isnull=False)
    names = set(units.values_list("unit", flat=True))
    assert len(names) == 27
    assert {"芙蓉街道办事处", "凤山街道办事处", "羊角镇人民政府", "凤来乡人民政府"} <= names
    assert not {"羊角街道办事处", "凤来镇人民政府"} & names


def test_xqu_keeps_its_printed_counts_of_units(five):
    """12, 17: 11 街道, 41 镇乡, 197 社区, 437 村; the district has no unit rows."""
    printed = unpack(five["xqu-2020"].body)["printed_units"]
    assert [printed[kind] for kind in ("street", "township", "community", "village")] == [11, 41, 197, 437]


def test_contradictions_are_kept_with_their_clause(five):
    rows = PolicyConflict.objects.filter(policy__in=five.values())
    assert not rows.filter(clause="").exists()
    beds = [row for row in rows if set(row.ids) == {"centre.beds.body", "street.beds.annex"}]
    assert [(row.kind, row.clause) for row in beds] == [("modality", "13; 附件2")]
