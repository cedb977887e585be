"""One upload confirmed by several at the same moment, and by processes that die: on a served portal of four processes.

Three rounds of each; twenty with CI_FULL=1.
"""

import os
import threading
import time
from contextlib import contextmanager

import pytest
from portal import served
from visitor import Visitor, at_once, windows

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
MONTH = "2020-12"
# One township account for each round and test, so that no round stands on another's month.
TOWNSHIPS = (
    "list(User.objects.filter(username__startswith='500156', region__facilities__isnull=False)"
    ".values_list('username', flat=True).distinct().order_by('username'))"
)


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes."""
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def people(crowd):
    """people(*names) -> those persons signed in; the same person may be there several times, each in a window of its own."""
    return windows(crowd)


def state_of(portal, upload: int) -> dict:
    """What the database holds of an upload: its status, records, events, and its township's report of the month."""
    return portal.ask(
        f"(lambda u: {{'status': u.status, 'records': FacilityRecord.objects.filter(upload=u).count(),"
        f"'expected': u.counts['new'] + u.counts['changed'],"
        f"'events': ReviewEvent.objects.filter(model='eldercare.upload', object_id=u.pk).count(),"
        f"'number': sum(ProgressReport.objects.filter(township=u.region, period__month=u.period)"
        f".values_list('number', flat=True)),"
        f"'handed_in': ProgressReport.objects.filter(upload=u).count(),"
        f"'audited': AuditRecord.objects.filter(model='eldercare.upload', object_id=u.pk, action='upload.confirmed').count(),"
        f"'register': str(list(Facility.objects.filter(township=u.region).order_by('pk').values_list('pk', 'remark')))}})"
        f"(Upload.objects.get(pk={upload}))",
    )


@pytest.fixture(scope="module")
def townships(crowd) -> list[str]:
    """The codes of the townships that have an account and facilities, the accounts' names."""
    return crowd.ask(TOWNSHIPS)


def one_of(codes: list[str], place: int) -> str:
    return codes[place % len(codes)]


@pytest.mark.parametrize("turn", ROUNDS)
def test_four_confirm_one_upload_and_one_of_them_does(crowd, people, townships, turn):
    four = people(*[one_of(townships, turn)] * 4)
    upload = four[0].stage(MONTH, f"四人同时确认 {turn}")
    before = state_of(crowd, upload)

    answers = at_once(*[lambda one=one: one.confirm(upload) for one in four])

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert {a.data["problems"][0]["code"] for a in answers if a.status == 409} == {"already_done"}
    after = state_of(crowd, upload)
    assert after["records"] == after["expected"] > 0
    assert (after["status"], after["events"], after["handed_in"], after["audited"]) == ("confirmed", 1, 1, 1)
    assert after["register"].count(f"四人同时确认 {turn}") == after["expected"]
    assert after["number"] == before["number"] + 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_sheets_of_one_township_and_the_second_is_told_that_it_is_stale(crowd, people, townships, turn):
    one, other = people(*[one_of(townships, turn + 7)] * 2)
    uploads = [one.stage(MONTH, f"甲表 {turn}"), other.stage(MONTH, f"乙表 {turn}")]
    number = state_of(crowd, uploads[0])["number"]

    answers = at_once(lambda: one.confirm(uploads[0]), lambda: other.confirm(uploads[1]))

    assert sorted(answer.status for answer in answers) == [200, 409]
    late = next(place for place, answer in enumerate(answers) if answer.status == 409)
    assert answers[late].data["problems"][0]["code"] == "stale"
    states = [state_of(crowd, pk) for pk in uploads]
    assert [states[late]["status"], states[1 - late]["status"]] == ["staged", "confirmed"]
    assert (states[late]["records"], states[late]["number"]) == (0, number + 1)
    # Compared anew with what the other one brought, it can be confirmed.
    assert one.confirm(uploads[late]).status == 200
    assert state_of(crowd, uploads[late])["number"] == number + 2


