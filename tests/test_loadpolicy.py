"""A policy is a folder: loaded as printed, loaded again without a change, refused whole with every mistake named."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Sum
from factories import region

from eldercare import review
from eldercare.audit import AuditRecord
from eldercare.folders import FolderErrors
from eldercare.management import policyload
from eldercare.names import RegionAlias
from eldercare.policies import Policy
from facilities.models import Requirement, StandardEdition
from plans.models import Duty, PlanTable, PlanTarget, PrintedTotal, Target
from subsidies.models import SubsidyScheme
from training.models import QuotaTotal, TrainingQuota

WULONG = Path(__file__).resolve().parent.parent / "fixtures/wulong-2020"


@pytest.fixture
def folder(tmp_path):
    """A copy of the policy folder that a test may spoil."""
    return Path(shutil.copytree(WULONG, tmp_path / "wulong-2020"))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first `old` in a file; it must be there."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def stored() -> dict:
    """Every row of the project's tables, except the audit trail."""
    kept = [m for m in apps.get_models() if not m.__module__.startswith("django.") and m is not AuditRecord]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in kept}


def printed_sums(model, field: str, **filters) -> list[int]:
    rows = model.objects.filter(**filters).values("year").order_by("year")
    return [row["sum"] for row in rows.annotate(sum=Sum(field))]


def plan(annex: str, type_: str) -> list[int]:
    return printed_sums(PlanTarget, "planned", table__annex=annex, type=type_)


def test_annex_1_adds_up_to_its_printed_totals(wulong):
    assert plan("1", "STREET_CENTRE") == [1, 1]
    assert plan("1", "COMMUNITY_STATION") == [4, 6]


def test_annex_2_adds_up_row_by_row(wulong):
    assert plan("2", "TOWNSHIP_CENTRE") == [4, 7, 7, 7]
    assert plan("2", "VILLAGE_POINT") == [21, 24, 22, 23]


def test_wrong_printed_total_is_kept_and_not_repaired(wulong):
    totals = PrintedTotal.objects.filter(table__annex="2", type="VILLAGE_POINT").order_by("year")
    assert list(totals.values_list("printed", flat=True)) == [21, 24, 23, 23]
    assert "印发合计23，各行相加22" in Policy.objects.get().conflicts.get(key="annex-2-points-2021").label


def test_annex_4_adds_up_to_its_printed_totals(wulong):
    assert plan("4", "MEDICAL_ELDERLY_INSTITUTION") == [2, 2, 1]


def test_annex_5_adds_up_to_its_printed_totals(wulong):
    roles = ("care_supervisor", "home_director", "caregiver")
    by_role = [printed_sums(TrainingQuota, "quota", role=role) for role in roles]
    assert by_role == [[11, 11, 11], [11, 10, 10], [30, 35, 36]]
    printed = QuotaTotal.objects.order_by("pk").values_list("printed", flat=True)
    assert list(printed) == [11, 11, 11, 11, 10, 10, 30, 35, 36]


def test_blank_cells_of_annex_2_are_null_and_printed_zeros_are_zero(wulong):
    assert PlanTarget.objects.filter(table__annex="2", planned__isnull=True).count() == 118
    assert not PlanTarget.objects.filter(table__annex="2", planned=0).exists()
    assert PlanTarget.objects.filter(table__annex="1", planned=0).count() == 18
    assert not PlanTarget.objects.filter(table__annex="1", planned__isnull=True).exists()


def test_every_row_of_annex_2_is_linked_to_its_unit(wulong):
    rows = PlanTarget.objects.filter(table__annex="2")
    assert not rows.filter(region__isnull=True).exists()
    assert rows.values("region").distinct().count() == 27
    assert rows.filter(unit="石桥乡", region__name="石桥苗族土家族乡").exists()


def test_cell_s_address_leads_back_to_the_printed_table(wulong):
    cell = PlanTarget.objects.get(table__annex="2", unit="白马镇", type="VILLAGE_POINT", year=2021)
    lines = (WULONG / "annex-2.csv").read_text(encoding="utf-8").splitlines()
    column, row = cell.cell[0], int(cell.cell[1:])
    assert lines[row - 1].split(",")[ord(column) - ord("A")] == str(cell.planned) == "2"


def test_policy_s_own_facts_are_kept(wulong):
    policy = Policy.objects.get()
    assert policy.document_number == "武隆府办发〔2020〕36号"
    assert (policy.issued_on.isoformat(), policy.effective_on.isoformat()) == ("2020-05-09", "2020-06-10")
    named = set(policy.conflicts.values_list("key", flat=True))
    assert {"annex-2-points-2021", "annex-5-row-16", "training-body-annex", "role-order"} <= named


