"""整改单价 in the admin: entered by the clerk for the own district, once a kind, and read by the others."""

from decimal import Decimal

import pytest
from django.urls import reverse

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities.models import UnitPrice

ADD = reverse("admin:facilities_unitprice_add")


def text(response) -> str:
    return " ".join(response.content.decode().split())


def filled(**changes) -> dict:
    return {"of": "gross_area", "yuan": "2000", "source": "区发改委2020年造价"} | changes


def test_clerk_enters_a_price_of_the_own_district(client_for, clerk, wulong):
    answer = client_for(clerk).post(ADD, filled())
    price = UnitPrice.objects.get()

    assert answer.status_code == 302
    assert (price.district, price.of, price.yuan) == (wulong, "gross_area", Decimal(2000))
    assert AuditRecord.objects.filter(action="record.created", object_id=str(price.pk)).exists()


def test_forged_district_is_not_taken(client_for, clerk, wulong):
    other = Region.objects.get(code="500238")
    client_for(clerk).post(ADD, filled(district=other.pk))

    assert [price.district for price in UnitPrice.objects.all()] == [wulong]


@pytest.mark.parametrize(
    "wrong",
    [
        {"yuan": "-1"},
        {"yuan": ""},
        {"yuan": "NaN"},
        {"yuan": "1e99"},
        {"yuan": "2000.001"},
        {"yuan": "两千"},
        {"of": "money"},
        {"of": ""},
        {"source": ""},
        {"source": "   "},
        {"source": "造" * 201},
        {"source": "a\x00b"},
    ],
)
def test_wrong_price_is_refused_and_nothing_written(client_for, clerk, wrong):
    answer = client_for(clerk).post(ADD, filled(**wrong))

    assert answer.status_code in (200, 400)
    assert not UnitPrice.objects.exists()


def test_second_price_of_the_same_kind_is_refused_in_words(client_for, clerk):
    client = client_for(clerk)
    client.post(ADD, filled())
    answer = client.post(ADD, filled(yuan="3000"))

    assert "这个区县已经登记了这一项单价，请直接修改那一条。" in text(answer)
    assert UnitPrice.objects.get().yuan == 2000


def test_price_is_changed_by_the_clerk_but_stays_with_its_kind(client_for, clerk, wulong):
    price = UnitPrice.objects.create(district=wulong, of="beds", yuan=3000, source="造价")
    page = reverse("admin:facilities_unitprice_change", args=[price.pk])
    client_for(clerk).post(page, {"of": "gross_area", "yuan": "3500", "source": "造价"})
    price.refresh_from_db()

    assert (price.of, price.yuan) == ("beds", 3500)


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_others_read_prices_and_change_none(client_for, make_user, wulong, role):
    price = UnitPrice.objects.create(district=wulong, of="beds", yuan=3000, source="造价")
    client = client_for(make_user(role, wulong))
    page = reverse("admin:facilities_unitprice_change", args=[price.pk])

    assert client.get(page).status_code == 200
    assert client.post(page, filled(yuan="1")).status_code == 403
    assert client.post(ADD, filled()).status_code == 403
    assert client.post(reverse("admin:facilities_unitprice_delete", args=[price.pk])).status_code in (403, 404)
    assert UnitPrice.objects.get().yuan == 3000


def test_price_of_another_district_does_not_exist(client_for, clerk):
    price = UnitPrice.objects.create(district=Region.objects.get(code="500238"), of="beds", yuan=1, source="造价")

    assert client_for(clerk).get(reverse("admin:facilities_unitprice_change", args=[price.pk])).status_code == 404