SLOW = {
    "sqlite": (
        "CREATE TRIGGER slow_{event} AFTER {event} ON {table} BEGIN SELECT count(*) FROM (WITH RECURSIVE step(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM step WHERE x < 1000000000) SELECT x FROM step); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION slowly() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(10); RETURN NULL; END' "
        "LANGUAGE plpgsql",
        "CREATE TRIGGER slow_{event} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION slowly()",
    ),
}
AWAY = {"sqlite": "DROP TRIGGER slow_{event}", "postgresql": "DROP TRIGGER slow_{event} ON {table}"}


@contextmanager
def slow(portal, table: str):
    """Whoever writes a row of that table inside the block is held up for longer than anybody waits."""
    engine = "postgresql" if portal.env["DATABASE_URL"].startswith("postgres") else "sqlite"
    events = ("INSERT", "UPDATE")
    alter(portal, *[line.format(event=event, table=table) for event in events for line in SLOW[engine]])
    try:
        yield
    finally:
        alter(portal, *[AWAY[engine].format(event=event, table=table) for event in events])


def alter(portal, *statements: str) -> None:
    lines = "".join(f"c.execute({statement!r})\n" for statement in statements)
    portal.do(f"from django.db import connection\nc = connection.cursor()\n{lines}")


def killed_while_confirming(crowd, official: Visitor, upload: int, seconds: float):
    """What the official is told of a confirmation whose process dies after so many seconds."""
    answers = []
    confirming = threading.Thread(target=lambda: answers.append(official.confirm(upload)))
    confirming.start()
    time.sleep(seconds)
    crowd.kill_workers()
    confirming.join()
    return answers[0]


def is_applied_once(before: dict, after: dict, remark: str) -> bool:
    """Every row of the upload stands in the register, the month was handed in once more, and it is on record once."""
    return (
        after["records"] == after["expected"] == after["register"].count(f"'{remark}'") > 0
        and (after["status"], after["number"]) == ("confirmed", before["number"] + 1)
        and (after["events"], after["audited"], after["handed_in"]) == (1, 1, 1)
    )


@pytest.mark.parametrize(
    ("turn", "table"),
    [*enumerate(("eldercare_upload", "facilities_facilityrecord", "plans_progressreport", "eldercare_auditrecord"))],
)
def test_killed_while_confirming_leaves_nothing_and_can_be_confirmed_again(crowd, people, townships, turn, table):
    # Before the rows are written, in their midst, after them, and right before the commit.
    (official,) = people(one_of(townships, turn + 14))
    upload = official.stage(MONTH, "停电")
    before = state_of(crowd, upload)
    with slow(crowd, table):
        answer = killed_while_confirming(crowd, official, upload, 3)

    assert answer.status == 0
    assert state_of(crowd, upload) == before
    assert before["status"] == "staged"

    assert official.confirm(upload).status == 200
    assert is_applied_once(before, state_of(crowd, upload), "停电")


@pytest.mark.parametrize("turn", ROUNDS)
def test_killed_at_any_moment_all_rows_are_there_or_none(crowd, people, townships, turn):
    # A confirmation takes some hundredths of a second: the rounds step through it and beyond its end.
    (official,) = people(one_of(townships, turn))
    remark = f"随时断电 {turn}"
    upload = official.stage(MONTH, remark)
    before = state_of(crowd, upload)

    answer = killed_while_confirming(crowd, official, upload, 0.15 * turn / len(ROUNDS))

    after = state_of(crowd, upload)
    was_done = is_applied_once(before, after, remark)
    assert was_done or after == before
    assert was_done or answer.status == 0
    # The server takes a moment to put other processes in the place of the dead ones; it keeps those who ask waiting.
    assert official.confirm(upload).status == (409 if was_done else 200)
    assert is_applied_once(before, state_of(crowd, upload), remark)