def test_standards_duties_and_schemes_come_with_the_policy(wulong):
    assert StandardEdition.objects.get().valid_from.isoformat() == "2020-06-10"
    types = {type_ for row in Requirement.objects.all() for type_ in row.applies_to}
    assert types == {"STREET_CENTRE", "COMMUNITY_STATION", "TOWNSHIP_CENTRE", "VILLAGE_POINT"}
    assert Duty.objects.get(key="monthly").due_day == 5
    assert Target.objects.get(key="urban-social-operation").value == 90
    assert SubsidyScheme.objects.filter(form="one_off").exists()
    assert all(row.clause for model in (Requirement, Duty, Target, SubsidyScheme) for row in model.objects.all())


def test_second_load_changes_nothing(wulong):
    before, records = stored(), AuditRecord.objects.count()
    _, changes = policyload.load(WULONG)
    assert not any(change.any for change in changes)
    assert stored() == before
    assert AuditRecord.objects.count() == records


def test_changed_cell_is_changed_and_reported_alone(wulong, folder):
    spoil(folder, "annex-2.csv", "3,白马镇,,1,,,1,1,2,1", "3,白马镇,,1,,,1,1,3,1")
    _, changes = policyload.load(folder)
    assert [(c.label, c.added, c.changed, c.removed) for c in changes if c.any] == [("附件2 计划数", 0, 1, 0)]
    assert PlanTarget.objects.get(unit="白马镇", type="VILLAGE_POINT", year=2021).planned == 3


