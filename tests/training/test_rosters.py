"""A roster from the sheet to the register: matched, asked, refused, confirmed once, taken back whole."""

import json
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from factories import user
from trainingoffice import ENDED, HEADINGS, sheet

from eldercare import uploads
from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused, StaleObject
from training.models import Attendance, Certificate, Person
from training.services import sessions

pytestmark = pytest.mark.django_db
PHONE, OTHER_PHONE, NUMBER = "13800000001", "13800000002", "YL2020000123456"
FULL = ("演示甲", "白马镇", PHONE, NUMBER, "养老护理员证", date(2020, 6, 30), date(2023, 6, 29), "是", "无")


def codes(upload) -> list[tuple[str, str]]:
    return [(problem["code"], problem["cell"]) for problem in upload.problems if problem["level"] == "error"]


def answered(upload, by, **choices):
    problems = uploads.answer(upload, choices, by)
    upload.refresh_from_db()
    return problems


def test_a_roster_is_written_on_confirmation_with_its_cells(office, baima):
    session = office.session()
    upload = office.send(session, FULL)
    assert (upload.status, upload.counts["new"], Person.objects.count()) == ("staged", 1, 0)

    office.confirm(upload)

    row = Attendance.objects.select_related("person", "unit").get()
    assert (row.person.name, row.person.phone, row.unit, row.completed) == ("演示甲", PHONE, baima, True)
    assert (row.upload, row.sources["name"], row.sources["completed"]) == (upload, "A2", "H2")
    certificate = Certificate.objects.get()
    assert (certificate.number, certificate.role, certificate.expires_on) == (NUMBER, "caregiver", date(2023, 6, 29))
    with pytest.raises(MoveRefused):
        office.confirm(upload)


def test_the_same_roster_again_changes_nothing(office):
    session = office.hold(FULL)
    again = office.send(session, FULL)
    assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"]) == (1, 0, 0)
    office.confirm(again)
    assert (Attendance.objects.count(), Person.objects.count(), Certificate.objects.count()) == (1, 1, 1)


def test_the_certificate_finds_the_person_under_another_phone(office):
    office.hold(FULL)
    office.hold(("演示甲", "白马镇", OTHER_PHONE, NUMBER.lower()), ended=date(2020, 9, 1))
    assert Person.objects.get().attendances.count() == 2


def test_a_namesake_with_another_phone_is_asked_about_and_waits(office, clerk):
    office.hold(FULL)
    known = Person.objects.get()
    upload = office.send(office.session(), ("演示甲", "白马镇", OTHER_PHONE))
    assert upload.counts["questions"] == 1
    with pytest.raises(MoveRefused, match="没有读准"):
        office.confirm(upload)

    assert answered(upload, clerk, A2=f"same:{known.pk}") == []
    office.confirm(upload)
    assert Person.objects.get().phone == PHONE


def test_a_namesake_said_to_be_another_person_is_another_person(office, clerk):
    office.hold(FULL)
    upload = office.send(office.session(), ("演示甲", "白马镇"))
    answered(upload, clerk, A2="other")
    office.confirm(upload)
    assert Person.objects.filter(name="演示甲").count() == 2


def test_two_rows_answered_as_one_person_are_refused(office, clerk):
    office.hold(FULL)
    known = Person.objects.get()
    upload = office.send(office.session(), ("演示甲", "白马镇", PHONE), ("演示甲", "白马镇", OTHER_PHONE))
    (problem,) = answered(upload, clerk, A3=f"same:{known.pk}")
    assert (problem.code, problem.cell) == ("repeated", "A3")
    assert "A2" in problem.message
    assert upload.counts["questions"] == 1


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([FULL, FULL], [("repeated", "A3")]),
        ([("演示甲", "白马镇"), ("演示甲", "白马镇", PHONE)], [("repeated", "A3")]),
        ([("演示甲", "白马县", PHONE)], [("unknown_unit", "B2")]),
        ([("演示甲", "铁佛村", PHONE)], [("unknown_unit", "B2")]),
        ([("演示甲", "庙坪乡", PHONE)], [("unknown_unit", "B2")]),
        ([("演示甲", "白马镇", "一三八")], [("not_phone", "C2")]),
        ([(None, "白马镇", PHONE)], [("required", "A2")]),
        ([("演示甲", None, PHONE)], [("required", "B2")]),
        ([("演示甲", "白马镇", PHONE, None, None, None, None, "也许")], [("not_choice", "H2")]),
        ([("演示甲", "白马镇", PHONE, "Z1", "证", date(2020, 6, 30), date(2020, 6, 29))], [("ends_before", "G2")]),
        ([("演示甲", "白马镇", PHONE, None, None, date(2020, 6, 30))], [("no_certificate", "D2")]),
        ([("演示甲", "白马镇", PHONE, "Z1", "证", date(2099, 1, 1))], [("not_yet", "F2")]),
    ],
)
def test_a_wrong_row_refuses_the_sheet_with_its_cell(office, rows, found):
    upload = office.send(office.session(), *rows)
    assert (upload.status, codes(upload)) == ("refused", found)
    assert Person.objects.count() == 0


