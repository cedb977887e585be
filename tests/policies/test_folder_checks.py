"""What a folder may not say: each mistake is refused with file, row and key, and all of them at once."""

import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from policyfolders import FIXTURES

from eldercare.folders import FolderErrors
from eldercare.management import policyload
from eldercare.policies import Policy

XQU, GONGQING, CHANGSHOU, WULONG = "xqu-2020", "gongqing-2020", "changshou-2023", "wulong-2020"
LATER = "[[requirement]]\n"

# what is wrong: folder, file, what stands there, what somebody wrote instead, how the refusal names it: (row, key)
MISTAKES = {
    "key nobody reads, policy": (XQU, "policy.toml", "short_title =", "shorttitle =", ("", "shorttitle")),
    "key nobody reads, clause": (XQU, "policy.toml", '[[clause]]\nclause = "一"', '[[clause]]\nclauses = "一"',
                                 ("1", "clauses")),
    "key nobody reads, printed units": (XQU, "policy.toml", "street = 11", "streets = 11",
                                        ("printed_units", "streets")),
    "key nobody reads, requirement": (XQU, "standards.toml", 'basis = "gross"', 'base = "gross"', (None, "base")),
    "key nobody reads, scheme": (XQU, "schemes.toml", "amount = 2_000_000", "amounts = 2_000_000",
                                 ("street-centre", "amounts")),
    "key nobody reads, test of a scheme": (XQU, "schemes.toml", 'operator = "=", value = "social"',
                                           'op = "=", value = "social"', ("street-centre", "requires[1].op")),
    "key nobody reads, bundle": (XQU, "schemes.toml", 'pays = "when_complete"', 'pay = "when_complete"',
                                 ("township-bundle", "bundle.pay")),
    "key nobody reads, target": (XQU, "duties.toml", "due_printed =", "due_print =", (None, "due_print")),
    "key nobody reads, duty": (XQU, "duties.toml", "bearers =", "bearer =", (None, "bearer")),
    "key nobody reads, group": (XQU, "duties.toml", 'suffix = "办事处"', 'ending = "办事处"', ("@streets", "ending")),
    "key nobody reads, background": (GONGQING, "duties.toml", "[[background]]\nid", "[[background]]\nunits = 1\nid",
                                     (None, "units")),
    "key nobody reads, indicator": (CHANGSHOU, "indicators.toml", "baseline =", "base =", ("1", "base")),
    "key nobody reads, inside a target": (CHANGSHOU, "indicators.toml", "operator_printed = false",
                                          "operator_print = false", ("1", "target.operator_print")),
    "key nobody reads, task": (XQU, "tasks.toml", "cooperating =", "cooperate =", ("1", "cooperate")),
    "table nobody reads": (XQU, "duties.toml", "[[duty]]", "[[duties]]", ("", "duties")),
    "another version of the format": (XQU, "tasks.toml", "schema = 1", "schema = 2", ("", "schema")),
    "unknown kind of unit": (XQU, "policy.toml", "village = [", "hamlet = [", ("coverage", "hamlet")),
    "unknown type that covers": (XQU, "policy.toml", '"COMMUNITY_STATION"', '"CANTEEN"', ("coverage", "community")),
    "unknown kind in a group": (XQU, "duties.toml", 'kind = "街道"', 'kind = "社团"', ("@streets", "kind")),
    "unknown group of a duty": (XQU, "duties.toml", '["@townships", "@streets", "相关部门"]', '["@villages"]',
                                (None, "bearers")),
    "unknown group of a task": (XQU, "tasks.toml", '["@townships", "@streets"]', '["@villages"]', ("1", "cooperating")),
    "unknown district": (XQU, "policy.toml", '"XQU"', '"XYZ"', ("", "district")),
    "clause the text does not have": (XQU, "schemes.toml", 'clause = "13;', 'clause = "113;', (None, "clause")),
    "no clause": (XQU, "schemes.toml", 'clause = "13;', 'note = "13;', (None, "clause")),
    "one clause listed twice": (XQU, "policy.toml", '[[clause]]\nclause = "2"', '[[clause]]\nclause = "1"',
                                ("1", "clause")),
    "unknown way to hold a clause": (XQU, "policy.toml", 'encoding = "manual"', 'encoding = "maybe"',
                                     (None, "encoding")),
    "unknown modality": (XQU, "standards.toml", 'modality = "principle"', 'modality = "soft"', (None, "modality")),
    "unknown operator of a requirement": (XQU, "standards.toml", 'operator = ">="', 'operator = "=>"',
                                          (None, "operator")),
    "unknown operator of a target": (XQU, "duties.toml", 'operator = ">="', 'operator = "≥"',
                                     (None, "target.operator")),
    "unknown operator of a scheme": (XQU, "schemes.toml", 'operator = "="', 'operator = "is"',
                                     ("street-centre", "requires[1].operator")),
    "unknown unit of a target": (XQU, "duties.toml", 'unit = "户"', 'unit = "戸"', (None, "unit")),
    "unknown unit of a requirement": (XQU, "standards.toml", 'unit = "㎡/百户"', 'unit = "㎡/万户"', (None, "unit")),
    "unknown unit of an indicator": (CHANGSHOU, "indicators.toml", 'unit = "人次"', 'unit = "人头"', ("14", "unit")),
    "unknown type of a target": (XQU, "duties.toml", '"MEDICAL_ELDERLY_INSTITUTION"', '"HOSPITAL"', (None, "types[1]")),
    "unknown type of a scheme": (XQU, "schemes.toml", '"STREET_CENTRE"', '"STREET_CENTER"',
                                 ("street-centre", "applies_to[1]")),
    "unknown key of a claim": (XQU, "schemes.toml", 'key = ["facility"]', 'key = ["building"]',
                               ("street-centre", "key[1]")),
    "bundle without a sure member": (XQU, "schemes.toml", "at_least = 1", "at_least = 0",
                                     ("township-bundle", "bundle")),
    "unknown year": (GONGQING, "policy.toml", "year = 2020", "year = 20200", ("", "year")),
    "due that is no date": (CHANGSHOU, "duties.toml", "due = 2025-12-31", 'due = "2025"', (None, "due")),
    "due with a time": (CHANGSHOU, "duties.toml", "due = 2025-12-31", "due = 2025-12-31T08:00:00", (None, "due")),
    "day that some months lack": (WULONG, "duties.toml", "day = 5", "day = 31", ("monthly", "due.day")),
    "number written as text": (XQU, "schemes.toml", "amount = 2_000_000", 'amount = "200万"',
                               ("street-centre", "amount")),
    "number without end": (XQU, "schemes.toml", "amount = 2_000_000", "amount = inf", ("street-centre", "amount")),
    "amount of nothing": (XQU, "schemes.toml", "amount = 2_000_000", "amount = 0", ("street-centre", "amount")),
    "yes written as text": (CHANGSHOU, "indicators.toml", "operator_printed = false", 'operator_printed = "no"',
                            ("1", "target.operator_printed")),
    "fact nobody records, scheme": (XQU, "schemes.toml", "facility.investor", "facility.inventor",
                                    ("street-centre.requires[1]", "fact")),
    "fact nobody records, centre of a bundle": (XQU, "schemes.toml", "centre.gross_area", "centre.big_area",
                                                (None, "fact")),
    "value of another type than the fact": (XQU, "schemes.toml", "value = 1500", 'value = "大"', (None, "value")),
    "test of nothing": (XQU, "schemes.toml", 'fact = "facility.investor", ', "", ("street-centre.requires[1]", "fact")),
    "area that is no number": (GONGQING, "standards.toml", '"日间休息室" = 150', '"日间休息室" = nan', (None, "日间休息室")),
    "scheme to combine with": (XQU, "schemes.toml", '["bed-opening"]', '["beds"]',
                               ("street-centre", "may_combine_with")),
    "plan of a bundle": (WULONG, "schemes.toml", '"annex-2"', '"annex-3"', ("township-bundle", "bundle.plan")),
    "target of a task": (XQU, "tasks.toml", '["stations-per-hub"]', '["stations-per-hubs"]', ("7", "targets")),
    "figure of a target": (XQU, "duties.toml", 'definition = "nursing_bed_share"', 'definition = "nursing_beds_share"',
                           (None, "definition")),
    "figure of an indicator": (CHANGSHOU, "indicators.toml", '"coverage.street"', '"cover.street"', ("1", "related")),
    "requirement of a contradiction": (XQU, "standards.toml", '["centre.beds.body"', '["centre.bed.body"',
                                       (None, "ids")),
    "row of a contradiction": (XQU, "policy.toml", '["centres-first"', '["centres-one"', ("centres-51-52", "ids")),
    "role of a target": (XQU, "duties.toml", 'role = "caregiver"', 'role = "carer"', (None, "role")),
    "indicator without target": (CHANGSHOU, "indicators.toml", "target = {", "goal = {", ("1", "target")),
    "choice of one": (CHANGSHOU, "indicators.toml", 'alternatives = "any"', "", ("17", "alternative")),
    "row of figures.csv": (XQU, "figures.csv", "scheme:station", "scheme:stations", (None, "row")),
    "figure without its clause": (XQU, "figures.csv", "\n7,600户", "\n,600户", (None, "clause")),
    "file outside the folder": (WULONG, "policy.toml", '"annex-4.csv"', '"../wulong-2020/annex-4.csv"',
                                ("annex 4", "file")),
    "policy it ends": (XQU, "policy.toml", "schema = 1", 'schema = 1\nsupersedes = "xqu-1999"', ("", "supersedes")),
}  # fmt: skip


