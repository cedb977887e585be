"""The clauses of a standard in the admin say what they demand, not only what they are called."""

import pytest

from facilities.models import Requirement

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/facilities/requirement/"


@pytest.fixture
def page(clerk, client_for):
    """A page of the admin as the clerk sees it."""
    client = client_for(clerk)
    return lambda address: client.get(address).content.decode()


def test_list_shows_value_and_unit_of_each_clause(page):
    """Expected: wulong-2020 二(二)1, a street centre of 1500 ㎡ at least."""
    listed = page(f"{ADDRESS}?all=")
    assert "不低于 1500 ㎡" in listed
    assert "body" not in listed.split("<table")[1].split("</table>")[0]


def test_every_clause_has_a_demand_in_words(page):
    for row in Requirement.objects.order_by("pk"):
        shown = page(f"{ADDRESS}{row.pk}/change/")
        demanded = shown.split('field-demanded"')[1].split("</div>")[0] if 'field-demanded"' in shown else shown
        assert "$decimal" not in shown
        assert "None" not in demanded, row.key


def test_edition_lists_the_demands_of_its_clauses(page):
    edition = Requirement.objects.order_by("pk").first().edition
    assert "不低于 1500 ㎡" in page(f"/admin/facilities/standardedition/{edition.pk}/change/")
