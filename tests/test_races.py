"""People who act on one case or facility at the same moment: tried on a served portal of four processes.

Three rounds of each; twenty with CI_FULL=1.
"""

import os
from dataclasses import dataclass

import pytest
from portal import served
from visitor import Visitor, at_once, windows

ROUNDS = range(20 if os.environ.get("CI_FULL") == "1" else 3)
COLLEAGUES = """
from eldercare.accounts import grant
for name, role in (("clerk2", "clerk"), ("reviewer2", "reviewer")):
    user = User(username=name, region=Region.objects.districts().get(code="500156"))
    user.set_password("{password}")
    user.save()
    grant(user, role)
"""


@pytest.fixture(scope="module")
def crowd(portal):
    """The portal served by four processes, with a second clerk and a second reviewer."""
    portal.do(COLLEAGUES.format(password=portal.password))
    with served(portal.env, workers=4) as busy:
        yield busy


@pytest.fixture(scope="module")
def people(crowd):
    """people(*names) -> those persons signed in; the same person may be there several times, each in a window of its own."""
    return windows(crowd)


# Brings one facility's review to where a race begins, through the services, whatever the round before left of it.
READY = """
from eldercare import review
from facilities import services
clerk, reviewer, approver = (User.objects.get(username=name) for name in ("clerk", "reviewer", "approver"))
facility = Facility.objects.get(name="后槽村演示互助养老点")
row = facility.acceptances.exclude(status__in=["withdrawn", "revoked"]).first()
if row and row.status == "accepted":
    review.perform(row, "revoke", by=approver, comment="重新审核")
    row = None
row = row or services.open_review(facility, by=clerk)
if row.status == "reviewing":
    review.perform(row, "send_back", by=row.reviewer, comment="重新审核")
if row.status in ("draft", "returned"):
    review.perform(row, "submit", by=clerk)
if "{status}" == "reviewing":
    services.take(row, by=reviewer)
ready = [row.pk, row.version, row.events().count(), User.objects.get(username="reviewer2").pk]
"""


@pytest.fixture
def case(crowd):
    """case(status) -> a review that waits (submitted) or that the reviewer has taken (reviewing)."""

    def make(status: str) -> "Case":
        crowd.do(READY.format(status=status))
        return Case(crowd, *crowd.ask("ready"))

    return make


@dataclass(frozen=True)
class Case:
    """A review as everybody's page shows it before the race; each action acts on that version."""

    crowd: object
    pk: int
    version: int
    events: int
    reviewer2: int

    def move(self, person: Visitor, verb: str, **data):
        """One press of a button of the footer."""
        told = {"verb": verb, "comment": "现场核查属实", "version": self.version, **data}
        return lambda: person.post(f"/admin/facilities/acceptancereview/{self.pk}/move/", **told)

    def accept(self, person: Visitor):
        return self.move(person, "accept", accepted_on="2020-12-31")

    def send_back(self, person: Visitor):
        line = {"lines": 1, "tick-0": "on", "requirement-0": "", "code-0": "other", "message-0": "请补充材料"}
        told = {"version": self.version, "comment": "", **line}
        return lambda: person.post(f"/admin/facilities/acceptancereview/{self.pk}/send-back/", **told)

    def now(self) -> dict:
        """What the database holds of it, and how many events the race brought."""
        words = (
            "(lambda r: {'status': r.status, 'version': r.version, 'stage': r.facility.stage,"
            " 'reviewer': r.reviewer and r.reviewer.username, 'events': r.events().count(),"
            f" 'last': r.events().last().verb}})(AcceptanceReview.objects.get(pk={self.pk}))"
        )
        found = self.crowd.ask(words)
        return found | {"events": found["events"] - self.events, "moved": found["version"] - self.version}


LATE = ("刚被别人处理过", "承办；需要换人时请科长重新分派", "当前状态为")


def one_was_done(answers) -> int:
    """Which of them was done: exactly one, and every other was told why not, on a page that stands."""
    assert {answer.status for answer in answers} == {200}
    done = [place for place, answer in enumerate(answers) if "已办理：" in answer.text]
    assert len(done) == 1
    others = [answer.text for place, answer in enumerate(answers) if place not in done]
    assert all(any(words in text for words in LATE) for text in others)
    return done[0]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_reviewers_take_a_case_and_one_has_it(case, people, turn):
    waiting = case("submitted")
    first, second = people("reviewer", "reviewer2")
    done = one_was_done(at_once(waiting.move(first, "take"), waiting.move(second, "take")))
    now = waiting.now()
    assert (now["status"], now["events"], now["moved"]) == ("reviewing", 1, 1)
    assert now["reviewer"] == ("reviewer", "reviewer2")[done]


