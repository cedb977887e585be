"""Bad input and forged requests at a claim's page: each is refused with its reason, and nothing is half-written."""

import html
import re

import desk as desks
import pytest
from django.urls import reverse

from eldercare.regions import Region
from eldercare.review import ReviewEvent
from subsidies.models import Budget, ClaimShare, Payment, SubsidyClaim

STATION = 200_000


def held() -> tuple:
    """All that a move of a claim writes."""
    rows = (SubsidyClaim, Payment, ClaimShare, ReviewEvent)
    return tuple(list(model.objects.order_by("pk").values()) for model in rows)


def send(client, claim, **typed) -> str:
    """What the page says after a posted move."""
    claim.refresh_from_db()
    form = {"version": claim.version, "comment": ""} | typed
    address = reverse("admin:subsidies_subsidyclaim_move", args=[claim.pk])
    reply = client.post(address, form, follow=True)
    assert reply.status_code == 200
    told = re.findall(r'<li class="error">(.*?)</li>', reply.content.decode(), re.S)
    return html.unescape("".join(told))


@pytest.fixture
def budget(desk):
    return desk.budget()


@pytest.fixture
def foreign(desk):
    """A budget of another district in the same year."""
    other = Region.objects.districts().get(code="500238")
    return Budget.objects.create(district=other, year=desk.year, source="district", planned=10**6)


@pytest.fixture
def at(client_for, desk):
    return {name: client_for(getattr(desk, name)) for name in ("clerk", "reviewer", "approver")}


PAYMENTS = [
    ({"amount": "200000.01"}, "最多还能拨 200000.00 元"),
    ({"amount": "-200000"}, "拨付金额"),
    ({"amount": "1e30"}, "拨付金额"),
    ({"amount": "NaN"}, "拨付金额"),
    ({"amount": "Infinity"}, "拨付金额"),
    ({"amount": "１ｅ５"}, "拨付金额"),
    ({"amount": "0.001"}, "拨付金额"),
    ({"amount": "0"}, "大于 0"),
    ({"amount": ""}, "拨付金额"),
    ({"on": "2019-12-31"}, "预算年度内"),
    ({"on": "2020-13-40"}, "拨付日期"),
    ({"on": "9999-12-31"}, "不能晚于今天"),
    ({"on": "２０２０-01-01"}, "拨付日期"),
    ({"on": ""}, "拨付日期"),
    ({"budget": ""}, "资金来源"),
    ({"budget": "999999"}, "资金来源"),
    ({"budget": "x'"}, "资金来源"),
    ({"budget": "foreign"}, "资金来源"),
    ({"voucher": " "}, "凭证号"),
    ({"voucher": "长" * 61}, "凭证号"),
    ({"voucher": "坏\x07号"}, "凭证号"),
    ({"payee": "长" * 101}, "收款单位"),
    ({"version": ""}, "刷新"),
    ({"version": "-1"}, "刷新"),
    ({"version": "9" * 20}, "刷新"),
    ({"version": "0"}, "刚被别人处理过"),
    ({"verb": "pay_part"}, "没有这个操作"),
    ({"verb": "bribe"}, "没有"),
    ({"verb": ""}, "没有"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "words"), PAYMENTS)
def test_payment_that_cannot_be_is_refused_with_its_reason(at, desk, budget, foreign, typed, words):
    claim = desk.approved((budget, STATION), subject=desks.accepted())
    sound = {"verb": "pay", "amount": "1000", "on": f"{desk.today}", "budget": budget.pk, "voucher": "V-1"}
    if typed.get("budget") == "foreign":
        typed = {"budget": foreign.pk}
    before = held()
    assert words in send(at["approver"], claim, **sound | typed)
    assert held() == before
    assert send(at["approver"], claim, **sound) == "", "and the sound one is taken"


