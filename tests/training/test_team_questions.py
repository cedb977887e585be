"""Namesakes in a roster of village teams: asked about where unsure, one person or another by the answer."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from teamrosters import PHONE, counted, line

from eldercare import uploads
from eldercare.review import MoveRefused
from eldercare.uploads import Context
from training.models import Person, TrainingSession


@pytest.mark.parametrize("phone", ["", "13987650002"])
def test_namesake_who_cannot_be_told_apart_is_asked_about_and_waits(send, village, clerk, phone):
    uploads.confirm(send(line(village, "演示甲", phone=PHONE)), by=clerk)
    upload = send(line(village, "演示甲", "志愿服务队", "一队", phone))
    assert (upload.status, upload.counts.get("questions", 0)) == ("staged", 1)
    with pytest.raises(MoveRefused, match="1 处"):
        uploads.confirm(upload, by=clerk)
    [question] = [row["question"] for row in upload.staged.read() if row.get("question")]
    assert question["key"] == "D2"
    assert "139****0001" in question["choices"][0][1]
    assert PHONE not in json.dumps(question)


def test_namesake_said_to_be_the_same_person_is_one_and_a_phone_is_added(send, village, clerk):
    uploads.confirm(send(line(village, "演示甲")), by=clerk)
    upload = send(line(village, "演示甲", "志愿服务队", "一队", PHONE))
    same, _ = upload.staged.read()[0]["question"]["choices"][0]
    assert uploads.answer(upload, {"D2": same}, clerk) == []
    uploads.confirm(upload, by=clerk)
    [person] = Person.objects.filter(name="演示甲")
    assert person.phone == PHONE
    assert counted(village) == {"village.assistants": 1, "village.volunteer_teams": 1, "village.volunteer_members": 1}


def test_namesake_said_to_be_another_person_is_another_one(send, village, clerk):
    uploads.confirm(send(line(village, "演示甲", phone=PHONE)), by=clerk)
    upload = send(line(village, "演示甲", "志愿服务队", "一队", "13987650002"))
    assert uploads.answer(upload, {"D2": "other"}, clerk) == []
    uploads.confirm(upload, by=clerk)
    assert Person.objects.filter(name="演示甲").count() == 2


def test_two_rows_answered_as_one_person_of_one_team_are_refused(send, village, clerk):
    uploads.confirm(send(line(village, "演示甲", phone=PHONE)), by=clerk)
    rows = [line(village, "演示甲", "志愿服务队", "一队", f"1398765000{n}") for n in (2, 3)]
    upload = send(*rows)
    same, _ = upload.staged.read()[0]["question"]["choices"][0]
    [problem] = uploads.answer(upload, {"D2": same, "D3": same}, clerk)
    assert (problem.code, problem.cell) == ("repeated", "D3")


def test_questions_are_answered_on_the_page_of_the_upload(send, village, clerk, reviewer, client_for):
    uploads.confirm(send(line(village, "演示甲", phone=PHONE)), by=clerk)
    upload = send(line(village, "演示甲", "志愿服务队", "一队"))
    client = client_for(clerk)
    assert "是不是同一个人" in client.get(f"/uploads/{upload.pk}/").content.decode()
    address = "/admin/training/teammember/answers/"
    assert client_for(reviewer).post(address, {"upload": upload.pk, "choice:D2": "other"}).status_code == 403
    client.post(address, {"upload": upload.pk, "choice:D2": "nonsense"})
    upload.refresh_from_db()
    assert upload.counts.get("questions", 0) == 1
    client.post(address, {"upload": upload.pk, "choice:D2": "other"})
    upload.refresh_from_db()
    assert upload.counts.get("questions", 0) == 0


def test_somebody_trained_for_the_township_is_asked_about(send, village, clerk, baima, wulong):
    """A roster of a course names townships, one of a team villages: the same name may be the same person."""
    day = date(2020, 6, 30)
    course = TrainingSession.objects.create(
        district=wulong, title="演示班", role="caregiver", starts_on=day, ends_on=day, created_by=clerk
    )
    person = Person.objects.create(district=wulong, unit=baima, unit_name="白马镇", name="演示甲")
    assert send(line(village, "演示甲")).counts.get("questions", 0) == 0, "who stands in no roster any more is nobody"
    course.attendances.create(person=person, unit=baima, unit_name="白马镇", completed=True, recorded_by=clerk)
    assert send(line(village, "演示甲")).counts.get("questions", 0) == 1


def test_the_sheet_sent_out_comes_back_without_questions(send, village, clerk, baima, wulong):
    """The template leaves phones out; its rows mean the members they were made from."""
    uploads.confirm(
        send(line(village, "演示甲", phone=PHONE), line(village, "演示乙", "志愿服务队", "一队", "13987650002")),
        by=clerk,
    )
    content = uploads.kind_of("team").template(Context(baima, wulong, None, clerk))
    file = SimpleUploadedFile("花名册.xlsx", content)
    upload = uploads.stage(uploads.kind_of("team"), Context(baima, wulong, None, clerk), file)
    assert upload.status == "staged", upload.problems
    assert (upload.counts["unchanged"], upload.counts["new"], upload.counts.get("questions", 0)) == (2, 0, 0)
