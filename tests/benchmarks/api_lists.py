"""Lists of the API: statements at two page sizes, a deep page against the first, and a page against bare rows.

python tests/benchmarks/api_lists.py [--facilities 2000,20000]
"""

import ground

ground.prepare()

HEADINGS = ("facilities", "page size", "statements", "deep : first", "first : .values() as JSON")
SIZES = (20, 200)


def main() -> None:
    """Print a line for each number of facilities and each page size of /facilities/."""
    options = ground.arguments(__doc__, facilities="2000,20000")
    with ground.database():
        from django.test import Client
        from factories import region, user

        client = Client()
        leader = user("leader", region("武隆区"), "reader")
        client.force_login(leader, backend="django.contrib.auth.backends.ModelBackend")
        rows = [line for count in options.facilities for line in _measured(client, leader, count)]
    ground.say("API list of facilities", HEADINGS, rows)


def _measured(client, leader, count: int) -> list[tuple]:
    _fill(count)
    found = []
    for size in SIZES:
        asked = ground.statements(lambda: _page(client, size, 1))  # noqa: B023
        first = ground.best(lambda: _page(client, size, 1))  # noqa: B023
        deep = ground.best(lambda: _page(client, size, count // size))  # noqa: B023
        bare = ground.best(lambda: _bare(leader, size))  # noqa: B023
        found.append((count, size, asked, deep / first, first / bare))
    return found


def _fill(count: int) -> None:
    """So many facilities over all townships of 武隆."""
    import factories
    from django.db import connection

    from facilities.models import Facility

    district = factories.region("武隆区")
    townships = list(district.below().townships())
    have = Facility.objects.count()
    Facility.objects.bulk_create(
        (
            Facility(
                code=f"{district.code}-{number:06d}", district=district, township=townships[number % len(townships)],
                name=f"第{number}点", type="VILLAGE_POINT", stage="building", beds=10, zones=["助餐"],
            )
            for number in range(have, count)
        ),
        batch_size=1000,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _page(client, size: int, number: int) -> None:
    response = client.get("/api/v1/facilities/", {"page_size": size, "page": number})
    assert response.status_code == 200
    assert len(response.json()["results"]) == size


def _bare(leader, size: int) -> None:
    """The plainest view: one page of the same rows counted and given out as they stand."""
    from django.http import JsonResponse

    from facilities.models import Facility

    rows = Facility.objects.visible_to(leader).order_by("code")
    JsonResponse({"count": rows.count(), "results": list(rows.values()[:size])})


if __name__ == "__main__":
    main()
