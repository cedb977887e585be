"""Budgets, the year's board, the exposure and the payment ledger over HTTP."""

import re
from decimal import Decimal
from io import BytesIO

import desk as desks
import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from subsidies.models import Budget

ADD, BOARD, EXPOSURE = (f"/admin/subsidies/budget/{page}/" for page in ("add", "board", "exposure"))
LEDGER = "/admin/subsidies/payment/"


def text(reply) -> str:
    return " ".join(reply.content.decode().split())


@pytest.fixture
def clerk_at(client_for, clerk):
    return client_for(clerk)


def stated(desk, **typed) -> dict:
    given = {
        "district": desk.district.pk,
        "year": desk.year,
        "source": "lottery",
        "planned": "1,700,000",
        "pool": "",
        "note": "",
    }
    return given | typed


def test_a_budget_is_entered_in_yuan_and_stands_on_record(clerk_at, desk):
    clerk_at.post(ADD, stated(desk, pool="２０００００００元"))
    row = Budget.objects.get()
    assert (row.planned, row.pool) == (Decimal(1_700_000), Decimal(20_000_000))
    assert AuditRecord.objects.get(model="subsidies.budget").detail["after"]["planned"] == "1700000.00"


@pytest.mark.parametrize("amount", ["", "-1", "1e9", "NaN", "Infinity", "1.001", "9" * 40, "一百万", "1 000 000 00x"])
def test_an_amount_that_is_none_is_refused_beside_its_field(clerk_at, desk, amount):
    reply = clerk_at.post(ADD, stated(desk, planned=amount))
    assert reply.status_code == 200
    assert "errorlist" in reply.content.decode()
    assert Budget.objects.count() == 0


@pytest.mark.parametrize("year", ["1999", "2101", "-2020", "abc", "99999999999"])
def test_a_year_that_cannot_be_is_refused(clerk_at, desk, year):
    assert clerk_at.post(ADD, stated(desk, year=year)).status_code == 200
    assert Budget.objects.count() == 0


def test_lottery_budget_above_the_pool_is_refused(clerk_at, desk):
    assert "不能超过区级留存总额" in text(clerk_at.post(ADD, stated(desk, pool="100")))
    assert Budget.objects.count() == 0


def test_the_same_source_of_a_year_is_entered_once(clerk_at, desk):
    clerk_at.post(ADD, stated(desk))
    assert "已经登记" in text(clerk_at.post(ADD, stated(desk)))
    assert Budget.objects.count() == 1


def test_a_budget_is_never_set_below_what_is_committed(clerk_at, desk):
    budget = desk.budget(planned=desks.MILLION)
    desk.approved((budget, 200_000))
    address = f"/admin/subsidies/budget/{budget.pk}/change/"
    assert "已批准安排 200000.00 元" in text(clerk_at.post(address, {"planned": "199999.99", "pool": "", "note": ""}))
    clerk_at.post(address, {"planned": "200000", "pool": "", "note": ""})
    budget.refresh_from_db()
    assert budget.planned == 200_000


def test_only_the_clerk_enters_budgets_and_only_of_the_own_district(client_for, clerk_at, desk, reviewer):
    assert client_for(reviewer).post(ADD, stated(desk)).status_code == 403
    other = Region.objects.districts().get(code="500238")
    clerk_at.post(ADD, stated(desk, district=other.pk))
    assert Budget.objects.count() == 0


def test_board_adds_up_by_source_with_the_lottery_share(clerk_at, desk):
    city = desk.budget(source="city", planned=desks.MILLION)
    desk.budget(source="lottery", planned=Decimal(1_600_000), pool=Decimal(2_000_000))
    claim = desk.approved((city, 200_000))
    desk.pay(claim, 50_000, city)
    page = text(clerk_at.get(BOARD))
    told = page[page.index("市级资金</th>") :]
    cells = re.findall(r'<td class="num"[^>]*>(?:<strong>)?([\d.]+)', told)
    assert cells[:6] == ["100", "20", "5", "15", "0", "80"]
    assert "<strong>80.0%</strong>（160 ÷ 200 万元）" in page


@pytest.mark.parametrize("year", ["1", "abc", "²", "9" * 30, ""])
def test_an_odd_year_of_the_board_is_the_present_one(clerk_at, desk, year):
    assert f"{desk.year}年" in text(clerk_at.get(BOARD, {"year": year}))


def test_exposure_shows_the_arithmetic_of_31_million(clerk_at, wulong):
    page = text(clerk_at.get(EXPOSURE))
    assert "400 + 200 + 2500 =" in page
    assert "<strong>3100</strong>" in page
    assert "凤山街道：村级互助养老点 7 个" in page


@pytest.mark.parametrize("address", [BOARD, EXPOSURE, "/admin/subsidies/subsidyclaim/candidates/"])
def test_pages_of_another_district_do_not_exist(clerk_at, wulong, address):
    for code in ("500238", "x", "0"):
        assert clerk_at.get(address, {"district": code}).status_code == 404


def test_ledger_is_exported_as_filtered_and_the_export_is_on_record(clerk_at, desk):
    budget = desk.budget()
    claim = desk.approved((budget, 200_000))
    desk.pay(claim, 200_000, budget, "=1+1")
    reply = clerk_at.get(f"{LEDGER}export/")
    rows = list(openpyxl.load_workbook(BytesIO(reply.content)).active.values)
    assert ("=1+1", 200_000) in {(row[2], row[10]) for row in rows}
    assert AuditRecord.objects.get(action="export").detail["what"] == "拨付台账"


def test_ledger_asks_the_same_for_one_and_many_rows(clerk_at, desk):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert clerk_at.get(LEDGER).status_code == 200
        return len(queries)

    budget = desk.budget()
    desk.pay(desk.approved((budget, 200_000)), 1000, budget)
    one = asked()
    desk.pay(desk.approved((budget, 200_000), subject=desks.accepted("江口镇")), 1000, budget)
    assert asked() == one


def test_ledger_rows_are_not_changed_here(clerk_at, desk):
    budget = desk.budget()
    claim = desk.approved((budget, 200_000))
    desk.pay(claim, 1000, budget)
    row = claim.payments.get()
    for page in ("change", "delete"):
        assert clerk_at.post(f"{LEDGER}{row.pk}/{page}/", {"amount": "1"}).status_code == 403
    row.refresh_from_db()
    assert row.amount == 1000
