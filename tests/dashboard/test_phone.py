"""The leader's page on a phone: the answer without scrolling sideways, and nothing too small for a finger."""

import pytest

pytestmark = pytest.mark.browser

LAGGARDS = "table.is-brief >> nth=0"
# What stands alone and is tapped: height in px and words, of everything below 40.
SMALL = """() => [...document.querySelectorAll('.btn, .breadcrumbs a, tbody th > a, summary, main input, main select')]
  .filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 40)
  .map(one => [one.getBoundingClientRect().height, one.textContent.trim()])"""


@pytest.fixture
def phone(portal, page):
    portal.sign_in(page, "leader")
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_laggards_and_their_reasons_stand_on_the_first_screen(portal, phone):
    phone.goto(f"{portal.url}/")
    first = phone.locator(".laggards > li").first

    assert "没有验收的：" in first.inner_text()
    assert first.bounding_box()["y"] + first.bounding_box()["height"] < 844


def test_table_of_townships_needs_no_scrolling_sideways(portal, phone):
    phone.goto(f"{portal.url}/")

    assert phone.locator(LAGGARDS).bounding_box()["width"] <= 390
    assert phone.locator(LAGGARDS).locator("thead th:visible").all_inner_texts() == [
        "乡镇（街道）", "进度", "到期计划", "验收合格", "还差", "11月月报",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["", "gaps/", "reporting/", "money/", "training/", "500156105/"])
def test_what_is_tapped_is_large_enough_for_a_finger(portal, phone, path):
    phone.goto(f"{portal.url}/dashboard/500156/{path}")

    assert phone.evaluate(SMALL) == []
