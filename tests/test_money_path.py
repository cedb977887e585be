"""Money from the candidate to the district's page and back, as three persons do it at their screens.

A township's centre and all points that annex 2 plans for it are accepted: its bundle of 100万 is drafted, approved out of two
budgets, paid in two parts, seen by the leader; then the centre's acceptance is revoked, the claim flagged, the money recovered.
"""

import re
from contextlib import ExitStack

import pytest
from portal import window

pytestmark = pytest.mark.browser

NAMES = ("clerk", "reviewer", "approver", "leader")
TOWNSHIP, CENTRE = "仙女山镇", "仙女山镇演示养老服务中心"
BUNDLE = "乡镇养老服务中心及辖区村级互助养老点"


@pytest.fixture
def desks(portal, browser):
    """A window for each person, every one signed in; questions of the portal are answered with yes."""
    with ExitStack() as opened:
        found = {}
        for name in NAMES:
            found[name] = opened.enter_context(window(browser))
            found[name].on("dialog", lambda dialog: dialog.accept())
            portal.sign_in(found[name], name)
        yield found


def press(page, selector: str) -> None:
    """Press a button or link that leads on, and wait for where it leads."""
    with page.expect_navigation():
        page.click(selector)


def text(page, selector: str = "#content") -> str:
    return page.inner_text(selector)


def move(page, label: str, comment: str = "") -> None:
    """One of the moves in the fixed footer."""
    if comment:
        page.fill("#move-comment", comment)
    press(page, f".moves button:has-text('{label}')")


def money_of(leader, portal) -> tuple[str, str]:
    """What the district's page says is approved and paid, in 万元."""
    leader.goto(f"{portal.url}/dashboard/500156/")
    told = text(leader, "section:has(> #money-heading)")
    return re.search(r"已批准 \d+ 笔 (\S+) 万元，已拨付 (\S+) 万元", told).groups()


def draft(clerk, portal) -> str:
    """The bundle is among what can be claimed; the clerk drafts and submits it. The address of the claim."""
    clerk.goto(f"{portal.url}/admin/subsidies/subsidyclaim/candidates/")
    row = f"#payable tr:has-text('{BUNDLE}')"
    assert TOWNSHIP in text(clerk, row)
    assert "100" in text(clerk, row)
    press(clerk, f"{row} button:has-text('起草')")
    told = text(clerk)
    assert "100 万元" in told
    assert "3 个" in told, "the points are counted in the basis"
    move(clerk, "提交审核")
    assert "待审核" in text(clerk, ".moves")
    return clerk.url.partition("#")[0]


def approve(reviewer, claim: str) -> None:
    """Too little is refused and stays in the form; then two budgets bear it."""
    reviewer.goto(claim)
    reviewer.fill("#approve input[name^=share-] >> nth=0", "400000")
    reviewer.fill("#approve-comment", "条件齐全")
    press(reviewer, "#approve button")
    assert "应等于申请金额" in reviewer.inner_text("body")
    assert reviewer.input_value("#approve input[name^=share-] >> nth=0") == "400000"
    assert reviewer.input_value("#approve-comment") == "条件齐全"
    reviewer.fill("#approve input[name^=share-] >> nth=1", "600000")
    press(reviewer, "#approve button")
    assert "已批准" in text(reviewer, ".moves")
    assert reviewer.locator("#pay").count() == 0, "who approves does not pay"


def pay(approver, claim: str, source: str, amount: str, voucher: str) -> None:
    approver.goto(claim)
    approver.fill("#pay-amount", amount)
    approver.select_option("#pay-budget", label=approver.inner_text(f"#pay-budget option:has-text('{source}')"))
    approver.fill("#pay-voucher", voucher)
    press(approver, "#pay button")
    assert voucher in text(approver)


def revoke(approver, portal) -> None:
    """The acceptance of the township's centre turns out to be wrong."""
    approver.goto(f"{portal.url}/admin/facilities/acceptancereview/?q={CENTRE}")
    press(approver, "#result_list tbody th a")
    move(approver, "撤销", "消防设施停用，限期整改")


def recover(approver, claim: str) -> None:
    approver.goto(claim)
    approver.fill("#recover-voucher", "追回-1")
    approver.fill("#recover-comment", "验收撤销，全额收回")
    press(approver, "#recover button")
    assert "已追回" in text(approver, ".moves")
    assert text(approver).count("冲销第") == 2


def test_bundle_is_paid_and_comes_back_when_its_ground_falls_away(portal, desks):
    before = money_of(desks["leader"], portal)
    claim = draft(desks["clerk"], portal)
    approve(desks["reviewer"], claim)
    pay(desks["approver"], claim, "市级资金", "400000", "测-1")
    pay(desks["approver"], claim, "区级财政", "600000", "测-2")
    assert "已拨付" in text(desks["approver"], ".moves")
    after = money_of(desks["leader"], portal)
    assert [float(now) - float(then) for now, then in zip(after, before, strict=True)] == [100, 100]

    revoke(desks["approver"], portal)
    desks["reviewer"].goto(claim)
    assert "消防设施停用" in text(desks["reviewer"])
    recover(desks["approver"], claim)
    assert money_of(desks["leader"], portal) == before
