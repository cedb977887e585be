"""What a repair costs by the district's own unit prices: a rough figure, and only where the district gave prices."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from eldercare.regions import Region
from facilities.models import UnitPrice
from facilities.rules import plans
from facilities.rules.plans import Plan


@dataclass(frozen=True, slots=True)
class Cost:
    """Yuan for what has a price, and how many actions have none."""

    yuan: Decimal = Decimal(0)
    unpriced: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.yuan + other.yuan, self.unpriced + other.unpriced)

    @property
    def text(self) -> str:
        """约 12,000 元; empty when nothing has a price."""
        return f"约 {self.whole} 元" if self.yuan else ""

    @property
    def whole(self) -> str:
        """Whole yuan, half up: 12,000."""
        return f"{self.yuan.quantize(Decimal(1), ROUND_HALF_UP):,}"

    @property
    def note(self) -> str:
        """What the figure leaves out."""
        return f"另有 {self.unpriced} 项没有单价" if self.yuan and self.unpriced else ""


@dataclass(frozen=True, slots=True)
class PriceList:
    """The unit prices of one district; false when it gave none."""

    rows: tuple[UnitPrice, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows)

    @property
    def of(self) -> dict[str, Decimal]:
        """Action key → yuan, as the repair functions take it."""
        return {row.of: row.yuan for row in self.rows}

    @property
    def source(self) -> str:
        """The prices and where they come from, for the line below a cost."""
        return "；".join(f"{row.get_of_display()} {row.yuan.normalize():,f}，{row.source}" for row in self.rows)

    def cost(self, plan: Plan) -> Cost:
        """What a plan costs."""
        prices = self.of
        each = [plans.price(action, prices) for action in plan.actions]
        return Cost(sum((yuan for yuan in each if yuan is not None), Decimal(0)), each.count(None))


def prices_of(district: Region) -> PriceList:
    """The prices a district gave: one query."""
    return PriceList(tuple(UnitPrice.objects.filter(district=district).order_by("of")))