def copy(slug: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / slug, tmp_path / slug))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def places(folder: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(FolderErrors) as refused:
        policyload.load(folder)
    assert all(problem.message for problem in refused.value.problems)
    return [(problem.file, problem.row, problem.key) for problem in refused.value.problems]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_refused_with_file_row_and_key(mistake, tmp_path, db):
    slug, name, old, new, place = MISTAKES[mistake]
    folder = copy(slug, tmp_path)
    spoil(folder, name, old, new)
    stored = Policy.objects.count()
    row, key = place
    found = places(folder)
    assert any(f == name and row in (None, r) and key == k for f, r, k in found), found
    assert Policy.objects.count() == stored


def test_mistakes_of_all_files_are_named_at_once(tmp_path, db):
    folder = copy(CHANGSHOU, tmp_path)
    spoil(folder, "standards.toml", 'kind = "quantity"', 'kind = "number"')
    spoil(folder, "schemes.toml", 'form = "monthly"', 'form = "daily"')
    spoil(folder, "indicators.toml", 'force = "binding"', 'force = "hard"')
    spoil(folder, "duties.toml", "due = 2025-12-31", 'due = "年底"')
    spoil(folder, "duties.toml", 'unit = "张"', 'unit = "帐"')
    spoil(folder, "tasks.toml", 'responsible = ["', 'responsible = ["@nobody", "')
    found = places(folder)
    files = ("standards.toml", "schemes.toml", "indicators.toml", "duties.toml", "tasks.toml")
    assert {name for name, _, _ in found} >= set(files)
    assert {key for name, _, key in found if name == "duties.toml"} >= {"due", "unit"}


def test_rows_that_are_no_tables_are_explained(tmp_path, db):
    folder = copy(XQU, tmp_path)
    (folder / "tasks.toml").write_text('schema = 1\ntask = "22"\ngroups = 3\naliases = ["a"]\n', encoding="utf-8")
    (folder / "schemes.toml").write_text("schema = 1\nscheme = [1, []]\n", encoding="utf-8")
    (folder / "duties.toml").write_text(
        "schema = 1\n[target]\nid = 1\n[[duty]]\ndue = 3\nbearers = 4\n", encoding="utf-8"
    )
    found = places(folder)
    assert {("tasks.toml", "", "task"), ("tasks.toml", "", "groups"), ("duties.toml", "", "target")} <= set(found)
    assert {("schemes.toml", "1", ""), ("schemes.toml", "2", ""), ("duties.toml", "1", "bearers")} <= set(found)


def test_unit_of_its_own_is_declared_in_the_folder(tmp_path, db):
    folder = copy(GONGQING, tmp_path)
    spoil(folder, "duties.toml", 'unit = "个"', 'unit = "幢"')
    assert {key for _, _, key in places(folder)} == {"unit"}
    spoil(folder, "policy.toml", "schema = 1", 'schema = 1\nunits = ["幢"]')
    policyload.load(folder)


def test_edition_that_ends_another_names_it(tmp_path, db):
    folder = copy(WULONG, tmp_path)
    spoil(folder, "policy.toml", 'slug = "wulong-2020"', 'slug = "wulong-2023"\nsupersedes = "wulong-2020"')
    policy, _ = policyload.load(folder)
    assert policy.supersedes == Policy.objects.get(slug="wulong-2020")


def test_number_of_the_text_that_no_row_carries_is_a_remark(tmp_path, db):
    folder = copy(GONGQING, tmp_path)
    with (folder / "figures.csv").open("a", encoding="utf-8") as file:
        file.write("二(三),每月8次,duties.toml,\n")
    out = StringIO()
    call_command("loadpolicy", str(folder), stdout=out)
    assert "二(三) 的“每月8次”没有条目承载" in out.getvalue()
    assert Policy.objects.filter(slug=GONGQING).exists()


def test_fact_that_nothing_asks_for_is_a_remark(tmp_path, db):
    folder = copy(GONGQING, tmp_path)
    fact = '[[fact]]\nid = "facility.garden"\nsubject = "facility"\ntype = "boolean"\nlabel = "菜园"\n\n'
    spoil(folder, "standards.toml", LATER, fact + LATER)
    assert [(remark.row, remark.key) for remark in policyload.remarks(folder)] == [("facility.garden", "id")]


def test_contradiction_may_cite_its_own_clause(tmp_path, db):
    folder = copy(XQU, tmp_path)
    spoil(folder, "standards.toml", "[[conflict]]", '[[conflict]]\nid = "own"\nclause = "附件2"')
    policy, _ = policyload.load(folder)
    assert policy.conflicts.get(key="own").clause == "附件2"


def test_difference_is_told_down_to_the_key(tmp_path, db):
    folder = copy(WULONG, tmp_path)
    spoil(folder, "standards.toml", "value = 1500", "value = 1600")
    spoil(folder, "duties.toml", "due = 2022-12-31", "due = 2023-12-31")
    spoil(folder, "policy.toml", "issued = 2020-05-09", "issued = 2020-05-10")
    policy, changes = policyload.load(folder)
    lines = [line for change in changes for line in change.lines]
    assert "建筑面积：条款内容 value 1500 → 1600" in lines
    assert any(line.endswith("期限 2022-12-31 → 2023-12-31") for line in lines)
    assert any("印发日期" in line and line.endswith("2020-05-09 → 2020-05-10") for line in lines)
    assert policy.loads.latest("pk").summary == "新增 0 行，变更 3 行，删除 0 行"
    assert policy.targets.filter(due=date(2023, 12, 31)).exists()


def test_added_and_dropped_rows_are_named(tmp_path, db):
    folder = copy(WULONG, tmp_path)
    text = (folder / "schemes.toml").read_text(encoding="utf-8")
    start = text.index('[[scheme]]\nid = "community-costs"')
    (folder / "schemes.toml").write_text(text[:start].replace('id = "operating"', 'id = "running"'), encoding="utf-8")
    figures = (folder / "figures.csv").read_text(encoding="utf-8").replace("scheme:operating", "scheme:running")
    (folder / "figures.csv").write_text(figures, encoding="utf-8")
    _, changes = policyload.load(folder)
    (schemes,) = [change for change in changes if change.label == "补助政策"]
    assert (schemes.added, schemes.removed) == (1, 2)
    assert sum(line.startswith("新增") for line in schemes.lines) == 1
    assert sum(line.startswith("删除") for line in schemes.lines) == 2
