"""Two people and one deviation at the same moment, against a served portal: one proposal, one decision, one event.

Three rounds of each; twenty with CI_FULL=1.
"""

import json
import os

import pytest
from portal import served
from visitor import Visitor, at_once

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
WHY = "用地受限，可以借用社区活动室开展集体活动"
READ = """
import json
from eldercare.review import ReviewEvent
from facilities.models import Waiver
rows = Waiver.objects.filter(review__status="reviewing").order_by("pk")
events = ReviewEvent.objects.filter(model="facilities.waiver", object_id__in=rows)
print(json.dumps([[r.pk, r.review_id, r.status, r.version, events.filter(object_id=r.pk).count()] for r in rows]))
"""
COLLEAGUE = """
from eldercare.accounts import User, grant
from eldercare.regions import Region
user = User(username="approver2", region=Region.objects.districts().get(code="500156"))
user.set_password("{password}")
user.save()
grant(user, "approver")
"""


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes, with a second 科长."""
    portal.manage("shell", "-v", "0", "-c", COLLEAGUE.format(password=portal.password))
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def people(crowd):
    """The reviewer at two windows, and the two who may consent."""
    names = ("reviewer", "reviewer", "approver", "approver2")
    return [Visitor(crowd, name) for name in names]


def waivers(crowd) -> list[dict]:
    """The deviations of the review under way, with the number of decisions on each."""
    names = ("pk", "review", "status", "version", "events")
    rows = json.loads(crowd.manage("shell", "-v", "0", "-c", READ).splitlines()[-1])
    return [dict(zip(names, row, strict=True)) for row in rows]


def proposed(crowd, reviewer: Visitor) -> dict:
    """A deviation that waits for consent; proposed anew if the last one was decided on."""
    last = waivers(crowd)[-1]
    if last["status"] == "proposed":
        return last
    reviewer.post(address(last), requirement="station.area", justification=WHY)
    return waivers(crowd)[-1]


def address(waiver: dict, pk: int | None = None) -> str:
    base = f"/admin/facilities/acceptancereview/{waiver['review']}/waivers/"
    return f"{base}{pk}/" if pk else base


def decide(person: Visitor, waiver: dict, verb: str):
    data = {"verb": verb, "comment": "一起办理", "version": waiver["version"]}
    return person.post(address(waiver, waiver["pk"]), **data)


def settled(crowd, waiver: dict) -> dict:
    return next(row for row in waivers(crowd) if row["pk"] == waiver["pk"])


def told_apart(answers) -> bool:
    """Whether one was told that it is done and the other why not."""
    done = ["已办理" in answer.text for answer in answers]
    late = ["刚被别人处理过" in answer.text for answer in answers]
    return sorted(zip(done, late, strict=True)) == [(False, True), (True, False)]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_consents_at_once_are_one(crowd, people, turn):
    reviewer, _, first, second = people
    waiver = proposed(crowd, reviewer)
    answers = at_once(lambda: decide(first, waiver, "consent"), lambda: decide(second, waiver, "consent"))
    now = settled(crowd, waiver)
    assert told_apart(answers)
    assert (now["status"], now["version"], now["events"]) == ("consented", waiver["version"] + 1, waiver["events"] + 1)
    decide(first, now, "revoke")


@pytest.mark.parametrize("turn", ROUNDS)
def test_consent_and_withdrawal_at_once_leave_one_decision(crowd, people, turn):
    reviewer, _, first, _ = people
    waiver = proposed(crowd, reviewer)
    answers = at_once(lambda: decide(first, waiver, "consent"), lambda: decide(reviewer, waiver, "withdraw"))
    now = settled(crowd, waiver)
    assert told_apart(answers)
    assert now["status"] in ("consented", "withdrawn")
    assert now["events"] == waiver["events"] + 1
    if now["status"] == "consented":
        decide(first, now, "revoke")


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_proposals_at_once_are_one(crowd, people, turn):
    reviewer, window, _, _ = people
    waiver = proposed(crowd, reviewer)
    decide(reviewer, waiver, "withdraw")
    before = len(waivers(crowd))

    def propose(at):
        return lambda: at.post(address(waiver), requirement="station.area", justification=WHY)

    answers = at_once(propose(reviewer), propose(window))
    assert len(waivers(crowd)) == before + 1
    assert sum("偏差说明已提出" in answer.text for answer in answers) == 1
    assert sum("已有一份待同意的偏差说明" in answer.text for answer in answers) == 1