def test_all_errors_of_a_sheet_are_told_at_once(office):
    upload = office.send(
        office.session(), ("演示甲", "某县", "x"), ("演示乙", "白马镇", "y"), ("演示丙", "不知道", PHONE)
    )
    assert len(codes(upload)) == 4


@pytest.mark.parametrize(
    ("row", "found", "told"),
    [
        (("演示甲", "江口镇", PHONE, NUMBER), ("other_unit", "B2"), "白马镇"),
        (("演示乙", "白马镇", PHONE, NUMBER), ("other_name", "D2"), "演示甲"),
    ],
)
def test_a_certificate_of_another_unit_or_name_is_refused_with_the_reason(office, row, found, told):
    office.hold(FULL)
    upload = office.send(office.session(), row)
    assert codes(upload) == [found]
    assert told in upload.problems[0]["message"]


def test_a_certificate_of_another_district_is_refused_without_telling_whose(office, db):
    other = Region.objects.get(code="500238")
    from eldercare.personal import digest

    stranger = Person.objects.create(district=other, name="外区人", unit_name="某镇")
    Certificate.objects.create(person=stranger, role="caregiver", number=NUMBER, number_digest=digest(NUMBER))
    upload = office.send(office.session(), FULL)
    assert codes(upload) == [("foreign_person", "D2")]
    assert "外区人" not in json.dumps(upload.as_dict(), ensure_ascii=False)


def test_completion_cannot_be_told_before_the_session_ends(office):
    session = office.session(ended=office.district.default_as_of() + timedelta(days=1))
    assert codes(office.send(session, ("演示甲", "白马镇", PHONE))) == [("not_yet", "H2")]
    assert office.send(session, ("演示甲", "白马镇", PHONE, None, None, None, None, "否")).status == "staged"


def test_undoing_takes_back_attendances_and_certificates_and_sending_again_finds_the_same_person(office, clerk):
    session = office.session()
    upload = office.confirm(office.send(session, FULL))
    assert uploads.undo(upload, by=clerk) == []
    assert not session.attendances.filter(retracted_at__isnull=True).exists()
    assert Certificate.objects.count() == 0
    office.confirm(office.send(session, FULL))
    assert (Person.objects.count(), Certificate.objects.count()) == (1, 1)


def test_undoing_keeps_a_certificate_that_another_roster_rests_on(office, clerk):
    first = office.session()
    upload = office.confirm(office.send(first, FULL))
    office.hold(FULL, ended=date(2020, 9, 1))
    (kept,) = uploads.undo(upload, by=clerk)
    assert "演示甲" in kept
    assert Certificate.objects.count() == 1


def test_a_correction_replaces_the_row_and_undoing_it_brings_the_row_back(office, clerk):
    session = office.hold(("演示甲", "白马镇", PHONE))
    correction = office.send(session, ("演示甲", "白马镇", PHONE, None, None, None, None, "否"))
    assert correction.counts["changed"] == 1
    office.confirm(correction)
    assert session.attendances.get(retracted_at__isnull=True).completed is False
    uploads.undo(correction, by=clerk)
    assert session.attendances.get(retracted_at__isnull=True).completed is True


def test_a_preview_that_others_have_overtaken_is_made_anew(office):
    first, second = (office.send(office.session(), FULL) for _ in range(2))
    office.confirm(first)
    with pytest.raises(StaleObject):
        office.confirm(second)
    second.refresh_from_db()
    office.confirm(second)
    assert (Person.objects.count(), Certificate.objects.count()) == (1, 1)


def test_no_number_stands_in_clear_in_previews_or_problems(office):
    wrong = office.send(office.session(), (*FULL[:2], "1380000000x", NUMBER), ("演示乙", "白马镇", PHONE, "长" * 70))
    office.send(office.session(), FULL)
    with connection.cursor() as cursor:
        for table, column in (("eldercare_stagedrows", "rows"), ("eldercare_upload", "problems")):
            cursor.execute(f"SELECT {column} FROM {table}")
            text = "".join(str(value) for (value,) in cursor.fetchall())
            assert not [secret for secret in (PHONE, NUMBER, "1380000000x", "长" * 20) if secret in text]
    assert wrong.status == "refused"


