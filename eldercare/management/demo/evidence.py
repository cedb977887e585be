"""What people put on record beside the sheets: declarations with their evidence, contracts, a shared station."""

from datetime import date

from eldercare import clock
from eldercare.management.demo.planned import Item
from eldercare.regions import Region
from facilities.kinds import FacilityType, Operation
from facilities.models import Declaration, OperatorContract, ServiceLink

FIRE = ("requirement.all.fire_code", True, "演示：消防验收意见书")
DESIGN = ("requirement.all.jgj450", True, "演示：设计审查合格书")
OF_TYPE = {
    FacilityType.VILLAGE_POINT: (
        ("facility.newly_built", False, "演示：村委会证明，利用原村小学用房"),
        ("facility.host", "village_public", "演示：现场核查照片"),
        ("facility.dedicated_rooms", 1, "演示：现场核查照片"),
        FIRE,
    ),
    FacilityType.COMMUNITY_STATION: (FIRE,),
    FacilityType.STREET_CENTRE: (DESIGN, FIRE),
    FacilityType.TOWNSHIP_CENTRE: (
        ("facility.integrated_with_disabled_care", True, "演示：与失能特困集中照护机构同址"),
        DESIGN,
        FIRE,
    ),
}
OPERATORS = ("演示运营机构甲", "演示运营机构乙", "演示运营机构丙")
EXPIRED_AT = "双河镇"


def declare(item: Item, *, by, without: str = "", only: str = "") -> None:
    """Record what acceptance asks for beyond the sheet: all of it, all but one fact, or one fact alone."""
    day = clock.now().date()
    Declaration.objects.bulk_create(
        Declaration(
            fact=fact, facility=item.facility, scope_region=item.township, value=value, evidence=evidence,
            starts_on=day, recorded_by=by, recorded_at=clock.now(),
        )
        for fact, value, evidence in OF_TYPE.get(FacilityType(item.type), ())
        if fact != without and only in ("", fact)
    )  # fmt: skip


def contract(item: Item, *, by, day: date) -> None:
    """Record who runs a facility that others run for the public; one contract has run out by the end of the year."""
    if item.course.hand not in (Operation.PUBLIC_BUILT_PRIVATE_RUN, Operation.PRIVATE_BUILT_PUBLIC_AIDED):
        return
    expired = item.township.short_name == EXPIRED_AT
    OperatorContract.objects.create(
        facility=item.facility,
        operator=OPERATORS[item.number % len(OPERATORS)],
        operation=item.course.hand,
        starts_on=day,
        ends_on=date(2020, 11, 30) if expired else day.replace(year=day.year + 3),
        evidence="演示：运营合同",
        recorded_by=by,
        recorded_at=clock.now(),
    )


def share(items: list[Item], township: Region, *, by) -> None:
    """白马镇's station also serves the town's other community."""
    station = next(i for i in items if i.township == township and i.type == FacilityType.COMMUNITY_STATION)
    other = township.children.filter(kind="community").exclude(pk=station.place.pk).order_by("path").first()
    ServiceLink.objects.create(
        facility=station.facility, region=other, starts_on=date(2020, 7, 1), evidence="演示：共享服务协议",
        recorded_by=by, recorded_at=clock.now(),
    )  # fmt: skip