@pytest.mark.parametrize("turn", ROUNDS)
def test_one_is_assigned_while_another_takes_and_one_has_it(case, people, turn):
    waiting = case("submitted")
    approver, reviewer = people("approver", "reviewer")
    assign = waiting.move(approver, "assign", reviewer=waiting.reviewer2)
    done = one_was_done(at_once(assign, waiting.move(reviewer, "take")))
    now = waiting.now()
    assert (now["status"], now["events"], now["moved"]) == ("reviewing", 1, 1)
    assert now["reviewer"] == ("reviewer2", "reviewer")[done]


@pytest.mark.parametrize("turn", ROUNDS)
def test_accepted_in_one_window_and_returned_in_another_and_one_decision_stands(case, people, turn):
    taken = case("reviewing")
    one, other = people("reviewer", "reviewer")
    done = one_was_done(at_once(taken.accept(one), taken.send_back(other)))
    now = taken.now()
    assert (now["events"], now["moved"]) == (1, 1)
    assert (now["status"], now["last"], now["stage"]) == [
        ("accepted", "accept", "accepted"), ("returned", "send_back", "completed"),
    ][done]  # fmt: skip


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_reviewers_decide_and_only_the_one_in_charge_does(case, people, turn):
    taken = case("reviewing")
    in_charge, other = people("reviewer", "reviewer2")
    assert one_was_done(at_once(taken.accept(in_charge), taken.send_back(other))) == 0
    now = taken.now()
    assert (now["status"], now["stage"], now["events"], now["moved"]) == ("accepted", "accepted", 1, 1)


@pytest.mark.parametrize("turn", ROUNDS)
def test_accepting_on_a_double_click_accepts_once(case, people, turn):
    taken = case("reviewing")
    hands = people(*["reviewer"] * 3)
    one_was_done(at_once(*[taken.accept(hand) for hand in hands]))
    now = taken.now()
    assert (now["status"], now["stage"], now["events"], now["moved"]) == ("accepted", "accepted", 1, 1)


@pytest.mark.parametrize("turn", ROUNDS)
def test_withdrawn_while_it_is_accepted_and_one_of_both_happened(case, people, turn):
    taken = case("reviewing")
    clerk, reviewer = people("clerk", "reviewer")
    done = one_was_done(at_once(taken.move(clerk, "withdraw"), taken.accept(reviewer)))
    now = taken.now()
    assert (now["events"], now["moved"]) == (1, 1)
    assert (now["status"], now["stage"]) == [("withdrawn", "completed"), ("accepted", "accepted")][done]


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_clerks_open_a_review_and_there_is_one(crowd, people, turn):
    clerks = people("clerk", "clerk2")
    free = "list(Facility.objects.filter(acceptances__isnull=True).order_by('pk').values_list('pk', flat=True))[0]"
    facility = crowd.ask(free)

    answers = at_once(
        *[lambda one=one: one.post(f"/admin/facilities/facility/{facility}/open-review/") for one in clerks]
    )

    assert crowd.ask(f"AcceptanceReview.objects.filter(facility={facility}).count()") == 1
    assert sum("已建立验收审核草稿" in answer.text for answer in answers) == 1
    assert sum("该设施已有一份“草稿”的验收审核" in answer.text for answer in answers) == 1


FORM = {"type": "VILLAGE_POINT", "stage": "unsited", "effective_on": "2020-06-01"}


@pytest.mark.parametrize("turn", ROUNDS)
def test_form_sent_twice_registers_one_facility(crowd, people, turn):
    clerks = people("clerk", "clerk")
    name = f"连点两次的互助点 {turn}"
    place = crowd.ask("Facility.objects.order_by('pk').values_list('township', flat=True)[0]")
    data = {**FORM, "name": name, "township": place}

    answers = at_once(*[lambda one=one: one.post("/admin/facilities/facility/add/", **data) for one in clerks])

    assert crowd.ask(f"Facility.objects.filter(name={name!r}).count()") == 1
    assert sum("没有重复登记" in answer.text for answer in answers) == 1


@pytest.mark.parametrize("turn", ROUNDS)
def test_two_clerks_edit_a_facility_and_the_second_is_told(crowd, people, turn):
    clerks = people("clerk", "clerk2")
    seen = crowd.ask(
        "list(Facility.objects.filter(stage='unsited', contracts__isnull=True, links__isnull=True)"
        f".order_by('-pk').values('pk', 'name', 'type'))[{turn % 3}]",
    )
    last = f"max(FacilityRecord.objects.filter(facility={seen['pk']}).values_list('pk', flat=True))"
    count = f"FacilityRecord.objects.filter(facility={seen['pk']}).count()"
    before = crowd.ask(count)
    data = {**FORM, "name": seen["name"], "type": seen["type"], "seen": crowd.ask(last), "reason": "核对"}
    for prefix in ("contracts", "links"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    address = f"/admin/facilities/facility/{seen['pk']}/change/"

    answers = at_once(
        *[lambda one=one, number=n: one.post(address, **data, remark=f"同时改 {turn}-{number}")
          for n, one in enumerate(clerks)]
    )  # fmt: skip

    assert crowd.ask(count) == before + 1
    assert sum("刚被别人更新过" in answer.text for answer in answers) == 1
