"""People who act at the same moment, and processes that die: tried on a served portal of four processes.

Three rounds of each; twenty with CI_FULL=1.
"""

import json
import os
import threading
import time

import pytest
from portal import served
from visitor import Visitor, at_once

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
MONTH = "2020-12"
# One township account for each round and test, so that no round stands on another's month.
TOWNSHIPS = """
from django.db.models import F
from eldercare.regions import Region
found = Region.objects.townships().filter(code__startswith="500156", users__username=F("code"), facilities__isnull=False)
print(list(found.values_list("code", flat=True).distinct().order_by("code")))
"""
COLLEAGUES = """
from eldercare.accounts import User, grant
from eldercare.regions import Region
for name, role in (("clerk2", "clerk"), ("reviewer2", "reviewer")):
    user = User(username=name, region=Region.objects.districts().get(code="500156"))
    user.set_password("{password}")
    user.save()
    grant(user, role)
"""


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes, with a second clerk and a second reviewer."""
    portal.manage("shell", "-v", "0", "-c", COLLEAGUES.format(password=portal.password))
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def people(crowd):
    """people(name) -> that person signed in; the same person may be there several times."""
    return lambda *names: [Visitor(crowd, name) for name in names]


def ask(portal, expression: str):
    """The value of an expression over the models, read from the database."""
    code = (
        "import json\n"
        "from eldercare.audit import AuditRecord\nfrom eldercare.review import ReviewEvent\n"
        "from eldercare.uploads import Upload\n"
        "from facilities.models import AcceptanceReview, Facility, FacilityRecord\n"
        "from plans.models import ProgressReport\n"
        f"print(json.dumps({expression}))"
    )
    return json.loads(portal.manage("shell", "-v", "0", "-c", code).splitlines()[-1])


def state_of(portal, upload: int) -> dict:
    """What the database holds of an upload: its status, records, events, and its township's report of the month."""
    return ask(
        portal,
        f"(lambda u: {{'status': u.status, 'records': FacilityRecord.objects.filter(upload=u).count(),"
        f"'expected': u.counts['new'] + u.counts['changed'],"
        f"'events': ReviewEvent.objects.filter(model='eldercare.upload', object_id=u.pk).count(),"
        f"'number': sum(ProgressReport.objects.filter(township=u.region, period__month=u.period)"
        f".values_list('number', flat=True)),"
        f"'handed_in': ProgressReport.objects.filter(upload=u).count()}})(Upload.objects.get(pk={upload}))",
    )


def township(crowd, place: int) -> str:
    codes = json.loads(crowd.manage("shell", "-v", "0", "-c", TOWNSHIPS).splitlines()[-1].replace("'", '"'))
    return codes[place % len(codes)]


@pytest.mark.parametrize("turn", ROUNDS)
def test_four_confirm_one_upload_and_one_of_them_does(crowd, people, turn):
    four = people(*[township(crowd, turn)] * 4)
    upload = four[0].stage(MONTH, f"四人同时确认 {turn}")
    before = state_of(crowd, upload)

    answers = at_once(*[lambda one=one: one.confirm(upload) for one in four])

    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert {a.data["problems"][0]["code"] for a in answers if a.status == 409} == {"already_done"}
    after = state_of(crowd, upload)
    assert after["records"] == after["expected"] > 0
    assert (after["status"], after["events"], after["handed_in"]) == ("confirmed", 1, 1)
    assert after["number"] == before["number"] + 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_sheets_of_one_township_and_the_second_is_told_that_it_is_stale(crowd, people, turn):
    one, other = people(*[township(crowd, turn + 7)] * 2)
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


def send_back(person: Visitor, review: int, version: int):
    data = {"verb": "send_back", "comment": "请补充材料", "version": version}
    return person.post(f"/admin/facilities/acceptancereview/{review}/move/", **data)


def accept(person: Visitor, review: int, version: int):
    data = {"verb": "accept", "comment": "", "version": version, "accepted_on": "2020-12-31"}
    return person.post(f"/admin/facilities/acceptancereview/{review}/move/", **data)


def waiting_review(crowd, clerk: Visitor) -> dict:
    """A review that waits for a decision, submitted by the clerk if none does."""
    row = ask(
        crowd,
        "[{'pk': r.pk, 'version': r.version, 'status': r.status} for r in AcceptanceReview.objects.filter("
        "status__in=['submitted', 'returned', 'draft']).order_by('-status', 'pk')][0]",
    )
    if row["status"] == "submitted":
        return row
    data = {"verb": "submit", "comment": "", "version": row["version"]}
    clerk.post(f"/admin/facilities/acceptancereview/{row['pk']}/move/", **data)
    return row | {"version": row["version"] + 1}


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_reviewers_decide_and_one_decision_stands(crowd, people, turn):
    clerk, first, second = people("clerk", "reviewer", "reviewer2")
    row = waiting_review(crowd, clerk)
    events = f"ReviewEvent.objects.filter(model='facilities.acceptancereview', object_id={row['pk']}).count()"
    before = ask(crowd, events)

    answers = at_once(
        lambda: accept(first, row["pk"], row["version"]), lambda: send_back(second, row["pk"], row["version"])
    )

    assert {answer.status for answer in answers} == {200}
    assert ask(crowd, events) == before + 1
    told = [("刚被别人处理过" in a.text or "不能验收合格" in a.text, "已办理" in a.text) for a in answers]
    assert sorted(told) == [(False, True), (True, False)]
    now = ask(
        crowd, f"(lambda r: [r.status, r.version, r.facility.stage])(AcceptanceReview.objects.get(pk={row['pk']}))"
    )
    assert now[0] in ("accepted", "returned")
    assert now[1] == row["version"] + 1
    assert (now[0] == "accepted") == (now[2] == "accepted")


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_clerks_open_a_review_and_there_is_one(crowd, people, turn):
    clerks = people("clerk", "clerk2")
    free = "list(Facility.objects.filter(acceptances__isnull=True).order_by('pk').values_list('pk', flat=True))[0]"
    facility = ask(crowd, free)

    answers = at_once(
        *[lambda one=one: one.post(f"/admin/facilities/facility/{facility}/open-review/") for one in clerks]
    )

    assert ask(crowd, f"AcceptanceReview.objects.filter(facility={facility}).count()") == 1
    assert sum("已建立验收审核草稿" in answer.text for answer in answers) == 1
    assert sum("该设施已有一份“草稿”的验收审核" in answer.text for answer in answers) == 1


