"""The clerk's candidates and one claim's page over HTTP: drafting, approving, paying, refusals that keep what was typed."""

from decimal import Decimal

import desk as desks
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from eldercare.regions import Region
from subsidies.entitlement import entitlement
from subsidies.models import Payment, SubsidyClaim

CANDIDATES = "/admin/subsidies/subsidyclaim/candidates/"
DRAFT = "/admin/subsidies/subsidyclaim/draft/"
MILLION = desks.MILLION


def address(claim, page: str = "change") -> str:
    return reverse(f"admin:subsidies_subsidyclaim_{page}", args=[claim.pk])


def text(reply) -> str:
    return " ".join(reply.content.decode().split())


def move(client, claim, verb: str, **typed) -> str:
    claim.refresh_from_db()
    form = {"verb": verb, "version": claim.version, "comment": "", **typed}
    return text(client.post(address(claim, "move"), form, follow=True))


@pytest.fixture
def windows(client_for, desk):
    """A signed-in client for each of the three persons."""
    return {name: client_for(getattr(desk, name)) for name in ("clerk", "reviewer", "approver")}


@pytest.fixture
def budget(desk):
    return desk.budget(planned=MILLION)


def share(budget, amount: str) -> dict:
    return {f"share-{budget.pk}": amount}


def payment(desk, budget, **typed) -> dict:
    stated = {
        "amount": "200000",
        "on": f"{desk.today}",
        "budget": budget.pk,
        "voucher": "V-1",
        "payee": "白马镇",
        "note": "",
    }
    return stated | typed


def test_candidates_say_what_is_payable_and_what_is_missing_for_the_rest(windows):
    station = desks.accepted()
    page = text(windows["clerk"].get(CANDIDATES))
    assert "可以申请 <strong>1</strong> 笔，合计 <strong>20</strong> 万元" in page
    assert station.name in page
    assert "文件没有印金额，不能拨付" in page


def test_candidates_cost_the_same_queries_for_one_and_for_many(windows):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert windows["clerk"].get(CANDIDATES).status_code == 200
        return len(queries)

    desks.accepted()
    one = asked()
    for name in ("江口镇", "火炉镇", "羊角街道"):
        desks.accepted(name)
    assert asked() == one


def test_ticked_candidates_are_drafted_each_for_itself(windows, desk):
    rows = [desks.accepted(), desks.accepted("江口镇")]
    scheme = desk.scheme("station")
    keys = {row.key for row in map(desk_answer(desk), rows)}
    page = text(windows["clerk"].post(DRAFT, {"pick": [f"{scheme.pk}:{key}" for key in keys]}, follow=True))
    assert "已起草 2 笔" in page
    assert set(SubsidyClaim.objects.values_list("facility", "amount")) == {(row.pk, 200_000) for row in rows}


def test_a_row_s_own_button_drafts_that_row_alone_whatever_is_ticked(windows, desk):
    mine, ticked = [desk_answer(desk)(row) for row in (desks.accepted(), desks.accepted("江口镇"))]
    picks = {name: f"{row.scheme.pk}:{row.key}" for name, row in (("only", mine), ("pick", ticked))}
    page = text(windows["clerk"].post(DRAFT, picks, follow=True))
    assert mine.subject.name in page
    assert [row.facility for row in SubsidyClaim.objects.all()] == [mine.subject]


def test_the_enter_key_means_the_ticked_ones(windows):
    """A browser takes the first button of a form for the Enter key: it must not be some row's own."""
    desks.accepted()
    page = windows["clerk"].get(CANDIDATES).content.decode()
    assert 0 < page.index("起草勾选的申请") < page.index('name="only"')


def desk_answer(desk):
    return lambda row: entitlement(row, desk.today, desk.scheme("station"))[0]


def test_a_forged_candidate_is_refused_in_words(windows):
    for pick in ("1:x", "x", "", "9" * 40, "999999:FAC"):
        page = text(windows["clerk"].post(DRAFT, {"pick": pick}, follow=True))
        assert "不在可以申请的清单里" in page
    assert "请先勾选" in text(windows["clerk"].post(DRAFT, follow=True))
    assert SubsidyClaim.objects.count() == 0


@pytest.mark.parametrize("year", ["99999", "２０２０", "-1", "abc", "1999"])
def test_a_year_that_is_not_this_or_the_next_drafts_nothing(windows, desk, year):
    answer = desk_answer(desk)(desks.accepted())
    page = text(windows["clerk"].post(DRAFT, {"pick": f"{answer.scheme.pk}:{answer.key}", "year": year}, follow=True))
    assert "预算年度应为" in page
    assert SubsidyClaim.objects.count() == 0


@pytest.mark.parametrize("name", ["reviewer", "approver"])
def test_only_the_clerk_drafts(windows, name):
    assert windows[name].post(DRAFT, {"pick": "1:x"}).status_code == 403


def test_claim_goes_from_draft_to_paid_by_three_persons(windows, desk, budget):
    claim = desk.draft(desks.accepted())
    assert "已办理：提交审核" in move(windows["clerk"], claim, "submit")
    assert "已办理：批准" in move(windows["reviewer"], claim, "approve", **share(budget, "200,000.00"))
    page = move(windows["approver"], claim, "pay", **payment(desk, budget, amount="５００００"))
    assert "已办理：登记拨付" in page
    claim.refresh_from_db()
    assert (claim.status, claim.paid_total) == ("approved", Decimal(50_000))
    assert "已办理：登记拨付" in move(
        windows["approver"], claim, "pay", **payment(desk, budget, amount="150000", voucher="V-2")
    )
    claim.refresh_from_db()
    assert (claim.status, claim.paid_total) == ("paid", Decimal(200_000))


