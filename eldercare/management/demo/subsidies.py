"""The money of the demo: budgets of 2020 and claims in several states, at the end of the year, by the services people use."""

from datetime import date, datetime
from decimal import Decimal

from eldercare import clock
from eldercare.management.demo.acceptance import at
from eldercare.regions import Region
from facilities.models import Facility
from subsidies import services
from subsidies.models import Budget, Source, SubsidyClaim, SubsidyScheme
from subsidies.services import Entry

YEAR, DAY = 2020, date(2020, 12, 31)
NOTE = "演示数据"
# Yuan by source: planned, and the district's retained lottery money.
BUDGETS = {
    Source.CITY: (2_000_000, None),
    Source.DISTRICT: (1_500_000, None),
    Source.LOTTERY: (1_700_000, 2_000_000),
}
CENTRE = "芙蓉街道演示养老服务中心"
STATIONS = {
    "paid": "芙蓉中路社区演示养老服务站",
    "part": "六方坪社区演示养老服务站",
    "returned": "双河社区演示养老服务站",
    "submitted": "复兴社区演示养老服务站",
    "withdrawn": "芙蓉西路社区演示养老服务站",
}


def tell(district: Region, people: dict) -> None:
    """Budgets, then one claim a state; the street centre of 1,420 ㎡ is paid: its deviation is no condition of money."""
    with clock.telling(_moment(8)):
        budgets = {source: _budget(district, source, people["clerk"]) for source in BUDGETS}
    centre = _approved(CENTRE, "street-centre", {Source.CITY: 1_500_000, Source.LOTTERY: 500_000}, budgets, people)
    _pay(centre, 1_500_000, budgets[Source.CITY], "演示-2020-001", people)
    _pay(centre, 500_000, budgets[Source.LOTTERY], "演示-2020-002", people)
    paid = _approved(STATIONS["paid"], "station", {Source.DISTRICT: 200_000}, budgets, people)
    _pay(paid, 200_000, budgets[Source.DISTRICT], "演示-2020-003", people)
    part = _approved(STATIONS["part"], "station", {Source.DISTRICT: 200_000}, budgets, people)
    _pay(part, 100_000, budgets[Source.DISTRICT], "演示-2020-004", people)
    _unapproved(people)


def _moment(hour: int, minute: int = 0) -> datetime:
    return at(DAY, hour, minute)


def _budget(district: Region, source: str, clerk) -> Budget:
    planned, pool = BUDGETS[source]
    amount = Decimal(pool) if pool else None
    return services.set_budget(district, YEAR, source, by=clerk, planned=Decimal(planned), pool=amount, note=NOTE)


def _submitted(name: str, key: str, people: dict, *, submit: bool = True) -> SubsidyClaim:
    facility = Facility.objects.select_related("township", "district").get(name=name)
    scheme = SubsidyScheme.objects.get(policy__district=facility.district, key=key)
    with clock.telling(_moment(9)):
        claim = services.draft(facility, scheme, by=people["clerk"], note=NOTE)
    if submit:
        with clock.telling(_moment(9, 20)):
            services.submit(claim, by=people["clerk"])
    return claim


def _approved(name: str, key: str, shares: dict, budgets: dict, people: dict) -> SubsidyClaim:
    claim = _submitted(name, key, people)
    with clock.telling(_moment(10)):
        amounts = {budgets[source]: Decimal(yuan) for source, yuan in shares.items()}
        services.approve(claim, by=people["reviewer"], shares=amounts, comment="条件符合，同意拨付")
    return claim


def _pay(claim: SubsidyClaim, yuan: int, budget: Budget, voucher: str, people: dict) -> None:
    payee = f"演示收款单位（{claim.township}）"
    with clock.telling(_moment(15)):
        services.pay(claim, Entry(Decimal(yuan), DAY, budget, voucher, payee, NOTE), by=people["approver"])


def _unapproved(people: dict) -> None:
    """One waits for the reviewer, one came back, one was withdrawn and can be drafted by whoever tries the portal."""
    _submitted(STATIONS["submitted"], "station", people)
    returned = _submitted(STATIONS["returned"], "station", people)
    withdrawn = _submitted(STATIONS["withdrawn"], "station", people, submit=False)
    with clock.telling(_moment(11)):
        services.send_back(returned, by=people["reviewer"], comment="演示：请补充申请说明。")
        services.withdraw(withdrawn, by=people["clerk"], comment="演示：待明年预算再申请。")