FORM = {"type": "VILLAGE_POINT", "stage": "unsited", "effective_on": "2020-06-01"}


@pytest.mark.parametrize("turn", ROUNDS)
def test_form_sent_twice_registers_one_facility(crowd, people, turn):
    clerks = people("clerk", "clerk")
    name = f"连点两次的互助点 {turn}"
    place = ask(crowd, "Facility.objects.order_by('pk').values_list('township', flat=True)[0]")
    data = {**FORM, "name": name, "township": place}

    answers = at_once(*[lambda one=one: one.post("/admin/facilities/facility/add/", **data) for one in clerks])

    assert ask(crowd, f"Facility.objects.filter(name={name!r}).count()") == 1
    assert sum("没有重复登记" in answer.text for answer in answers) == 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_clerks_edit_a_facility_and_the_second_is_told(crowd, people, turn):
    clerks = people("clerk", "clerk2")
    seen = ask(
        crowd,
        "list(Facility.objects.filter(stage='unsited', contracts__isnull=True, links__isnull=True)"
        f".order_by('-pk').values('pk', 'name', 'type'))[{turn % 3}]",
    )
    last = f"max(FacilityRecord.objects.filter(facility={seen['pk']}).values_list('pk', flat=True))"
    count = f"FacilityRecord.objects.filter(facility={seen['pk']}).count()"
    before = ask(crowd, count)
    data = {**FORM, "name": seen["name"], "type": seen["type"], "seen": ask(crowd, last), "reason": "核对"}
    for prefix in ("contracts", "links"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    address = f"/admin/facilities/facility/{seen['pk']}/change/"

    answers = at_once(
        *[lambda one=one, number=n: one.post(address, **data, remark=f"同时改 {turn}-{number}")
          for n, one in enumerate(clerks)]
    )  # fmt: skip

    assert ask(crowd, count) == before + 1
    assert sum("刚被别人更新过" in answer.text for answer in answers) == 1


SLOW = {
    "sqlite": (
        "CREATE TRIGGER slow AFTER {event} ON {table} BEGIN SELECT count(*) FROM (WITH RECURSIVE step(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM step WHERE x < 1000000000) SELECT x FROM step); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION slowly() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(10); RETURN NULL; END' "
        "LANGUAGE plpgsql",
        "CREATE TRIGGER slow AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION slowly()",
    ),
}
AWAY = {"sqlite": "DROP TRIGGER slow", "postgresql": "DROP TRIGGER slow ON {table}"}


def alter(portal, *statements: str) -> None:
    lines = "".join(f"c.execute({statement!r})\n" for statement in statements)
    portal.manage("shell", "-v", "0", "-c", f"from django.db import connection\nc = connection.cursor()\n{lines}")


@pytest.mark.parametrize(
    ("turn", "event", "table"),
    [
        (0, "UPDATE", "eldercare_upload"),
        (1, "INSERT", "facilities_facilityrecord"),
        (2, "UPDATE", "plans_progressreport"),
        (3, "INSERT", "eldercare_auditrecord"),
    ],
)
def test_killed_while_confirming_leaves_nothing_and_can_be_confirmed_again(crowd, people, turn, event, table):
    (official,) = people(township(crowd, turn + 14))
    upload = official.stage(MONTH, "停电")
    before = state_of(crowd, upload)
    engine = "postgresql" if crowd.env["DATABASE_URL"].startswith("postgres") else "sqlite"
    alter(crowd, *[statement.format(event=event, table=table) for statement in SLOW[engine]])
    answers = []
    confirming = threading.Thread(target=lambda: answers.append(official.confirm(upload)))
    confirming.start()
    time.sleep(3)
    crowd.kill_workers()
    confirming.join()
    alter(crowd, AWAY[engine].format(table=table))

    assert answers[0].status == 0
    assert state_of(crowd, upload) == before
    assert before["status"] == "staged"

    assert official.confirm(upload).status == 200
    after = state_of(crowd, upload)
    assert after["records"] == after["expected"] > 0
    assert (after["status"], after["number"], after["events"]) == ("confirmed", before["number"] + 1, 1)
