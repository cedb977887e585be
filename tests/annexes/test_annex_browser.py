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
