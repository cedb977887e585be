"""Lists of the API: statements at two page sizes, a deep page against the first, and a page against a plain view.

python tests/benchmarks/api_lists.py [--facilities 2000,20000]

The plain view is what one would write without this API: the rows the caller may see, counted, and one page of `.values()`
of the same columns of the register in a JsonResponse. Both are asked through the same middleware and sign-in, and once
more as views alone. What the list adds: the contract in force, the state of the last review, labels, an ETag.
"""

import ground

ground.prepare()

HEADINGS = ("facilities", "page size", "statements", "deep : first", "first : plain view", "the views alone")
SIZES = (20, 200)
LIST, PLAIN = "/api/v1/facilities/", "/plain/"


def main() -> None:
    """Print a line for each number of facilities and each page size of /facilities/."""
    options = ground.arguments(__doc__, facilities="2000,20000")
    with ground.database():
        from django.test import Client
        from factories import region, user

        _serve_plain()
        client = Client()
        leader = user("leader", region("武隆区"), "reader")
        client.force_login(leader, backend="django.contrib.auth.backends.ModelBackend")
        rows = [line for count in options.facilities for line in _measured(client, leader, count)]
    ground.say("API list of facilities", HEADINGS, rows)


def _measured(client, leader, count: int) -> list[tuple]:
    _fill(count)
    return [(count, size, *_page_of(client, leader, count, size)) for size in SIZES]


def _page_of(client, leader, count: int, size: int) -> tuple[int, float, float, float]:
    lists, plain, deep = {"page_size": size}, {"page_size": size}, {"page_size": size, "page": count // size}
    for address, query in ((LIST, lists), (LIST, deep), (PLAIN, plain)):
        assert len(client.get(address, query).json()["results"]) == size
    took = ground.best_of_each(
        {
            "first": lambda: client.get(LIST, lists),
            "deep": lambda: client.get(LIST, deep),
            "plain": lambda: client.get(PLAIN, plain),
            "view": lambda: _alone(LIST, lists, leader),
            "plain view": lambda: _alone(PLAIN, plain, leader),
        }
    )
    asked = ground.statements(lambda: client.get(LIST, lists))
    return asked, took["deep"] / took["first"], took["first"] / took["plain"], took["view"] / took["plain view"]


def _alone(address: str, query: dict, user) -> None:
    """The view itself, for a person who is known already."""
    from django.test import RequestFactory
    from django.urls import resolve

    request = RequestFactory().get(address, query)
    request.user = user
    view, args, kwargs = resolve(address)
    assert view(request, *args, **kwargs).status_code == 200


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


def _serve_plain() -> None:
    """Put the plain view beside the portal's own addresses."""
    from django.urls import clear_url_caches, path

    from eldercare import urls
    from facilities.api.register import Facilities

    columns = [name for name in Facilities().rows.columns if name not in OURS]
    urls.urlpatterns.append(path(PLAIN.removeprefix("/"), lambda request: _plain_view(request, columns)))
    clear_url_caches()


OURS = {"signed", "status", "day"}
"""Columns that the API computes and the register does not have."""


def _plain_view(request, columns: list[str]):
    from django.core.exceptions import PermissionDenied
    from django.http import JsonResponse

    from facilities.models import Facility

    if not request.user.has_perm("eldercare.use_api"):
        raise PermissionDenied
    rows = Facility.objects.visible_to(request.user).order_by("code")
    page = rows.values(*columns)[: int(request.GET["page_size"])]
    return JsonResponse({"count": rows.count(), "results": list(page)})


if __name__ == "__main__":
    main()
