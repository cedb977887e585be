"""Coverage of one district: statements and time at 1, 30 and 100 townships.

python tests/benchmarks/coverage.py [--townships 1,30,100]
"""

import ground

ground.prepare()


def main() -> None:
    """Print the statements of one district's figures and their time against the smallest district."""
    options = ground.arguments(__doc__, townships="1,30,100")
    with ground.database():
        from django.db import connection

        readers = {count: _reader(count) for count in options.townships}
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        asked = {count: _statements(user) for count, user in readers.items()}
        took = ground.best_of_each({count: lambda user=user: _ask(user) for count, user in readers.items()})
        first = took[options.townships[0]]
        rows = [(count, asked[count], took[count] / first) for count in options.townships]
        ground.say("Coverage of one district", ("townships", "statements", "time against the first"), rows)


def _statements(user) -> int:
    """Those of a request by a person who has signed in before; one of them finds the district that is asked about."""
    _ask(user)
    return ground.statements(lambda: _ask(user))


def _reader(count: int):
    """A leader of a made district of so many townships, each planned for, with quotas, four villages and their points."""
    import factories

    from eldercare.policies import Policy
    from eldercare.regions import DivisionEdition, Kind, Region
    from plans.models import PlanTable
    from training.models import QuotaTable

    code = f"9{count:05d}"
    district = Region.objects.create(code=code, name=f"测试{count}区", kind=Kind.DISTRICT)
    DivisionEdition.objects.create(district=district, published_on="2019-10-31", source="测试")
    policy = Policy.objects.create(slug=f"measured-{count}", title="测试方案", district=district)
    plan, quotas = (model.objects.create(policy=policy, annex="1", title="测试") for model in (PlanTable, QuotaTable))
    for number in range(count):
        unit = Region.objects.create(code=f"{code}{number:03d}", name=f"第{number}镇", kind=Kind.TOWN, parent=district)
        _plan(unit, number, plan, quotas)
        for place in range(4):
            name = f"{code}{number:03d}{place:03d}"
            village = Region.objects.create(code=name, name=f"第{number}之{place}村", kind=Kind.VILLAGE, parent=unit)
            factories.operating(unit, village=village, beds=10, nursing_beds=4)
    return factories.user("leader", district, f"leader{count}")


def _plan(unit, row: int, plan, quotas) -> None:
    """A centre and four points over three years, and a quota of carers for each."""
    from plans.models import PlanTarget
    from training.models import TrainingQuota

    cell = {"row": row, "unit": unit.name, "region": unit}
    for year in (2020, 2021, 2022):
        for type_, planned in (("TOWNSHIP_CENTRE", 1 if year == 2020 else None), ("VILLAGE_POINT", 2)):
            PlanTarget.objects.create(table=plan, type=type_, year=year, planned=planned, **cell)
        TrainingQuota.objects.create(table=quotas, role="caregiver", year=year, quota=3, **cell)


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
