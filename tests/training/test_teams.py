"""Rosters of village teams: sent per township, matched with villages and people, counted for the village's findings."""

import json
import logging
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from factories import user
from teamrosters import PHONE, codes, counted, line

from eldercare import facts, figures, uploads
from eldercare.audit import AuditRecord
from eldercare.personal import digest
from eldercare.policies import Policy
from eldercare.regions import Region
from eldercare.review import Denied
from eldercare.uploads import Context, StagedRows
from facilities import unitchecks
from facilities.models import Declaration
from training import personal, teamfacts
from training.models import Person, TeamMember


def test_roster_counts_once_confirmed_and_no_more_once_undone(send, village, clerk):
    upload = send(
        line(village, "演示甲"), *(line(village, f"演示队员{n}", "志愿服务队", "一队") for n in range(9)),
        line(village, "演示队员8", "志愿服务队", "二队"), line(village, "演示会员", "老年协会", "协会"),
    )  # fmt: skip
    assert upload.status == "staged", upload.problems
    assert counted(village) == {}, "nothing is written before the confirmation"
    uploads.confirm(upload, by=clerk)
    assert counted(village) == {
        "village.assistants": 1,
        "village.volunteer_teams": 2,
        "village.volunteer_members": 9,
        "village.associations": 1,
        "village.association_members": 1,
    }
    uploads.undo(upload, by=clerk)
    assert counted(village) == {}


def test_kind_that_was_never_reported_is_unknown_and_one_that_all_have_left_is_zero(send, village, clerk):
    uploads.confirm(send(line(village, "演示甲", starts=date(2020, 1, 5))), by=clerk)
    assert counted(village) == {"village.assistants": 1}
    assert counted(village, date(2020, 1, 4)) == {"village.assistants": 0}
    left = send(line(village, "演示甲", starts=date(2020, 1, 5), ends=date(2020, 6, 30)))
    assert left.counts["changed"] == 1
    uploads.confirm(left, by=clerk)
    assert counted(village, date(2020, 6, 30)) == {"village.assistants": 1}
    assert counted(village, date(2020, 7, 1)) == {"village.assistants": 0}
    uploads.undo(left, by=clerk)
    assert counted(village, date(2020, 7, 1)) == {"village.assistants": 1}
    assert Person.objects.filter(name="演示甲").count() == 1


def test_same_roster_again_changes_nothing(send, village, clerk):
    rows = [line(village, "演示甲", phone=PHONE), line(village, "演示乙")]
    uploads.confirm(send(*rows), by=clerk)
    again = send(*rows)
    assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"]) == (2, 0, 0)


def test_person_with_the_same_phone_is_the_same_person(send, village, clerk):
    uploads.confirm(send(line(village, "演示甲", phone=PHONE)), by=clerk)
    uploads.confirm(send(line(village, "演示甲", "志愿服务队", "一队", phone="139-8765-0001")), by=clerk)
    assert Person.objects.filter(name="演示甲").count() == 1


def test_days_that_have_not_come_are_refused_with_their_cells(send, village):
    upload = send(line(village, "演示甲", starts=date(2099, 1, 1)), line(village, "演示乙", ends=date(2099, 1, 1)))
    assert {(problem["code"], problem["cell"]) for problem in upload.problems} >= {("not_yet", "G2"), ("not_yet", "H3")}


def test_all_errors_are_told_at_once_with_their_cells(send, village):
    upload = send(
        ("没有的村", "养老助理", "", "演示甲", "", "", None, None),
        line(village, "演示乙", phone="139876500"),
        line(village, "演示丙", starts=date(2020, 5, 2), ends=date(2020, 5, 1)),
        line(village, "演示丁"), line(village, "演示丁"),
        (village.short_name, "别的队", "", "演示戊", "", "", None, None),
    )  # fmt: skip
    assert upload.status == "refused"
    found = {(problem["code"], problem["cell"]) for problem in upload.problems}
    assert {("unknown_village", "A2"), ("not_phone", "F3"), ("ends_before", "H4"), ("duplicate", "A6")} <= found
    assert any(cell == "B7" for _, cell in found)
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize(
    ("phones", "teams", "found"),
    [
        ((PHONE, "139-8765-0001"), ("一队", "一队"), ["repeated"]),
        ((PHONE, "13987650002"), ("一队", "一队"), []),
        ((PHONE, ""), ("一队", "二队"), ["which_person"]),
        (("", ""), ("一队", "二队"), []),
        ((PHONE, PHONE), ("一队", "二队"), []),
    ],
)
def test_namesakes_of_one_sheet_are_told_apart_by_phone(send, village, phones, teams, found):
    rows = [line(village, "演示甲", "志愿服务队", team, phone) for phone, team in zip(phones, teams, strict=True)]
    assert codes(send(*rows)) == found


def test_member_that_the_sheet_leaves_out_stays(send, village, clerk):
    uploads.confirm(send(line(village, "演示甲"), line(village, "演示乙")), by=clerk)
    upload = send(line(village, "演示甲"))
    assert upload.counts["missing"] == 1
    uploads.confirm(upload, by=clerk)
    assert counted(village) == {"village.assistants": 2}


