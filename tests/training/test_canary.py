"""Canaries: one phone, one certificate number and one name planted everywhere, then looked for everywhere.

Every address of the portal as every role, as another district's clerk and as nobody; every file it hands out, every table,
stored file, dump, command and log. A whole number comes to whoever may see personal data alone, and each such sight is one
record.
"""

import io
import json
import logging
import zipfile
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import test_boundary
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from factories import region
from teamrosters import workbook
from trainingoffice import sheet

from eldercare import uploads
from eldercare.audit import AuditRecord
from eldercare.review import MoveRefused
from eldercare.uploads import Context, Upload
from training.models import Certificate, Person, TeamMember, TrainingSession
from training.rostersheet.register import Unit
from training.services import people, teams

PHONE, NUMBER, NAME = "13987650001", "YLHL20209876543X", "金丝雀某"
CANARIES = (PHONE, NUMBER)
SIGHTS = ("personal.viewed", "personal.exported")
ROSTER = (NAME, "白马镇", PHONE, NUMBER, "养老护理员证", date(2020, 6, 30), date(2023, 6, 29), "是", f"电话{PHONE}")
# Numbers in all the wrong cells, each of which the sheet refuses and repeats to its sender.
ASTRAY = [
    (f"{NAME}{PHONE}", NUMBER, NUMBER, PHONE, NUMBER, PHONE, NUMBER, NUMBER, PHONE),
    (NAME, PHONE, f"电话：{PHONE}", None, PHONE, None, NUMBER, PHONE, None),
]
home, visitors = test_boundary.home, test_boundary.visitors


@pytest.fixture
def village(baima):
    return baima.children.filter(kind="village").order_by("path").first()


@pytest.fixture
def planted(office, home, village, baima, clerk) -> dict:
    """The canaries in people, certificates, teams, sessions and in sheets of every kind and state, some sent by mistake."""
    session = office.hold(ROSTER)
    office.send(session, (NAME, "白马镇", "13900000002"))
    office.send(session, *ASTRAY, name=f"{PHONE}.xlsx")
    office.send(session, content=b"name," + PHONE.encode() + b"\n" + NUMBER.encode(), name=f"{NUMBER}.csv")
    members = [(village.short_name, "养老助理", "", NAME, "", PHONE, None, None)]
    astray = [(NUMBER, PHONE, PHONE, f"{NAME}{PHONE}", NUMBER, NUMBER, PHONE, PHONE)]
    uploads.confirm(_sent("team", baima, clerk, workbook(*members)), by=clerk)
    _sent("team", baima, clerk, workbook(*members))
    _sent("team", baima, clerk, workbook(*astray))
    person = Person.objects.get(name=NAME)
    people.move(person, unit=_unit("江口镇"), on=date(2020, 9, 1), reason=f"调动函里的电话 {PHONE}", by=clerk)
    people.correct(person, name=f"{NAME}二", reason=f"证书 {NUMBER} 上是这样写的", by=clerk)
    teams.correct(TeamMember.objects.get(person=person), duty="组长", reason=f"打 {PHONE} 问过", by=clerk)
    return home | {"session": session.pk, "person": person.pk}


def _unit(name: str) -> Unit:
    unit = region(name)
    return Unit("", unit.short_name, unit)


def _sent(kind: str, region, by, content: bytes, name="花名册.xlsx", **about) -> Upload:
    context = Context(region, region.parent, about.get("period"), by, about.get("subject", ""))
    return uploads.stage(uploads.kind_of(kind), context, SimpleUploadedFile(name, content))


def canaries(body: bytes) -> list[str]:
    """The numbers that stand in an answer or a file, unpacked where it is a package."""
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            body = b"\n".join(package.read(name) for name in package.namelist())
    return [canary for canary in CANARIES if canary.encode() in body]


