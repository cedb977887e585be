"""A month that is locked, received or returned while its township confirms a sheet: tried on a served portal.

Three rounds of what is left to chance, twenty with CI_FULL=1; where the order matters one side is held up in the database.
"""

import os
import threading
import time
from contextlib import contextmanager

import pytest
from portal import served
from visitor import Visitor, at_once

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
MONTH = "2020-12"
STEPS = 15_000_000
"""SQLite cannot sleep; it counts, once for every row, and who waits for it gives up after a while."""
SLOW = {
    "sqlite": (
        "CREATE TRIGGER held AFTER {event} ON {table} BEGIN SELECT count(*) FROM (WITH RECURSIVE step(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM step WHERE x < {steps}) SELECT x FROM step); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION hold() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(4); RETURN NULL; END' "
        "LANGUAGE plpgsql",
        "CREATE TRIGGER held AFTER {event} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION hold()",
    ),
}
AWAY = {"sqlite": "DROP TRIGGER held", "postgresql": "DROP TRIGGER held ON {table}"}
COLLEAGUE = """
from eldercare.accounts import grant
user = User(username="clerk2", region=Region.objects.districts().get(code="500156"))
user.set_password("{password}")
user.save()
grant(user, "clerk")
"""


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes, with a second clerk."""
    portal.do(COLLEAGUE.format(password=portal.password))
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def clerks(crowd):
    return Visitor(crowd, "clerk"), Visitor(crowd, "clerk2")


@pytest.fixture(scope="module")
def official(crowd):
    """The official of 白马镇."""
    return Visitor(crowd, "township")


@contextmanager
def held(portal, event: str, table: str, rows: int = 1):
    """Whoever writes so many rows to that table inside the block is held up for some seconds before it commits."""
    steps = STEPS // rows
    engine = "postgresql" if portal.env["DATABASE_URL"].startswith("postgres") else "sqlite"
    _execute(portal, *[statement.format(event=event, table=table, steps=steps) for statement in SLOW[engine]])
    try:
        yield
    finally:
        _execute(portal, AWAY[engine].format(table=table))


def _execute(portal, *statements: str) -> None:
    lines = "".join(f"c.execute({statement!r})\n" for statement in statements)
    portal.do(f"from django.db import connection\nc = connection.cursor()\n{lines}")


def first_then(first, second) -> list:
    """Begin one thing, and a moment later, while it is held up, the other; both answers."""
    answers = {}
    running = threading.Thread(target=lambda: answers.update(first=first()))
    running.start()
    time.sleep(1)
    answers["second"] = second()
    running.join()
    return [answers["first"], answers["second"]]


def month(portal) -> dict:
    period = "ReportingPeriod.objects.filter(district__code='500156', month='2020-12-01')"
    return portal.ask(f"dict({period}.values('pk', 'version', 'status')[0])")


def move_month(portal, clerk, verb: str):
    """What that clerk does to the month, as it is now."""
    seen = month(portal)
    address = f"/admin/plans/reportingperiod/{seen['pk']}/move/"
    return lambda: clerk.post(address, verb=verb, comment="年终汇总", version=seen["version"])


def outcome(portal, upload: int) -> tuple:
    """Status of the upload, records it wrote, whether the month is with it."""
    told = (
        f"(lambda u: [u.status, FacilityRecord.objects.filter(upload=u).count(),"
        f"ProgressReport.objects.filter(upload=u).count()])(Upload.objects.get(pk={upload}))"
    )
    return tuple(portal.ask(told))


@pytest.fixture
def open_afterwards(crowd, clerks):
    """The month takes reports again when the test is over, however it ended."""
    yield
    move_month(crowd, clerks[0], "unlock")()


@pytest.mark.usefixtures("open_afterwards")
def test_lock_waits_for_the_sheet_that_is_being_confirmed(crowd, clerks, official):
    upload = official.stage(MONTH, "先确认")
    lock = move_month(crowd, clerks[0], "lock")
    with held(crowd, "INSERT", "facilities_facilityrecord", rows=4):
        confirmed, locked = first_then(lambda: official.confirm(upload), lock)
    assert confirmed.status == 200
    assert "已办理：锁定" in locked.text
    status, records, handed_in = outcome(crowd, upload)
    assert (status, handed_in, month(crowd)["status"]) == ("confirmed", 1, "locked")
    assert records > 0


@pytest.mark.usefixtures("open_afterwards")
def test_sheet_confirmed_while_the_month_is_being_locked_is_refused(crowd, clerks, official):
    upload = official.stage(MONTH, "后确认")
    lock = move_month(crowd, clerks[0], "lock")
    with held(crowd, "UPDATE", "plans_reportingperiod"):
        locked, confirmed = first_then(lock, lambda: official.confirm(upload))
    assert "已办理：锁定" in locked.text
    assert confirmed.status == 409
    assert "已锁定" in confirmed.data["problems"][0]["message"]
    assert outcome(crowd, upload) == ("staged", 0, 0)


def decision(portal, clerk, verb: str):
    report = portal.ask(
        "dict(ProgressReport.objects.filter(period__month='2020-12-01', township__short_name='白马镇')"
        ".values('pk', 'version', 'status')[0])",
    )
    address = f"/admin/plans/progressreport/{report['pk']}/move/"
    return lambda: clerk.post(address, verb=verb, comment="请核对", version=report["version"])


@pytest.mark.parametrize("turn", ROUNDS)
def test_received_while_the_correction_is_confirmed_and_one_of_both_happened(crowd, clerks, official, turn):
    assert official.confirm(official.stage(MONTH, f"第一次 {turn}")).status == 200
    correction = official.stage(MONTH, f"更正 {turn}")
    accept = decision(crowd, clerks[0], "accept")

    accepted, confirmed = at_once(accept, lambda: official.confirm(correction))

    was_received = "已办理：接收" in accepted.text
    assert was_received == (confirmed.status == 409)
    status, records, handed_in = outcome(crowd, correction)
    assert (status, handed_in) == (("staged", 0) if was_received else ("confirmed", 1))
    assert bool(records) is not was_received
    if was_received:
        assert "已办理：退回" in decision(crowd, clerks[0], "send_back")().text


@pytest.mark.parametrize("turn", ROUNDS)
def test_received_by_one_clerk_and_returned_by_another_and_one_decision_stands(crowd, clerks, official, turn):
    assert official.confirm(official.stage(MONTH, f"两人办理 {turn}")).status == 200
    answers = at_once(decision(crowd, clerks[0], "accept"), decision(crowd, clerks[1], "send_back"))
    assert sum("已办理：" in answer.text for answer in answers) == 1
    decision(crowd, clerks[0], "send_back")()
