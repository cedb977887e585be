"""The demo year told from January to December 2020, through the same services that people use."""

from datetime import date

from django.db import transaction

from eldercare import clock, review
from eldercare.accounts import User
from eldercare.management.demo import acceptance, evidence, planned, rectifications, reports, subsidies, training
from eldercare.management.demo.acceptance import at
from eldercare.management.demo.people import TOWNSHIP
from eldercare.management.demo.planned import Item
from eldercare.management.demo.states import month_end, state
from eldercare.names import RegionAlias
from eldercare.regions import Region
from facilities import history
from facilities.history import Assertion
from facilities.kinds import FacilityType
from facilities.models import Facility

# Facilities planned before the year are on the register when it opens, the others join once the plan is issued.
ISSUED = (5, date(2020, 5, 20))
REGISTERED = {2019: (0, date(2019, 12, 31)), 2020: ISSUED, 2021: ISSUED, 2022: ISSUED}
ALIAS = ("庙坪乡", "庙垭乡")


def tell(district: Region, people: dict[str, User], townships: dict[str, User]) -> bool:
    """Write the year of a district whose plan is loaded, all or nothing. False when it is there already."""
    if Facility.objects.filter(district=district).exists():
        return False
    with transaction.atomic():
        _confirm_alias(district, people["clerk"])
        items = planned.items(district, month_end(0))
        for month in range(1, 13):
            _register(items, month, people["clerk"])
            acceptance.of_month(items, month, people)
            reports.of_month(district, items, month, people, townships)
        acceptance.remeasure(items, people)
        rectifications.tell(items, people)
        _prepare_for_visitors(items, people)
        subsidies.tell(district, people)
        training.tell(district, people["clerk"])
    return True


def _confirm_alias(district: Region, clerk: User) -> None:
    printed, real = ALIAS
    alias = RegionAlias.objects.filter(district=district, name=printed, region__short_name=real).first()
    if alias and alias.status == RegionAlias.Status.PROPOSED:
        with clock.telling(at(date(2020, 5, 25), 10)):
            words = f"附件5第16行印作“{printed}”，附件2同一行与区划名录均为“{real}”，系同一单位。"
            review.perform(alias, "confirm", by=clerk, comment=words)


def _register(items: list[Item], month: int, clerk: User) -> None:
    """Enter the facilities whose planned year is due, as they stand at that time."""
    for year, (known_at, day) in REGISTERED.items():
        new = [item for item in items if item.year == year and item.facility.pk is None]
        if not new or month < known_at:
            continue
        for item in new:
            item.asserted = state(item, known_at)
        with clock.telling(at(max(day, date(2020, 1, 6)), 9)):
            assertions = [Assertion(item.facility, item.asserted) for item in new]
            history.record(assertions, effective_on=day, by=clerk, reason="演示：按计划表登记")


def _prepare_for_visitors(items: list[Item], people: dict[str, User]) -> None:
    """白马镇's centre can be completed, submitted and accepted by whoever tries the portal; its station is shared."""
    mine = [item for item in items if item.township.code == TOWNSHIP]
    centre = next(item for item in mine if item.type == FacilityType.TOWNSHIP_CENTRE)
    acceptance.prepare(centre, date(2020, 12, 10), people)
    with clock.telling(at(date(2020, 7, 1), 10)):
        evidence.share(mine, centre.township, by=people["clerk"])
