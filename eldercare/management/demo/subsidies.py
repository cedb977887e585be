"""The money of the demo: budgets of 2020 and claims in several states, at the end of the year, by the services people use.

Of the bundles, 凤来乡's is paid in parts, 仙女山镇's can be drafted by whoever tries the portal, 桐梓镇's is undecided, and every
other is refused with what it lacks.
"""

from datetime import date, datetime
from decimal import Decimal

from eldercare import clock, review
from eldercare.management.demo.acceptance import at
from eldercare.regions import Region
from facilities import history
from facilities.history import Assertion
from facilities.kinds import FacilityType, Stage
from facilities.models import AcceptanceReview, Facility
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
    "flagged": "六方坪社区演示养老服务站",
    "returned": "双河社区演示养老服务站",
    "submitted": "复兴社区演示养老服务站",
    "withdrawn": "芙蓉西路社区演示养老服务站",
}
BUNDLE, UNDECIDED = "凤来乡", "桐梓镇"
OLD_POINT = ("长征村", "演示互助养老点（旧点）")


class Money:
    """The claims of a district, told with its three persons and its budgets."""

    def __init__(self, district: Region, people: dict) -> None:
        self.district = district
        self.people = people
        with clock.telling(_moment(8)):
            self.budgets = {source: self._budget(source) for source in BUDGETS}
        self.vouchers = 0

    def _budget(self, source: str) -> Budget:
        planned, pool = (None if amount is None else Decimal(amount) for amount in BUDGETS[source])
        by = self.people["clerk"]
        return services.set_budget(self.district, YEAR, source, by=by, planned=planned, pool=pool, note=NOTE)

    def facility(self, name: str) -> Facility:
        return Facility.objects.select_related("township", "district").get(district=self.district, name=name)

    def township(self, name: str) -> Region:
        """A township as the plan calls it, by the centre that stands in it."""
        return self.facility(f"{name}演示养老服务中心").township

    def drafted(self, subject: Facility | Region, key: str) -> SubsidyClaim:
        scheme = SubsidyScheme.objects.get(policy__district=self.district, key=key)
        with clock.telling(_moment(9)):
            return services.draft(subject, scheme, by=self.people["clerk"], note=NOTE)

    def submitted(self, subject: Facility | Region, key: str) -> SubsidyClaim:
        claim = self.drafted(subject, key)
        with clock.telling(_moment(9, 20)):
            services.submit(claim, by=self.people["clerk"])
        return claim

    def approved(self, subject: Facility | Region, key: str, shares: dict[str, int]) -> SubsidyClaim:
        claim = self.submitted(subject, key)
        amounts = {self.budgets[source]: Decimal(yuan) for source, yuan in shares.items()}
        with clock.telling(_moment(10)):
            services.approve(claim, by=self.people["reviewer"], shares=amounts, comment="条件符合，同意拨付")
        return claim

    def pay(self, claim: SubsidyClaim, yuan: int, source: str) -> None:
        self.vouchers += 1
        words = (f"演示-2020-{self.vouchers:03}", f"演示收款单位（{claim.township}）", NOTE)
        entry = Entry(Decimal(yuan), DAY, self.budgets[source], *words)
        with clock.telling(_moment(15)):
            services.pay(claim, entry, by=self.people["approver"])


def tell(district: Region, people: dict) -> None:
    """Budgets, then one claim a state; the street centre of 1,420 ㎡ is paid: its deviation is no condition of money."""
    money = Money(district, people)
    centre = money.approved(money.facility(CENTRE), "street-centre", {Source.CITY: 1_500_000, Source.LOTTERY: 500_000})
    money.pay(centre, 1_500_000, Source.CITY)
    money.pay(centre, 500_000, Source.LOTTERY)
    _bundles(money)
    for state in ("paid", "flagged"):
        claim = money.approved(money.facility(STATIONS[state]), "station", {Source.DISTRICT: 200_000})
        money.pay(claim, 200_000, Source.DISTRICT)
    _unapproved(money)
    _flag(money)


def _bundles(money: Money) -> None:
    """One is paid in parts; of another nobody knows whether an old point counts."""
    shares = {Source.LOTTERY: 600_000, Source.DISTRICT: 400_000}
    claim = money.approved(money.township(BUNDLE), "township-bundle", shares)
    money.pay(claim, 600_000, Source.LOTTERY)
    money.pay(claim, 200_000, Source.DISTRICT)
    _old_point(money.township(UNDECIDED), money.people["clerk"])


def _old_point(township: Region, clerk) -> None:
    """A point of which neither planned year nor acceptance is recorded."""
    village = township.children.get(short_name=OLD_POINT[0])
    row = Facility(district=township.parent, township=township, is_demo=True)
    state = {"name": "".join(OLD_POINT), "type": FacilityType.VILLAGE_POINT, "stage": Stage.OPERATING}
    state["village_id"] = village.pk
    with clock.telling(_moment(8, 30)):
        reason = "演示：2018年村里自建的老点，计划年度和验收日期待查"
        history.record([Assertion(row, state)], effective_on=DAY, by=clerk, reason=reason)


def _moment(hour: int, minute: int = 0) -> datetime:
    return at(DAY, hour, minute)


def _unapproved(money: Money) -> None:
    """One waits for the reviewer, one came back, one was withdrawn and can be drafted by whoever tries the portal."""
    people = money.people
    money.submitted(money.facility(STATIONS["submitted"]), "station")
    returned = money.submitted(money.facility(STATIONS["returned"]), "station")
    withdrawn = money.drafted(money.facility(STATIONS["withdrawn"]), "station")
    with clock.telling(_moment(11)):
        reason = "演示：运营合同已于11月30日到期，请先确认由谁继续运营，再提交。"
        services.send_back(returned, by=people["reviewer"], comment=reason)
        services.withdraw(withdrawn, by=people["clerk"], comment="演示：待明年预算再申请。")


def _flag(money: Money) -> None:
    """A station's acceptance is revoked after its money was paid: the recovery waits for the section chief."""
    row = AcceptanceReview.objects.get(facility__name=STATIONS["flagged"], status=AcceptanceReview.Status.ACCEPTED)
    with clock.telling(_moment(16)):
        words = "演示：抽查发现消防设施停用，限期整改"
        review.perform(row, "revoke", by=money.people["approver"], comment=words)
