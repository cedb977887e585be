"""The grid in a browser: sums follow the typing, a line is added, and what was typed is stored."""

import pytest

pytestmark = pytest.mark.browser


def test_sums_follow_the_typing_and_an_added_line_is_saved(portal, page):
    portal.sign_in(page, "clerk")
    page.goto(f"{portal.url}/admin/plans/plantable/?q=")
    page.click("th.field-policy a >> nth=1")
    page.get_by_role("link", name="填写", exact=True).click()
    sums, printed = page.locator("[data-sums] td"), page.locator("[data-printed] td input")
    assert (sums.nth(6).inner_text(), printed.nth(6).input_value()) == ("22", "23")
    assert "is-differs" in (sums.nth(6).get_attribute("class") or "")

    page.get_by_title("I5 凤山街道 村级互助养老点 2021", exact=True).fill("３")
    assert sums.nth(6).inner_text() == "23"
    assert "is-differs" not in (sums.nth(6).get_attribute("class") or "")

    page.get_by_role("button", name="加一行").click()
    page.keyboard.type("区民政局")
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    assert sums.nth(0).inner_text() == "8"
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/change/")
    assert "区民政局" in page.locator("table.annex tbody tr:last-child").inner_text()


PASTED = """text => { const told = new DataTransfer(); told.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: told, bubbles: true, cancelable: true})); }"""


def test_grid_is_worked_like_a_spreadsheet(portal, page):
    portal.sign_in(page, "clerk")
    page.goto(f"{portal.url}/admin/plans/plantable/?q=")
    page.click("th.field-policy a >> nth=0")
    page.get_by_role("link", name="填写", exact=True).click()
    page.wait_for_selector("table.is-typed")
    rows = page.locator("table.is-typed tbody tr")
    before, first = rows.count(), rows.nth(0).locator("input")
    first.nth(1).focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("/edit/"), "Enter does not send half a table"
    page.keyboard.type("5")
    assert rows.nth(1).locator("input").nth(1).input_value() == "5"

    rows.nth(before - 1).locator("input").nth(0).focus()
    page.evaluate(PASTED, '"仙女山\n街道"\t1\t\t0\r\n羊角街道\t\t2\t3\r\n')
    written = [[box.input_value() for box in rows.nth(row).locator("input").all()] for row in (before - 1, before)]
    assert written == [["仙女山街道", "1", "", "0", ""], ["羊角街道", "", "2", "3", ""]]

    rows.nth(0).locator("input").nth(3).focus()
    kept = rows.nth(0).locator("input").nth(3).input_value()
    page.evaluate(PASTED, "1\t2\t3")
    assert rows.nth(0).locator("input").nth(3).input_value() == kept
    assert "没有粘贴" in page.locator("[data-pasted]").inner_text()
