"""Plans of repair and their algebra: what has to be added, and which ways of adding it are no longer than another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from facilities.rules import phrases

SHOWN_PLANS = 3
ROOM_AREA = "room_area:"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: verb, key (`gross_area`, `zone:人文关怀`), amount in `unit`, and the target where one is set.

    Verbs: increase, reduce, provide (something that is lacking), change (to `target`), settle (a checklist point),
    fill (record what is unknown).
    """

    verb: str
    key: str
    label: str
    amount: Decimal = Decimal(1)
    unit: str = ""
    target: object = None

    @property
    def text(self) -> str:
        """The action in Chinese."""
        return TEXTS[self.verb](self)

    @property
    def relative(self) -> Decimal:
        """The amount as a share of the target; 1 for what cannot be measured."""
        target = self.target
        if isinstance(target, Decimal) and target and self.verb in ("increase", "reduce"):
            return self.amount / abs(target)
        return Decimal(1)


def _times(action: Action) -> str:
    return f" {phrases.amount(action.amount, action.unit or '处')}" if action.amount != 1 else ""


TEXTS = {
    "increase": lambda action: f"{action.label}增加 {phrases.amount(action.amount, action.unit)}",
    "reduce": lambda action: f"{action.label}减少 {phrases.amount(action.amount, action.unit)}",
    "provide": lambda action: f"增设{action.label}{_times(action)}",
    "change": lambda action: f"{action.label}改为{phrases.shown(action.target)}{_times(action)}",
    "settle": lambda action: f"{action.label}{_times(action)}",
    "fill": lambda action: f"补登{action.label}{_times(action)}",
}


def told(actions: Iterable[Action]) -> str:
    """Actions in Chinese; the ㎡ that several rooms lack are summed, since nobody reads fourteen of them in a row."""
    actions = tuple(actions)
    rooms = [action for action in actions if action.verb == "increase" and action.key.startswith(ROOM_AREA)]
    if len(rooms) < 2:
        return "；".join(action.text for action in actions)
    each = "、".join(f"{action.key.removeprefix(ROOM_AREA)} {phrases.plain(action.amount)}" for action in rooms)
    whole = phrases.amount(sum(action.amount for action in rooms), rooms[0].unit)
    others = [action.text for action in actions if action not in rooms]
    return "；".join([*others, f"用房使用面积共增加 {whole}（{each}）"])


@dataclass(frozen=True, slots=True)
class Plan:
    """A set of actions, one a key, ordered by key; the empty plan means nothing is to be done."""

    actions: tuple[Action, ...] = ()

    @property
    def amounts(self) -> dict[str, Decimal]:
        """Amount by action key."""
        return {action.key: action.amount for action in self.actions}

    @property
    def text(self) -> str:
        """The plan in Chinese."""
        return told(self.actions)

    def cost(self, prices: Mapping[str, Decimal]) -> Decimal | None:
        """Yuan by the district's unit prices (see `price`); None when an action has no price."""
        costs = [price(action, prices) for action in self.actions]
        return None if None in costs else sum(costs, Decimal(0))


def price(action: Action, prices: Mapping[str, Decimal]) -> Decimal | None:
    """Yuan for an action by unit prices (action key → yuan); None when it has none.

    Only what is added has a price. The ㎡ of one room are usable ㎡.
    """
    key = "usable_area" if action.key.startswith(ROOM_AREA) else action.key
    return prices[key] * action.amount if action.verb == "increase" and key in prices else None


def merged(plans: Iterable[Plan]) -> Plan | None:
    """The plan that does what all do: the larger amount for each key; None when two want opposite things."""
    actions: dict[str, Action] = {}
    for action in (action for plan in plans for action in plan.actions):
        other = actions.setdefault(action.key, action)
        if other.verb != action.verb or (action.verb == "change" and other.target != action.target):
            return None
        if action.amount > other.amount:
            actions[action.key] = action
    return Plan(tuple(actions[key] for key in sorted(actions)))


def _covers(smaller: Plan, larger: Plan) -> bool:
    """Whether every action of the smaller plan is contained in the larger one."""
    wanted = {action.key: action for action in larger.actions}
    return all(
        (other := wanted.get(action.key)) is not None
        and other.verb == action.verb
        and other.amount >= action.amount
        and (action.verb != "change" or other.target == action.target)
        for action in smaller.actions
    )


def undominated(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """The plans no other plan is contained in, each once."""
    kept: list[Plan] = []
    for plan in plans:
        if any(_covers(other, plan) for other in kept):
            continue
        kept = [other for other in kept if not _covers(plan, other)] + [plan]
    return tuple(kept)


def all_of(children: Iterable[tuple[Plan, ...]]) -> tuple[Plan, ...]:
    """Plans that satisfy every child: pointwise maximum over one plan of each child."""
    plans: tuple[Plan, ...] = (Plan(),)
    for child in children:
        joined = (merged(pair) for pair in product(plans, child))
        plans = undominated(plan for plan in joined if plan is not None)
    return plans


def any_of(children: Iterable[tuple[Plan, ...]]) -> tuple[Plan, ...]:
    """Plans that satisfy some child: the union, without the dominated."""
    return undominated(plan for child in children for plan in child)


def ranked(plans: Iterable[Plan], prices: Mapping[str, Decimal] | None = None) -> tuple[Plan, ...]:
    """Best plan first: fewest actions, then cost where the district gave prices, then smallest relative gap."""

    def rank(plan: Plan):
        cost = plan.cost(prices or {})
        largest = max((action.relative for action in plan.actions), default=Decimal(0))
        keys = [action.key for action in plan.actions]
        return len(plan.actions), cost is None, cost or Decimal(0), largest, keys, plan.text

    return tuple(sorted(plans, key=rank))


def added(plans: Iterable[Plan]) -> tuple[Action, ...]:
    """The actions of several facilities' plans summed by key, largest sums needing no order: sorted by key."""
    sums: dict[tuple, Action] = {}
    for action in (action for plan in plans for action in plan.actions):
        target = action.target if action.verb == "change" else None
        place = (action.key, action.verb, str(target))
        before = sums.get(place)
        sums[place] = replace(action, target=target, amount=action.amount + (before.amount if before else 0))
    return tuple(sums[place] for place in sorted(sums))