def test_dropped_annex_is_removed(wulong, folder):
    text = (folder / "policy.toml").read_text(encoding="utf-8")
    start = text.index('[[annex]]\nnumber = "4"')
    (folder / "policy.toml").write_text(text[:start] + text[text.index("[[annex]]", start + 5) :], encoding="utf-8")
    spoil(folder, "duties.toml", 'annex = "4"\n', "")
    lines = (folder / "figures.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "figures.csv").write_text("".join(line for line in lines if "annex:4" not in line), encoding="utf-8")
    policyload.load(folder)
    assert set(PlanTable.objects.values_list("annex", flat=True)) == {"1", "2"}


def test_similar_name_waits_for_a_clerk(wulong):
    alias = RegionAlias.objects.get()
    assert (alias.name, alias.region, alias.status) == ("庙坪乡", region("庙垭乡"), "proposed")
    rows = TrainingQuota.objects.filter(unit="庙坪乡")
    assert rows.count() == 9
    assert not rows.filter(region__isnull=False).exists()


def test_confirmed_name_links_its_rows_and_a_rejected_one_unlinks_them(wulong, clerk):
    alias = RegionAlias.objects.get()
    review.perform(alias, "confirm", by=clerk, comment="附件2同一行印作庙垭乡")
    assert set(TrainingQuota.objects.filter(unit="庙坪乡").values_list("region", flat=True)) == {alias.region_id}
    before = stored()
    policyload.load(WULONG)
    assert stored() == before
    review.perform(alias, "reject", by=clerk)
    assert set(TrainingQuota.objects.filter(unit="庙坪乡").values_list("region", flat=True)) == {None}


def test_name_once_rejected_is_not_proposed_again(wulong, clerk):
    review.perform(RegionAlias.objects.get(), "reject", by=clerk)
    policyload.load(WULONG)
    assert RegionAlias.objects.get().status == "rejected"


# file, what stands there, what somebody wrote instead, and how the refusal names it: (file, row, key)
MISTAKES = {
    "broken toml": ("schemes.toml", "schema = 1", "schema = = 1", ("schemes.toml", "", "")),
    "unknown district": ("policy.toml", '"500156"', '"999999"', ("policy.toml", "", "district")),
    "no title": ("policy.toml", 'title = "', 'titel = "', ("policy.toml", "1", "title")),
    "unknown annex kind": ("policy.toml", 'kind = "plan"', 'kind = "plans"', ("policy.toml", "annex 1", "kind")),
    "missing annex file": ("policy.toml", '"annex-4.csv"', '"annex-9.csv"', ("policy.toml", "annex 4", "file")),
    "same annex twice": ("policy.toml", 'number = "4"', 'number = "2"', ("policy.toml", "2", "number")),
    "unknown unit kind": ("policy.toml", "village = [", "hamlet = [", ("policy.toml", "coverage", "hamlet")),
    "unknown conflict": ("policy.toml", 'kind = "total"', 'kind = "sum"', ("policy.toml", "annex-2-points-2021", "kind")),
    "what quotas count": ("policy.toml", 'counted = "people"', 'counted = "heads"', ("policy.toml", "annex 5", "counted")),
    "number that is none": ("annex-1.csv", "1,凤山街道,0,1,0,2", "1,凤山街道,0,约1,0,2", ("annex-1.csv", "D5", "")),
    "year missing": ("annex-4.csv", "2021 年", "次 年", ("annex-4.csv", None, None)),
    "same unit twice": ("annex-1.csv", "2,芙蓉街道", "2,凤山街道", ("annex-1.csv", None, None)),
    "heading of no type": ("annex-1.csv", "社区养老服务站（个）", "社区小食堂（个）", ("annex-1.csv", None, None)),
    "unknown cadence": ("duties.toml", 'cadence = "monthly"', 'cadence = "often"', ("duties.toml", "monthly", "cadence")),
    "unknown force": ("duties.toml", 'force = "plan"', 'force = "maybe"', ("duties.toml", "urban-social-operation", "force")),
    "duty without clause": ("duties.toml", 'clause = "三(一)"', "", ("duties.toml", "monthly", "clause")),
    "wording against modality": ("standards.toml", 'wording = "原则上不低于"\nmodality = "principle"',
                                 'wording = "原则上不低于"\nmodality = "must"', ("standards.toml", "street.area", None)),
    "unknown facility type": ("standards.toml", '"STREET_CENTRE"', '"STREET_CENTER"', ("standards.toml", "street.area", None)),
    "unknown rule kind": ("standards.toml", 'kind = "beds"', 'kind = "bed"', ("standards.toml", "street.beds", None)),
    "requirement twice": ("standards.toml", 'id = "street.beds"', 'id = "street.area"', ("standards.toml", "street.area", None)),
    "unknown form": ("schemes.toml", 'form = "', 'form = "x', ("schemes.toml", None, "form")),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_folder_with_a_mistake_is_refused_and_changes_nothing(mistake, folder, wulong):
    name, old, new, (file, row, key) = MISTAKES[mistake]
    spoil(folder, name, old, new)
    before = stored()
    with pytest.raises(FolderErrors) as refused:
        policyload.load(folder)
    places = [(problem.file, problem.row, problem.key) for problem in refused.value.problems]
    assert any(f == file and row in (None, r) and key in (None, k) for f, r, k in places), places
    assert all(problem.message for problem in refused.value.problems)
    assert stored() == before


def test_every_mistake_of_every_file_is_named_at_once(folder, wulong):
    spoil(folder, "annex-1.csv", "1,凤山街道,0,1,0,2", "1,凤山街道,0,约1,0,?")
    spoil(folder, "duties.toml", 'cadence = "monthly"', 'cadence = "often"')
    spoil(folder, "schemes.toml", 'form = "', 'form = "x')
    spoil(folder, "standards.toml", 'kind = "beds"', 'kind = "bed"')
    with pytest.raises(FolderErrors) as refused:
        policyload.load(folder)
    files = [problem.file for problem in refused.value.problems]
    assert {"annex-1.csv", "duties.toml", "schemes.toml", "standards.toml"} <= set(files)
    assert files.count("annex-1.csv") == 2


def test_folder_that_is_no_policy_is_explained(tmp_path, db):
    with pytest.raises(FolderErrors, match="不是政策文件夹"):
        policyload.load(tmp_path)


def test_command_prints_file_row_and_key_of_each_mistake(folder, wulong):
    spoil(folder, "duties.toml", 'cadence = "monthly"', 'cadence = "often"')
    with pytest.raises(CommandError, match=r"duties\.toml \[monthly\] cadence：只能是"):
        call_command("loadpolicy", str(folder))


def test_command_says_when_nothing_changed(wulong):
    out = StringIO()
    call_command("loadpolicy", str(WULONG), stdout=out)
    assert "没有变化" in out.getvalue()
    assert "附件2 计划数：216 行，新增 0，变更 0，删除 0" in out.getvalue()


def test_load_is_recorded(wulong, folder):
    spoil(
        folder,
        "policy.toml",
        'document_number = "武隆府办发〔2020〕36号"',
        'document_number = "武隆府办发〔2020〕37号"',
    )
    policyload.load(folder)
    assert AuditRecord.objects.filter(action="policy.loaded").latest("pk").object_name == "武隆全覆盖方案（2020）"
