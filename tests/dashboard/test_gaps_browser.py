"""还差什么 as a browser shows it: on a phone, on a laptop and on paper."""

import re

import pytest

PAGE = "/dashboard/500156/gaps/"
# Sections whose content runs into the next one.
OVERLAPS = """() => [...document.querySelectorAll('main section, main .lead')].flatMap((part, at, all) => {
  const next = all[at + 1]; if (!next || part.contains(next)) return [];
  const ends = Math.max(part.getBoundingClientRect().bottom, ...[...part.querySelectorAll('td, th')].map(cell => {
    const box = cell.closest('.scroll'); const own = cell.getBoundingClientRect().bottom;
    return box && getComputedStyle(box).overflowY !== 'visible' ? 0 : own; }));
  return ends > next.getBoundingClientRect().top + 1 ? [part.textContent.trim().slice(0, 40)] : [];
})"""


@pytest.fixture
def shown(portal, page):
    portal.sign_in(page, "leader")
    page.goto(f"{portal.url}{PAGE}")
    return page


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_runs_over_the_edge_or_into_the_next_section(shown, width):
    shown.set_viewport_size({"width": width, "height": 844})

    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.evaluate(OVERLAPS) == []


def test_phone_shows_who_lacks_most_before_the_table(shown):
    shown.set_viewport_size({"width": 390, "height": 844})
    top = {name: shown.locator(f"#{name}").bounding_box()["y"] for name in ("first-heading", "township-heading")}

    assert top["first-heading"] < top["township-heading"]
    assert shown.locator(".laggards a").first.is_visible()


def test_prints_on_a4(shown):
    paper = shown.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", paper))

    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
    shown.emulate_media(media="print")
    assert shown.locator("#township-heading").is_visible()
    assert not shown.locator(".gap-filter").is_visible()
