"""Coverage of one district: statements and time at 1, 30 and 100 townships.

python tests/benchmarks/coverage.py [--townships 1,30,100]
"""

import ground

ground.prepare()


def main() -> None:
    """Print the statements of one district's figures and their time against the smallest district."""
    options = ground.arguments(__doc__, townships="1,30,100")
    with ground.database():
        rows, first = [], None
        for count in options.townships:
            user = _reader(count)
            asked = ground.statements(lambda: _ask(user))  # noqa: B023
            took = ground.best(lambda: _ask(user))  # noqa: B023
            first = first or took
            rows.append((count, asked, took / first))
        ground.say("Coverage of one district", ("townships", "statements", "time against the first"), rows)


def _reader(count: int):
    """A leader of a made district of so many townships, each with four villages and a facility in every one."""
    import factories

    from eldercare.regions import Kind, Region

    code = f"9{count:05d}"
    district = Region.objects.create(code=code, name=f"测试{count}区", kind=Kind.DISTRICT)
    for number in range(count):
        unit = Region.objects.create(code=f"{code}{number:03d}", name=f"第{number}镇", kind=Kind.TOWN, parent=district)
        for place in range(4):
            name = f"{code}{number:03d}{place:03d}"
            village = Region.objects.create(code=name, name=f"第{number}之{place}村", kind=Kind.VILLAGE, parent=unit)
            factories.operating(unit, village=village)
    return factories.user("leader", district, f"leader{count}")


def _ask(user) -> None:
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    client = _ask.clients.get(user.pk) or _ask.clients.setdefault(user.pk, Client())
    if not client.session.get("_auth_user_id"):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/coverage/", {"district": user.region.code}).status_code == 200


_ask.clients = {}

if __name__ == "__main__":
    main()