@pytest.mark.parametrize("role", ["reviewer", "approver", "leader", "township", "admin"])
def test_only_the_clerk_sends_rosters(role, send, village, wulong, baima):
    with pytest.raises(Denied):
        send(line(village, "演示甲"), by=user(role, baima if role == "township" else wulong))


def test_other_districts_clerk_cannot_send(send, village):
    with pytest.raises(Denied):
        send(line(village, "演示甲"), by=user("clerk", Region.objects.get(code="500238")))


def test_numbers_are_sealed_in_the_preview_and_absent_from_problems_and_logs(send, village, clerk, client_for, caplog):
    with caplog.at_level(logging.DEBUG):
        good = send(line(village, "演示甲", phone=PHONE))
        bad = send(line(village, "演示乙", phone=PHONE + "99"), line(village, PHONE))
        pages = [client_for(clerk).get(f"/uploads/{upload.pk}/") for upload in (good, bad)]
    assert [page.status_code for page in pages] == [200, 200]
    staged = "".join(StagedRows.objects.values_list("rows", flat=True))
    kept = json.dumps([good.problems, bad.problems], ensure_ascii=False)
    assert PHONE not in staged.replace(f'"name": "{PHONE}"', "").replace(f'"read": "{PHONE}"', "")
    assert PHONE not in kept
    assert PHONE not in caplog.text
    assert PHONE not in pages[0].content.decode()
    uploads.confirm(good, by=clerk)
    assert Person.objects.get(name="演示甲").phone_digest == digest(PHONE)


def test_file_is_fetched_by_permission_and_on_the_record(send, village, clerk, reviewer, client_for):
    upload = send(line(village, "演示甲", phone=PHONE))
    for copy in ("original", "annotated"):
        assert client_for(reviewer).get(f"/uploads/{upload.pk}/{copy}/").status_code == 403
        assert not AuditRecord.objects.filter(action="personal.viewed", by_id=reviewer.pk).exists()
        answer = client_for(clerk).get(f"/uploads/{upload.pk}/{copy}/")
        assert answer.status_code == 200
        assert b"".join(answer) if answer.streaming else answer.content
    assert AuditRecord.objects.filter(action="personal.viewed", by_id=clerk.pk).count() == 2
    assert "原始文件" not in client_for(reviewer).get(f"/uploads/{upload.pk}/").content.decode()


def test_clearing_a_member_removes_file_and_preview(
    send, village, clerk, approver, settings, django_capture_on_commit_callbacks
):
    upload = send(line(village, "演示甲", phone=PHONE, ends=date(2012, 1, 1)), line(village, "演示乙"))
    uploads.confirm(upload, by=clerk)
    person = Person.objects.get(name="演示甲")
    with django_capture_on_commit_callbacks(execute=True):
        personal.erase(person, by=approver)
    assert not upload.file.storage.exists(upload.file.name)
    assert StagedRows.objects.get(upload=upload).read() == []
    assert TeamMember.objects.filter(upload=upload, retracted_at=None).count() == 2
    assert counted(village, date(2011, 12, 1)) == {"village.assistants": 2}


def test_template_names_the_members_without_their_phones(send, village, clerk, baima, wulong):
    uploads.confirm(send(line(village, "演示甲", phone=PHONE)), by=clerk)
    content = uploads.kind_of("team").template(Context(baima, wulong, None, clerk))
    cells = str([list(sheet.values) for sheet in openpyxl.load_workbook(BytesIO(content))])
    assert "演示甲" in cells
    assert PHONE not in cells


def test_village_facts_are_one_query_however_many_villages(send, baima, clerk, django_assert_num_queries):
    villages = list(baima.children.filter(kind="village"))
    uploads.confirm(send(*(line(village, f"演示{n}") for n, village in enumerate(villages))), by=clerk)
    with django_assert_num_queries(1):
        found = teamfacts.rostered([village.pk for village in villages], date(2020, 12, 1))
    assert len(found) == len(villages) > 3


def test_roster_outranks_what_was_declared_in_the_findings_of_a_village(db):
    """巫溪 二(二): at least one assistant a village; ten volunteers by 附件3."""
    call_command("loadpolicy", "fixtures/wuxi-2021", stdout=StringIO())
    wuxi = Policy.objects.get(slug="wuxi-2021").district
    day = wuxi.default_as_of()
    scope = figures.scope_for(wuxi, day)
    village = next(unit for unit in scope.units if unit.kind == "village")
    maker = user("clerk", wuxi)
    Declaration.objects.create(region=village, fact="village.assistants", value=3, recorded_by=maker)

    def finding(name):
        (check,) = unitchecks.check_units(scope, [village])
        return next(f for f in check.findings if f.requirement == name), check.facts

    assert finding("village.assistants.goal")[1]["village.assistants"] == 3
    person = Person.objects.create(district=wuxi, name="演示甲", unit_name="某村")
    member = TeamMember.objects.create(village=village, kind="assistant", person=person, recorded_by=maker)
    found, known = finding("village.assistants.goal")
    assert known["village.assistants"] == 1
    assert not found.blocks
    TeamMember.objects.filter(pk=member.pk).update(ends_on=date(2020, 1, 1))
    found, known = finding("village.assistants.goal")
    assert known["village.assistants"] == 0
    assert found.blocks


def test_provider_is_registered_for_the_checks(village):
    assert facts.known([village.pk], date(2020, 12, 1), teamfacts.PREFIX) == {}
