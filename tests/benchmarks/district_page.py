"""The district page, whole: statements at 1 and 300 facilities, and its time when 2,800 districts share the database.

python tests/benchmarks/district_page.py [--facilities 1,300] [--districts 2800]

The other districts have a town and a village each, an edition, a policy, a facility with its dated record and a report of
the month, so that every table the page reads is as long as it would be.
"""

from datetime import date

import ground

ground.prepare()

HEADINGS = ("facilities", "districts", "statements", "time against the line above")
DAY = "2020-12-31"


def main() -> None:
    """Print the page of 武隆 with few and many facilities, then among so many districts."""
    options = ground.arguments(__doc__, facilities="1,300", districts="2800")
    with ground.database():
        from django.test import Client
        from factories import region, user

        client = Client()
        client.force_login(
            user("leader", region("武隆区"), "reader"), backend="django.contrib.auth.backends.ModelBackend"
        )
        rows, before = [], None
        for fill, count in (
            (_fill, options.facilities[0]),
            (_fill, options.facilities[-1]),
            (_others, options.districts[0]),
        ):
            fill(count)
            asked, took = _measured(client)
            rows.append((*_sizes(), asked, took / (before or took)))
            before = took
    ground.say("District page", HEADINGS, rows)


def _measured(client) -> tuple[int, float]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _page(client)
    return ground.statements(lambda: _page(client)), ground.best(lambda: _page(client), 15)


def _page(client) -> None:
    assert client.get("/dashboard/500156/", {"as_of": DAY}).status_code == 200


def _sizes() -> tuple[int, int]:
    """Facilities of 武隆, and districts altogether."""
    from eldercare.regions import Region
    from facilities.models import Facility

    return Facility.objects.filter(district__code="500156").count(), Region.objects.districts().count()


def _fill(count: int) -> None:
    """So many facilities over the villages of 武隆, two thirds in operation."""
    import factories

    from eldercare.regions import Kind
    from facilities.models import Facility

    villages = list(
        factories.region("武隆区").below().filter(kind=Kind.VILLAGE, valid_to=None).select_related("parent")
    )
    for number in range(Facility.objects.count(), count):
        village = villages[number % len(villages)]
        make = factories.facility if number % 3 else factories.operating
        make(village.parent, village=village, planned_year=2020, beds=10, nursing_beds=4)


def _others(count: int) -> None:
    """So many other districts in bulk, each with a row of every kind that the page reads."""
    from eldercare.policies import Policy
    from eldercare.regions import DivisionEdition, Kind, Region

    codes = [f"{800_000 + number}" for number in range(count)]
    districts = _many(
        Region, (Region(code=code, name=code, short_name=code, kind=Kind.DISTRICT, path=f"{code}Z") for code in codes)
    )
    towns = _many(Region, (_below(unit, "101", Kind.TOWN) for unit in districts))
    villages = _many(Region, (_below(unit, "201", Kind.VILLAGE) for unit in towns))
    _many(DivisionEdition, (DivisionEdition(district=unit, published_on=date(2019, 10, 31)) for unit in districts))
    policies = _many(Policy, (Policy(slug=f"other-{unit.code}", title="方案", district=unit) for unit in districts))
    _plans(policies, towns)
    _reports(districts, towns)
    _facilities(districts, towns, villages)


def _many(model, rows) -> list:
    return model.objects.bulk_create(list(rows), batch_size=1000)


def _below(parent, ending: str, kind: str):
    from eldercare.regions import Region

    code = f"{parent.code}{ending}"
    return Region(code=code, name=code, short_name=code, kind=kind, parent=parent, path=f"{parent.path}{code}Z")


def _plans(policies: list, towns: list) -> None:
    from plans.models import PlanTable, PlanTarget

    tables = _many(PlanTable, (PlanTable(policy=policy, annex="1") for policy in policies))
    cell = {"row": 1, "unit": "镇", "type": "VILLAGE_POINT", "year": 2020, "planned": 1}
    pairs = zip(tables, towns, strict=True)
    _many(PlanTarget, (PlanTarget(table=table, region=town, **cell) for table, town in pairs))


def _reports(districts: list, towns: list) -> None:
    from plans.models import ProgressReport, ReportingPeriod

    month = {"month": date(2020, 12, 1), "due_on": date(2021, 1, 5)}
    periods = _many(ReportingPeriod, (ReportingPeriod(district=unit, **month) for unit in districts))
    pairs = zip(periods, towns, strict=True)
    _many(ProgressReport, (ProgressReport(period=period, township=town) for period, town in pairs))


def _facilities(districts: list, towns: list, villages: list) -> None:
    from facilities.models import Facility, FacilityRecord

    state = {"name": "点", "type": "VILLAGE_POINT", "stage": "building"}
    places = zip(districts, towns, villages, strict=True)
    rows = _many(
        Facility,
        (
            Facility(code=f"{district.code}-000001", district=district, township=town, village=village, **state)
            for district, town, village in places
        ),
    )
    since = {"effective_on": date(2020, 1, 1)}
    _many(FacilityRecord, (FacilityRecord(facility=row, village=row.village, **since, **state) for row in rows))


if __name__ == "__main__":
    main()
