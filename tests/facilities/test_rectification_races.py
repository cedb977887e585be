"""Two people and one item of the ledger at the same moment, against a served portal: one decision, one item, one event.

Three rounds of each; twenty with CI_FULL=1.
"""

import json
import os

import pytest
from portal import served
from visitor import Visitor, at_once

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
CLAUSE = "township.area"
READ = """
import json
from eldercare.review import ReviewEvent
from facilities.models import AcceptanceReview, Rectification
case = AcceptanceReview.objects.filter(status="reviewing", facility__type="TOWNSHIP_CENTRE").first()
rows = Rectification.objects.order_by("pk")
events = ReviewEvent.objects.filter(model="facilities.rectification")
items = [[r.pk, r.status, r.version, r.requirement, r.reopenings, events.filter(object_id=r.pk).count()] for r in rows]
print(json.dumps({"case": case.pk, "items": items}))
"""
COLLEAGUE = """
from eldercare.accounts import User, grant
from eldercare.regions import Region
user = User(username="reviewer3", region=Region.objects.districts().get(code="500156"))
user.set_password("{password}")
user.save()
grant(user, "reviewer")
"""


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes, with a further reviewer."""
    portal.manage("shell", "-v", "0", "-c", COLLEAGUE.format(password=portal.password))
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def people(crowd):
    return [Visitor(crowd, name) for name in ("reviewer", "reviewer3", "clerk")]


def ledger(crowd) -> tuple[int, list[dict]]:
    """The review under way, and every item with the number of its events."""
    found = json.loads(crowd.manage("shell", "-v", "0", "-c", READ).splitlines()[-1])
    names = ("pk", "status", "version", "requirement", "reopenings", "events")
    return found["case"], [dict(zip(names, row, strict=True)) for row in found["items"]]


def move(person: Visitor, item: dict, verb: str):
    data = {"verb": verb, "comment": "同时办理", "version": item["version"]}
    return person.post(f"/admin/facilities/rectification/{item['pk']}/move/", **data)


def waiting(crowd, clerk: Visitor) -> dict:
    """An item of no clause that waits for its re-check; one that is open is reported first."""
    _, items = ledger(crowd)
    free = [item for item in items if not item["requirement"]]
    found = next((item for item in free if item["status"] == "reported"), None)
    if found is None:
        found = next(item for item in free if item["status"] == "open")
        move(clerk, found, "report")
    return next(item for item in ledger(crowd)[1] if item["pk"] == found["pk"])


@pytest.mark.parametrize("turn", ROUNDS)
def test_striking_off_and_sending_back_at_once_leave_one_decision(crowd, people, turn):
    first, second, clerk = people
    item = waiting(crowd, clerk)

    answers = at_once(lambda: move(first, item, "close"), lambda: move(second, item, "reopen"))

    now = next(row for row in ledger(crowd)[1] if row["pk"] == item["pk"])
    told = [("刚被别人处理过" in answer.text, "已办理" in answer.text) for answer in answers]
    assert sorted(told) == [(False, True), (True, False)]
    assert (now["version"], now["events"]) == (item["version"] + 1, item["events"] + 1)
    assert (now["status"], now["reopenings"] - item["reopenings"]) in (("closed", 0), ("open", 1))
    if now["status"] == "closed":
        move(first, now, "reopen")


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_put_one_clause_into_the_ledger_and_it_is_there_once(crowd, people, turn):
    first, second, _ = people
    case, before = ledger(crowd)
    typed = {"problem": "面积没有登记", "measure": "丈量后登记", "owner": "乡镇", "due_on": "2021-02-01"}
    form = {"clause": CLAUSE} | {f"{name}:{CLAUSE}": value for name, value in typed.items()}
    address = f"/admin/facilities/acceptancereview/{case}/rectify/"

    answers = at_once(*[lambda one=one: one.post(address, **form) for one in (first, second)])

    _, after = ledger(crowd)
    assert len(after) == len(before) + 1
    assert sum("已列入整改台账 1 项" in answer.text for answer in answers) == 1
    assert sum("没有列入整改" in answer.text for answer in answers) == 1
    move(first, after[-1], "cancel")