def test_page_lists_every_condition_with_its_clause(windows, desk):
    claim = desk.draft(desks.accepted())
    page = text(windows["clerk"].get(address(claim)))
    for row in claim.basis["conditions"]:
        assert row["label"] in page
        assert row["clause"] in page


@pytest.mark.parametrize(
    "amount", ["", "-1", "0", "1e9", "NaN", "Infinity", "１e３", "200000.001", "99999999999", "二十万", "9" * 50]
)
def test_an_amount_that_is_none_pays_nothing_and_keeps_what_was_typed(windows, desk, budget, amount):
    claim = desk.approved((budget, 200_000), subject=desks.accepted())
    page = move(windows["approver"], claim, "pay", **payment(desk, budget, amount=amount, voucher="凭证甲"))
    assert "已办理" not in page
    assert 'value="凭证甲"' in page
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("amount", ["199999.99", "-200000", "NaN", "1e9", "abc", "200001"])
def test_shares_that_are_not_the_amount_approve_nothing_and_stay(windows, desk, budget, amount):
    claim = desk.submitted(desks.accepted())
    page = move(windows["reviewer"], claim, "approve", comment="同意", **share(budget, amount))
    claim.refresh_from_db()
    assert claim.status == "submitted"
    assert f'value="{amount}"' in page
    assert ">同意</textarea>" in page


def test_payment_of_another_year_is_refused(windows, desk, budget):
    claim = desk.approved((budget, 200_000), subject=desks.accepted())
    page = move(windows["approver"], claim, "pay", **payment(desk, budget, on=f"{desk.year - 1}-12-31"))
    assert "预算年度内" in page
    assert Payment.objects.count() == 0


def test_the_same_form_sent_twice_pays_once(windows, desk, budget):
    claim = desk.approved((budget, 200_000), subject=desks.accepted())
    form = payment(desk, budget, amount="1000") | {"verb": "pay", "version": claim.version, "comment": ""}
    claim.refresh_from_db()
    form["version"] = claim.version
    for _ in range(2):
        page = text(windows["approver"].post(address(claim, "move"), form, follow=True))
    assert "刚被别人处理过" in page
    assert Payment.objects.count() == 1


def test_a_budget_of_another_district_cannot_be_named(windows, desk, budget):
    claim = desk.approved((budget, 200_000), subject=desks.accepted())
    other = desk.budget(source="other")
    page = move(windows["approver"], claim, "pay", **payment(desk, other))
    assert "资金来源" in page
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(("name", "verb"), [("clerk", "approve"), ("clerk", "pay"), ("reviewer", "pay")])
def test_a_forged_move_of_another_role_is_refused(windows, desk, budget, name, verb):
    claim = desk.submitted(desks.accepted())
    if verb == "pay":
        desk.approve(claim, {budget: Decimal(200_000)})
    before = (claim.status, claim.paid_total)
    claim.refresh_from_db()
    before = (claim.status, claim.paid_total)
    move(windows[name], claim, verb, **share(budget, "200000"), **payment(desk, budget))
    claim.refresh_from_db()
    assert (claim.status, claim.paid_total) == before


def test_a_claim_of_another_district_does_not_exist(client_for, make_user, desk):
    claim = desk.draft(desks.accepted())
    other = client_for(make_user("clerk", Region.objects.districts().get(code="500238"), "stranger"))
    for page in ("change", "form"):
        assert other.get(address(claim, page)).status_code == 404
    assert other.post(address(claim, "move"), {"verb": "submit", "version": 0}).status_code == 404


def test_revoked_acceptance_shows_and_recovery_is_booked(windows, desk, budget):
    station = desks.accepted()
    claim = desk.approved((budget, 200_000), subject=station)
    desk.pay(claim, 200_000, budget)
    desks.revoke(station, desk, "消防整改")
    page = text(windows["approver"].get(address(claim)))
    assert "消防整改" in page
    back = {"on": f"{desk.today}", "voucher": "R-1", "comment": "全额收回"}
    assert "已办理：登记追回" in move(windows["approver"], claim, "recover", **back)
    claim.refresh_from_db()
    assert (claim.status, claim.paid_total) == ("recovered", 0)
    assert "冲销第 1 笔" in text(windows["clerk"].get(address(claim)))


def test_papers_show_basis_and_voucher(windows, desk, budget):
    claim = desk.approved((budget, 200_000), subject=desks.accepted())
    desk.pay(claim, 200_000, budget, "川财-7")
    assert "补助申请审批表" in text(windows["clerk"].get(address(claim, "form")))
    paper = reverse("admin:subsidies_subsidyclaim_voucher", args=[claim.pk, 1])
    assert "川财-7" in text(windows["clerk"].get(paper))
    for number in ("2", "0", "x", "1" * 30):
        missing = reverse("admin:subsidies_subsidyclaim_voucher", args=[claim.pk, number])
        assert windows["clerk"].get(missing).status_code == 404