@pytest.mark.parametrize(
    ("own", "more", "words"),
    [
        ("199999.99", {}, "应等于申请金额"),
        ("-1", {"city": "200001"}, "金额"),
        ("1e30", {}, "金额"),
        ("NaN", {}, "金额"),
        ("", {}, "应等于申请金额"),
        ("100000", {"foreign": "100000"}, "应等于申请金额"),
        ("200000", {"city": "0.01"}, "应等于申请金额"),
    ],
)
def test_approval_that_cannot_be_is_refused_with_its_reason(at, desk, budget, foreign, own, more, words):
    known = {"city": desk.budget("city"), "foreign": foreign}
    claim = desk.submitted(desks.accepted())
    typed = {f"share-{known[name].pk}": amount for name, amount in more.items()} | {f"share-{budget.pk}": own}
    before = held()
    assert words in send(at["reviewer"], claim, verb="approve", **typed)
    assert held() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"voucher": ""}, "凭证号"),
        ({"on": "2019-01-01"}, "不能早于拨付日期"),
        ({"on": "9999-12-31"}, "不能晚于今天"),
        ({"on": "x"}, "追回日期"),
        ({"comment": " "}, "理由"),
    ],
)
def test_recovery_that_cannot_be_is_refused_with_its_reason(at, desk, budget, typed, words):
    claim = desk.approved((budget, STATION), subject=desks.accepted())
    desk.pay(claim, STATION, budget)
    sound = {"verb": "recover", "on": f"{desk.today}", "voucher": "R-1", "comment": "全额收回"}
    before = held()
    assert words in send(at["approver"], claim, **sound | typed)
    assert held() == before


VERBS = ("submit", "approve", "send_back", "withdraw", "cancel", "pay", "recover", "keep")
MAY = {
    "clerk": {"submit", "withdraw"},
    "reviewer": {"approve", "send_back", "keep"},
    "approver": {"cancel", "pay", "recover"},
    "leader": set(), "township": set(), "apiclient": set(), "admin": set(),
}  # fmt: skip


@pytest.mark.parametrize("role", MAY)
def test_a_forged_move_of_another_role_changes_nothing(client_for, make_user, desk, budget, baima, role):
    """Every move that a role may not make, posted in every state of a claim in which somebody else could make it."""
    claims = [
        desk.draft(desks.accepted()),
        desk.submitted(desks.accepted("江口镇")),
        desk.approved((budget, STATION), subject=desks.accepted("桐梓镇")),
    ]
    person = getattr(desk, role, None) or make_user(role, baima if role == "township" else desk.district, "forger")
    client, before = client_for(person), held()
    for claim in claims:
        for verb in set(VERBS) - MAY[role]:
            typed = {"amount": "1000", "on": f"{desk.today}", "budget": budget.pk, "voucher": "V-1", "verb": verb}
            typed |= {"comment": "伪造", f"share-{budget.pk}": STATION, "version": claim.version}
            client.post(reverse("admin:subsidies_subsidyclaim_move", args=[claim.pk]), typed)
            assert held() == before, verb


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver"])
def test_of_another_district_there_is_nothing_to_forge(client_for, make_user, desk, budget, role):
    claim = desk.approved((budget, STATION), subject=desks.accepted())
    desk.pay(claim, 1000, budget)
    stranger = client_for(make_user(role, Region.objects.districts().get(code="500238"), "stranger"))
    before = held()
    for verb in VERBS:
        typed = {"verb": verb, "version": claim.version, "comment": "伪造", "amount": "1", "budget": budget.pk}
        assert stranger.post(reverse("admin:subsidies_subsidyclaim_move", args=[claim.pk]), typed).status_code == 404
    for page in ("form", "voucher"):
        args = [claim.pk, 1][: 2 if page == "voucher" else 1]
        assert stranger.get(reverse(f"admin:subsidies_subsidyclaim_{page}", args=args)).status_code == 404
    assert held() == before


def test_a_second_claim_for_a_bundle_is_refused_at_the_page_too(at, desk):
    desks.complete_bundle()
    unit = Region.objects.get(code__startswith="500156", short_name="后坪乡")
    first = desk.draft(unit, "township-bundle")
    pick = {"only": f"{first.scheme_id}:{first.key}"}
    before = held()
    reply = at["clerk"].post(reverse("admin:subsidies_subsidyclaim_draft"), pick, follow=True)
    assert "不在可以申请的清单里（可能刚被起草或条件有变化）" in reply.content.decode()
    assert held() == before
