"""还差什么 on the pages of one facility: the lists, and where this person can record what is missing."""

import factories
from django.urls import reverse


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_facility_page_shows_the_lists_and_where_to_record_what_is_missing(client_for, clerk, baima):
    community = baima.children.filter(kind="community").first()
    station = factories.facility(baima, "COMMUNITY_STATION", village=community, gross_area=230, stage="completed")
    page = text(client_for(clerk).get(reverse("admin:facilities_facility_change", args=[station.pk])))

    assert "按标准还不能验收：还差 4 项（待补资料 4 项）。" in page
    assert "认定为“老年人口较少的社区”则达标，否则还差 70 ㎡" in page
    assert (
        f"fact=community.few_elders&amp;type=COMMUNITY_STATION&amp;for={station.pk}&amp;region={community.pk}" in page
    )
    assert f"/admin/facilities/facility/{station.pk}/change/#id_zones" in page


def test_links_to_record_lead_to_pages_that_open(client_for, clerk, baima):
    community = baima.children.filter(kind="community").first()
    station = factories.facility(baima, "COMMUNITY_STATION", village=community, stage="completed")
    client = client_for(clerk)
    page = client.get(reverse("admin:facilities_facility_change", args=[station.pk])).content.decode()
    links = [part.split('"')[0] for part in page.split('class="gap-place" href="')[1:]]

    assert len(links) >= 4
    assert {client.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_who_may_not_record_sees_no_link(client_for, approver, baima):
    station = factories.facility(baima, "COMMUNITY_STATION", gross_area=230, stage="completed")
    page = text(client_for(approver).get(reverse("admin:facilities_facility_change", args=[station.pk])))

    assert "待补资料" in page
    assert "gap-place" not in page


def test_facility_without_village_is_led_to_record_it_first(client_for, clerk, baima):
    station = factories.facility(baima, "COMMUNITY_STATION", gross_area=230, stage="completed")
    page = text(client_for(clerk).get(reverse("admin:facilities_facility_change", args=[station.pk])))

    assert '/change/#id_village">先登记' in page
