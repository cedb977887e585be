"""The money of the demo: every state of a claim and every answer of a candidate, told by the services people use."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from eldercare.accounts import User
from eldercare.management.demo import people
from eldercare.regions import Region
from eldercare.review import ReviewEvent
from facilities.models import Facility
from subsidies import board
from subsidies.candidates import candidates
from subsidies.models import SubsidyClaim

pytestmark = pytest.mark.django_db
BUNDLE = "township-bundle"


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo database, made once for this module and undone at its end."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_PASSWORD", "mingxin-2020-pass")
        call_command("demo", no_serve=True, stdout=StringIO())
        yield Region.objects.districts().get(code=people.DISTRICT)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def found(demo, django_db_blocker):
    """What the clerk sees of the district's candidates."""
    with django_db_blocker.unblock():
        return candidates(User.objects.get(username="clerk"), demo, demo.default_as_of())


def names(answers, scheme: str = BUNDLE) -> list[str]:
    return [str(row.subject) for row in answers if row.scheme.key == scheme]


def test_a_claim_stands_in_every_state_and_is_marked_as_demo(demo):
    found = dict(SubsidyClaim.objects.values_list("key", "status"))
    assert sorted(found.values()) == sorted(["paid", "paid", "paid", "approved", "submitted", "returned", "withdrawn"])
    assert set(SubsidyClaim.objects.values_list("note", flat=True)) == {"演示数据"}


def test_a_bundle_is_paid_in_parts(demo):
    claim = SubsidyClaim.objects.get(scheme__key=BUNDLE)
    assert (str(claim.township), claim.status, claim.amount, claim.paid_total) == ("凤来乡", "approved", 10**6, 800_000)
    assert list(claim.payments.values_list("number", "amount", "balance")) == [
        (1, 600_000, 600_000),
        (2, 200_000, 800_000),
    ]
    assert claim.members.count() == 4
    assert claim.flagged_at is None


def test_a_paid_claim_is_flagged_and_its_recovery_open(demo):
    claim = SubsidyClaim.objects.get(flagged_at__isnull=False)
    assert (claim.status, claim.paid_total) == ("paid", 200_000)
    assert "消防设施停用" in claim.flag_reason
    assert Facility.objects.get(pk=claim.facility_id).accepted_on is None


def test_candidates_show_every_answer_with_its_reason(found):
    assert names(found.payable) == ["仙女山镇"]
    assert names(found.pending) == ["桐梓镇"]
    (undecided,) = [row for row in found.pending if row.scheme.key == BUNDLE]
    assert "不能确定（计划年度、验收日期或原乡镇没有登记）" in undecided.reasons[0]
    refused = {str(row.subject): row.reasons for row in found.refused if row.scheme.key == BUNDLE}
    assert any("还差 5 个村级互助养老点" in reason for reason in refused["长坝镇"])
    assert names(found.payable, "station") == ["芙蓉西路社区演示养老服务站"]


def test_the_board_says_what_the_money_did(demo):
    total = board.board(demo, 2020).total
    assert (total.planned, total.committed, total.paid, total.left) == (5_200_000, 3_400_000, 3_200_000, 1_800_000)


def test_three_persons_handled_every_paid_claim_and_all_of_it_in_the_demo_year(demo):
    for claim in SubsidyClaim.objects.filter(status="paid"):
        signed = (claim.created_by.username, claim.decided_by.username, claim.paid_by.username)
        assert signed == ("clerk", "reviewer", "approver")
    events = ReviewEvent.objects.filter(model="subsidies.subsidyclaim")
    assert {event.at.year for event in events} == {2020}
    returned = events.get(verb="send_back")
    assert "运营合同" in returned.comment


def test_the_printed_accounts_say_who_handles_money():
    can = {person.role: person.can for person in people.PEOPLE}
    assert "起草补助" in can["clerk"]
    assert "批准补助" in can["reviewer"]
    assert "拨付和追回" in can["approver"]