@pytest.mark.parametrize("role", ["reviewer", "approver", "township", "leader", "admin"])
def test_only_the_clerk_sends_rosters(office, wulong, baima, role):
    session = office.session()
    with pytest.raises(Denied):
        office.send(session, FULL, by=user(role, baima if role == "township" else wulong))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.xlsx"),
        (b"PK\x03\x04 broken", "a.xlsx"),
        (b"\xff\xfe\x00\x00 no table", "a.csv"),
        ("城市,人口\n重庆,1\n".encode(), "a.csv"),
        (sheet(), "a.xlsx"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_and_writes_nothing(office, content, name):
    upload = office.send(office.session(), content=content, name=name)
    assert upload.status == "refused"
    assert upload.problems[0]["message"]


def test_formulas_and_markup_in_a_roster_stay_text(office, client_for, clerk):
    lines = f"{','.join(HEADINGS)}\n<script>alert(1)</script>,白马镇,,,,,,是,=1+1\n"
    upload = office.send(office.session(), content=lines.encode(), name="a.csv")
    page = client_for(clerk).get(f"/uploads/{upload.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_comparing_takes_the_same_queries_for_one_row_and_for_many(office):
    from django.test.utils import CaptureQueriesContext

    session, counts = office.session(ended=ENDED), []
    for number in (1, 30):
        rows = [(f"演示{place}", "白马镇", f"138000001{place:02}") for place in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            office.send(session, *rows)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_people_beyond_the_places_of_a_course_are_refused_with_their_cells(office, clerk):
    session = office.session(capacity=2)
    rows = [(f"演示{name}", "白马镇", f"1380000000{number}") for number, name in enumerate("甲乙丙丁", 1)]
    upload = office.send(session, *rows)
    assert upload.status == "refused"
    assert [(row["code"], row["cell"]) for row in upload.problems] == [
        ("beyond_capacity", "A4"),
        ("beyond_capacity", "A5"),
    ]
    assert "只有 2 个名额，这是第 3 人" in upload.problems[0]["message"]
    office.confirm(office.send(session, *rows[:2]))
    assert office.send(session, *rows[:2]).status == "staged", "who is in the course already takes no further place"
    assert [row["cell"] for row in office.send(session, rows[2]).problems] == ["A2"]
    sessions.change(session, by=clerk, capacity=3)
    assert office.send(session, rows[2]).status == "staged"


def test_places_are_never_fewer_than_the_people_who_are_there(office, clerk):
    session = office.hold(("演示甲", "白马镇", "13800000001"), ("演示乙", "白马镇", "13800000002"))
    with pytest.raises(ValidationError, match="已有 2 人"):
        sessions.change(session, by=clerk, capacity=1)
    for capacity in (0, -1):
        with pytest.raises(ValidationError):
            sessions.change(session, by=clerk, capacity=capacity)


def test_a_preview_from_before_the_places_changed_is_made_anew(office, clerk):
    session = office.session(capacity=2)
    upload = office.send(session, ("演示甲", "白马镇", "13800000001"), ("演示乙", "白马镇", "13800000002"))
    sessions.change(session, by=clerk, capacity=1)
    with pytest.raises(StaleObject):
        office.confirm(upload)
    upload.refresh_from_db()
    assert upload.error_total == 1
    with pytest.raises(MoveRefused):
        office.confirm(upload)


@pytest.mark.parametrize("day", [date(2999, 1, 1), date(1020, 6, 30)])
def test_a_course_in_a_year_that_can_only_be_a_slip_is_refused(office, client_for, clerk, day):
    with pytest.raises(ValidationError, match="请核对年份"):
        office.session(ended=day)
    form = {"title": "演示班", "role": "caregiver", "starts_on": day, "ends_on": day}
    assert "请核对年份" in client_for(clerk).post("/admin/training/trainingsession/add/", form).content.decode()


def test_the_form_says_that_there_are_more_people_than_places(office, client_for, clerk):
    session = office.hold(("演示甲", "白马镇", "13800000001"), ("演示乙", "白马镇", "13800000002"))
    form = {"title": session.title, "role": "caregiver", "starts_on": ENDED, "ends_on": ENDED, "capacity": 1}
    reply = client_for(clerk).post(f"/admin/training/trainingsession/{session.pk}/change/", form)
    assert "已有 2 人" in reply.content.decode()