def look(client: Client, asked: str, **headers) -> tuple[list[str], int]:
    """What an address shows somebody, and how many sights of personal data it recorded; what it did is undone."""
    method, _, url = asked.rpartition(" ")
    path, _, query = url.partition("?")
    with transaction.atomic():
        before = AuditRecord.objects.filter(action__in=SIGHTS).count()
        if method == "POST":
            answer = client.post(path, dict(part.split("=") for part in query.split("&") if part), headers=headers)
        else:
            answer = client.get(url, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = "\n".join(f"{name}: {value}" for name, value in answer.items()).encode() + body
        sights = AuditRecord.objects.filter(action__in=SIGHTS).count() - before
        transaction.set_rollback(True)
    return canaries(told) + (canaries(body) if body[:2] == b"PK" else []), sights


def everywhere(home: dict) -> list[str]:
    """Every address of the boundary's table, every admin page of one row of each kind, every sheet and person here."""
    asked = [address.format(**home) for name, address in test_boundary.ASKED.items() if "logout" not in name]
    for name in test_boundary.PAGES:
        found = test_boundary.ADMIN_PAGE.match(name)
        model = test_boundary.REGISTERED[found["model"]]
        if found["page"] in ("changelist", "add"):
            asked.append(reverse(name))
        elif found["page"] in ("change", "history"):
            kept = (Certificate, Person, TeamMember, TrainingSession)
            rows = model.objects.all() if model in kept else [test_boundary._own_row(model)]
            asked += [reverse(name, args=[row.pk]) for row in rows]
    for pk in Upload.objects.values_list("pk", flat=True):
        asked += [f"/uploads/{pk}/", f"/uploads/{pk}/original/", f"/uploads/{pk}/annotated/"]
        asked += [f"POST /uploads/{pk}/confirm/", f"POST /uploads/{pk}/undo/"]
    searches = [f"/admin/training/{model}/?q={NAME}" for model in ("person", "certificate", "trainingsession")]
    return [*asked, *searches, "POST /admin/training/person/export-whole/?why=核对补贴"]


def _may_see(client: Client, asked: str) -> bool:
    """Only who may see personal data sees them, and only where whole numbers are what was asked for."""
    asks = ("/reveal/", "/export-whole/", "/original/", "/annotated/")
    account = getattr(client, "account", None)
    return (
        account is not None and account.has_perm("training.see_personal_data") and any(part in asked for part in asks)
    )


def test_no_address_shows_a_number_but_to_those_who_may_see_it_on_the_record(planted, visitors):
    here, (stranger, *_), nobody = visitors
    wrong, shown = [], set()
    for asked in everywhere(planted):
        for client in (*here, stranger, nobody):
            found, sights = look(client, asked)
            who = getattr(client, "account", "nobody")
            if found and not (client in here and _may_see(client, asked)):
                wrong.append(f"{asked} shows {who} {found}")
            if found and sights != 1:
                wrong.append(f"{asked} shows {who} numbers on {sights} records")
            shown |= {asked} if found else set()
    assert not wrong, "\n".join(wrong)
    assert len(shown) >= 6, f"the canaries sing where they may: {shown}"


def test_scripts_that_ask_for_json_read_no_number(planted, visitors):
    here, (stranger, *_), nobody = visitors
    pages = [f"/uploads/{pk}/" for pk in Upload.objects.values_list("pk", flat=True)]
    for client in (*here, stranger, nobody):
        for page in pages:
            assert look(client, page, accept="application/json") == ([], 0), page


def test_no_name_goes_out_by_the_interface(planted, visitors):
    here, _, _ = visitors
    asked = [address.format(**planted) for name, address in test_boundary.ASKED.items() if name.startswith("api-")]
    for client in here:
        for url in asked:
            body = client.get(url).content
            assert NAME.encode() not in body, url
            assert json.dumps(NAME)[1:-1].encode() not in body, url


def test_no_table_dump_command_or_session_holds_a_number(planted, clerk, client_for):
    client_for(clerk).post(f"/admin/training/person/{planted['person']}/reveal/", {"why": f"打电话 {PHONE}"})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = repr(cursor.fetchall())
            assert not [canary for canary in CANARIES if canary in rows], table
    assert not [row for row in Session.objects.all() if canaries(repr(row.get_decoded()).encode())]
    for command in (["dumpdata"], ["eraseexpired", "--dry-run"], ["coverage", "--district", "500156"]):
        out = StringIO()
        call_command(*command, stdout=out)
        assert not canaries(out.getvalue().encode()), command


def test_no_stored_file_holds_a_number(planted):
    """What a backup of the folder of files shows: sheets with personal data lie there sealed."""
    held = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    ours = [path for path in held if Upload.objects.filter(file__endswith=path.name).exists()]
    assert len(ours) >= 7
    assert not [path.name for path in ours if canaries(path.read_bytes())]


def test_no_log_holds_a_number_at_the_finest_level(office, village, baima, clerk, client_for, caplog):
    connection.force_debug_cursor = True
    for logger in ("django", "django.db.backends", "eldercare", "training"):
        caplog.set_level(logging.DEBUG, logger=logger)
    try:
        with caplog.at_level(logging.DEBUG):
            session = office.hold(ROSTER)
            office.send(session, *ASTRAY)
            _sent("team", baima, clerk, workbook((village.short_name, "养老助理", "", NAME, "", PHONE, None, None)))
            client, person = client_for(clerk), Person.objects.get()
            client.post(f"/admin/training/person/{person.pk}/reveal/", {"why": "核对"})
            client.post("/admin/training/person/export-whole/", {"why": "核对"})
            for upload in Upload.objects.all():
                client.get(f"/uploads/{upload.pk}/original/")
                client.get(f"/uploads/{upload.pk}/annotated/")
    finally:
        connection.force_debug_cursor = False
    assert "training_person" in caplog.text, "statements are in the log"
    assert not canaries(caplog.text.encode())


def test_a_roster_sent_in_place_of_a_monthly_sheet_is_not_kept(planted, baima, clerk, township_user):
    """By mistake a roster goes where everybody may fetch the file: it is told from its heads and goes no further."""
    before = Upload.objects.count()
    for kind, by, about in (
        ("progress", township_user, {"period": date(2020, 12, 1)}),
        ("facilities", clerk, {}),
    ):
        with pytest.raises(uploads.UploadRefused) as refused:
            _sent(kind, baima, by, sheet(ROSTER), **about)
        assert refused.value.problem.code == "personal_data"
        assert not canaries(repr(refused.value.problem).encode())
    assert Upload.objects.count() == before


def test_a_correction_takes_no_number_for_a_name(planted, clerk):
    """What everybody may see of a person or a member is words; whoever types a number there is told where it belongs."""
    person = Person.objects.get(pk=planted["person"])
    with pytest.raises(MoveRefused, match="姓名里写了号码"):
        people.correct(person, name=f"某 {PHONE}", reason="笔误", by=clerk)
    member = TeamMember.objects.get(person=person, retracted_at=None)
    with pytest.raises(ValidationError, match="写了号码"):
        teams.correct(member, duty=f"电话{PHONE}", reason="笔误", by=clerk)
