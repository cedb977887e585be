"""The review page in a browser: checks, history and buttons at once on a laptop; nothing over the edge on a phone."""

import pytest

BOX = """(selector) => { const box = document.querySelector(selector).getBoundingClientRect();
  return [box.top, box.bottom, box.left, box.right]; }"""
COLUMNS = (".review-facts", ".review-clauses", ".review-side")


@pytest.fixture
def case(portal, page):
    """The page of the demo's review that is under review, as its reviewer sees it."""
    portal.sign_in(page, "reviewer")
    page.goto(f"{portal.url}/admin/facilities/acceptancereview/?status__exact=reviewing&charge=mine")
    page.click("#result_list tbody th a")
    return page


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1440, 900)])
def test_checks_history_and_buttons_are_seen_without_scrolling(case, width, height):
    case.set_viewport_size({"width": width, "height": height})
    case.reload()
    columns = [case.evaluate(BOX, selector) for selector in COLUMNS]
    footer = case.evaluate(BOX, ".moves")
    assert case.evaluate("scrollY") == 0
    assert all(top > 0 and bottom <= footer[0] for top, bottom, _, _ in columns)
    assert footer[1] <= height + 1
    assert [left for _, _, left, _ in columns] == sorted(left for _, _, left, _ in columns)
    for seen in (".review-clauses tbody tr", ".timeline > li", ".moves button"):
        top, bottom, _, _ = case.evaluate(BOX, seen)
        assert top > 0, seen
        assert bottom <= height, seen


def test_the_way_to_return_leads_to_its_form(case):
    case.click(".moves-list a")
    assert case.url.endswith("#returning")
    top, _, _, _ = case.evaluate(BOX, "#returning h2")
    assert 0 <= top < 900


def test_nothing_runs_over_the_edge_of_a_phone(case):
    case.set_viewport_size({"width": 390, "height": 844})
    case.reload()
    assert case.evaluate("document.documentElement.scrollWidth") <= 390
    assert case.evaluate(BOX, ".review-clauses")[0] < case.evaluate(BOX, ".review-facts")[0]
