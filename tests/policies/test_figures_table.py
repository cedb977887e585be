"""figures.csv of each folder lists every quantified figure of the text: each line has its row, each such row its line."""

import csv
from collections.abc import Iterator

import pytest
from policyfolders import FIXTURES, SLUGS

from eldercare.policies import Policy, unpack
from facilities.models import Requirement
from plans.models import Background, Duty, Indicator, PlanTable, Target, Task
from subsidies.models import SubsidyScheme
from training.models import QuotaTable

COUNTED = ("area", "beds", "nursing_beds", "quantity", "staff")
DATES = {"issued": "印发日期", "effective": "施行日期"}


def lines(slug: str) -> list[dict]:
    with (FIXTURES / slug / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stored(policy: Policy) -> Iterator[tuple[str, str, str, bool]]:
    """(file, row, clause, whether the row states a number) for every stored row of a policy."""
    for edition in policy.standard_editions.all():
        body = unpack(edition.body)
        for row in Requirement.objects.filter(edition=edition):
            yield "standards.toml", f"requirement:{row.key}", row.clause, is_counted(row)
        for row in body.get("condition", []):
            number = isinstance(row.get("value"), int) and not isinstance(row["value"], bool)
            yield "standards.toml", f"condition:{row['id']}", row["clause"], number
        for row in body.get("ladder", []):
            yield "standards.toml", f"ladder:{row['id']}", row["clause"], True
    for row in Target.objects.filter(policy=policy):
        yield "duties.toml", f"target:{row.key}", row.clause, row.value is not None
    for row in Duty.objects.filter(policy=policy):
        due = row.body.get("due")
        yield "duties.toml", f"duty:{row.key}", row.clause, bool(due) and due["printed"]
    for row in Background.objects.filter(policy=policy):
        yield "duties.toml", f"background:{row.key}", row.clause, True
    for row in Indicator.objects.filter(policy=policy):
        yield "indicators.toml", f"indicator:{row.key}", row.clause, True
    for row in SubsidyScheme.objects.filter(policy=policy):
        yield "schemes.toml", f"scheme:{row.key}", row.clause, row.amount is not None or "bands" in row.body
    for row in Task.objects.filter(policy=policy):
        yield "tasks.toml", f"task:{row.key}", row.clause, False
    yield from of_document(policy)


def of_document(policy: Policy) -> Iterator[tuple[str, str, str, bool]]:
    """The rows of the document itself: annexes, contradictions, definitions, phases, printed counts, dates."""
    for model in (PlanTable, QuotaTable):
        for table in model.objects.filter(policy=policy):
            yield f"annex-{table.annex}.csv", f"annex:{table.annex}", table.clause, True
    body = unpack(policy.body)
    for row in policy.conflicts.all():
        for file in ("policy.toml", "indicators.toml"):
            yield file, f"conflict:{row.key}", row.clause, False
    for row in body.get("definition", []):
        yield "policy.toml", f"definition:{row['id']}", row["clause"], "value" in row or "groups" in row
    for row in body.get("phase", []):
        yield "policy.toml", f"phase:{row['id']}", row["clause"], "from" in row or "to" in row
    printed = body.get("printed_units", {})
    for kind in ("street", "township", "community", "village"):
        if kind in printed:
            yield "policy.toml", f"printed_units:{kind}", printed["clause"], True
    for field, clause in DATES.items():
        if body.get(field):
            yield "policy.toml", f"policy:{field}", clause, True


def is_counted(row: Requirement) -> bool:
    return (row.kind in COUNTED and row.body.get("value_printed", True)) or "min" in row.body


def cites(line: str, row: str) -> bool:
    """Whether a line's clause is (within) one of the clauses that the row cites."""
    return any(line == clause or line.startswith((f"{clause} ", f"{clause}(")) for clause in row.split("; "))


@pytest.mark.parametrize("slug", SLUGS)
def test_every_line_has_its_row_in_the_database(five, slug):
    rows = {(file, row): clause for file, row, clause, _ in stored(five[slug])}
    lost = [line for line in lines(slug) if not cites(line["clause"], rows.get((line["file"], line["row"]), ""))]
    assert lost == []


@pytest.mark.parametrize("slug", SLUGS)
def test_every_row_that_states_a_number_has_its_line(five, slug):
    listed = {line["row"] for line in lines(slug)}
    unlisted = [row for _, row, _, is_number in stored(five[slug]) if is_number and row not in listed]
    assert unlisted == []


@pytest.mark.parametrize("slug", SLUGS)
def test_no_figure_is_without_a_row(slug):
    assert all(line["clause"] and line["printed"] and line["row"] for line in lines(slug))
    keys = [(line["clause"], line["printed"], line["row"]) for line in lines(slug)]
    assert len(set(keys)) == len(keys)


def test_gongqing_lists_each_of_its_69_rooms_with_the_stored_area(five):
    """附件2: 13 rooms; 附件3: 14 rooms in each of four classes, printed as class, room and usable ㎡."""
    rules = five["gongqing-2020"].standard_editions.get().rules()
    printed = {(line["row"], line["printed"]) for line in lines("gongqing-2020")}
    rural = next(row for row in rules.requirements if row.id == "rural.rooms")
    classes = next(slot for slot in rules.ladders[0].slots if slot[0].kind == "room")
    rooms = [("requirement:rural.rooms", f"{name} {area}") for name, area in rural.minima]
    rooms += [("ladder:daycare", f"{row.yardstick}{name} {area}") for row in classes for name, area in row.minima]
    assert len(rooms) == 69
    assert set(rooms) <= printed


def test_changshou_lists_the_stored_targets_of_all_indicators(five):
    printed = {(line["row"], line["printed"]) for line in lines("changshou-2023")}
    for row in Indicator.objects.filter(policy=five["changshou-2023"]):
        aims = {text for key, text in printed if key == f"indicator:{row.key}" and text.startswith("目标")}
        assert len(aims) == 1
        assert f"{row.target.normalize():f}" in aims.pop()
