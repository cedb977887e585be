"""checkfacilities for scripts: units, overall results, waivers and classes in its JSON, and its exit codes."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import factories
import pytest
from django.core.management import CommandError, call_command

from eldercare.regions import Region
from facilities.models import AcceptanceReview, Declaration, Waiver

DAY = "2020-12-31"
ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]


def run(*more) -> str:
    out = StringIO()
    call_command("checkfacilities", "--district", "500156", "--as-of", DAY, *more, stdout=out, stderr=StringIO())
    return out.getvalue()


def body() -> dict:
    return json.loads(run("--format", "json"))


@pytest.fixture
def centre(wulong):
    """A street centre that lacks 80 ㎡ and nothing else."""
    street = factories.region("凤山街道")
    row = factories.facility(street, "STREET_CENTRE", gross_area=Decimal(1420), beds=20, zones=ZONES)
    for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
        Declaration.objects.create(facility=row, fact=fact, value=True)
    return row


@pytest.fixture
def waiver(centre, clerk, reviewer, approver):
    review = AcceptanceReview.objects.create(facility=centre, created_by=clerk)
    told = {"requirement": "street.area", "edition": "wulong-2020", "label": "建筑面积", "clause": "二(二)"}
    persons = {"submitted_by": clerk, "proposed_by": reviewer, "decided_by": approver}
    since = date(2020, 6, 1)
    row = Waiver(
        review=review, facility=centre, measured="1420", justification="场地所限，周边另有活动场所", effective_on=since,
        decided_at="2020-06-01T08:00:00+08:00", **told, **persons,
    )  # fmt: skip
    Waiver.objects.bulk_create([_consented(row)])
    return Waiver.objects.get()


def _consented(row: Waiver) -> Waiver:
    """The state is written past the guard: only the command's reading is looked at here."""
    row.__dict__["status"] = "consented"
    return row


def test_json_counts_conclusions_of_facilities_and_units(centre):
    told = body()

    assert told["edition"] == "wulong-2020"
    assert told["summary"]["facilities"] == {"needs_reason": 1}
    assert told["summary"]["units"]["village"] == {"needs_reason": 185}
    assert told["facilities"][0]["overall_label"] == "待说明"


def test_units_name_subject_and_township(centre, baima):
    own = [unit for unit in body()["units"] if unit["township"] == baima.code]
    assert {unit["subject"] for unit in own} == {"village", "community", "township"}


def test_a_waiver_is_named_and_hides_no_failure(centre, waiver):
    (row,) = body()["facilities"]
    finding = next(found for found in row["findings"] if found["requirement"] == "street.area")

    assert row["overall"] == "acceptable"
    assert row["waivers"] == [{"requirement": "street.area", "clause": "二(二)", "waiver": str(waiver.pk)}]
    assert (finding["outcome"], finding["truth"], finding["gap"]) == ("waived", "false", "80.00")
    assert "达标（含偏差 1 项）" in run()


def test_exit_code_is_zero_unless_asked_for(centre):
    assert "待说明" in run()
    with pytest.raises(CommandError) as refused:
        run("--exit-code")
    assert refused.value.returncode == 3


def test_exit_code_is_zero_when_all_is_met_and_counts_units_on_request(centre, waiver):
    run("--exit-code")
    with pytest.raises(CommandError) as refused:
        run("--exit-code", "--units")
    assert refused.value.returncode == 3


def test_a_type_without_standard_is_no_failure(wulong, baima):
    factories.facility(baima, "ELDERLY_HOME")
    assert "无适用标准" in run("--exit-code")


def test_units_are_listed_with_their_gap(baima):
    line = next(line for line in run("--units").splitlines() if line.split()[:1] == [baima.code])
    assert "乡镇养老服务中心数（二(一)）还差 1 个" in line


def test_classes_of_a_day_care_centre_are_declared_by_size_and_achieved(db):
    call_command("loadpolicy", "fixtures/gongqing-2020", stdout=StringIO())
    town = Region.objects.filter(code__startswith="360482", kind__in=["town", "township"], valid_to=None).first()
    centre = factories.facility(town, "DAY_CARE_CENTRE", gross_area=Decimal(750), beds=10)
    Declaration.objects.create(facility=centre, fact="facility.declared_class", value="三类")
    out = StringIO()
    call_command("checkfacilities", "--district", "360482", "--as-of", DAY, "--format", "json", stdout=out)
    (row,) = json.loads(out.getvalue())["facilities"]

    assert row["classes"] == [
        {
            "ladder": "daycare",
            "declared": "三类",
            "size": "二类",
            "tie": "750 ㎡同时印在二类和三类，按较高的二类认定",
            "achieved": None,
            "certain": False,
            "missing": ["facility.rooms"],
        }
    ]
