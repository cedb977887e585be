"""What a reviewer looks at on the spot: the facts a facility's standard speaks of, with what is registered of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from eldercare.regions import Region
from facilities import places
from facilities.checks import Check
from facilities.facility import Facility
from facilities.knowledge import MEASURED
from facilities.questions import questions as declared_questions
from facilities.rules import phrases
from facilities.rules.asked import Question, asked
from facilities.rules.catalogue import CORE_FACTS
from facilities.services.wording import said_well

# The measures of every facility, in the order of the register; the register's column takes what was seen.
MEASURES = ("facility.gross_area", "facility.usable_area", "facility.beds", "facility.nursing_beds", "facility.zones")
LARGEST_COUNT, LARGEST_AREA = 1_000_000, Decimal(10) ** 7
NAME, NAMES, TEXT = 40, 60, 100


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to look at: the question, what is registered of it (None: nothing), and where the answer goes.

    `column` is the register's column of a measured fact, empty for a declared one; `place` is the unit that a declared
    fact speaks of, None when it speaks of the facility itself.
    """

    question: Question
    registered: object
    column: str = ""
    place: Region | None = None

    @property
    def fact(self) -> str:
        """The fact's id."""
        return self.question.fact.id

    @property
    def label(self) -> str:
        """The fact's Chinese label."""
        return self.question.label

    @property
    def clauses(self) -> str:
        """The clauses that ask, as printed."""
        return "、".join(self.question.clauses)

    def text(self, value: object) -> str:
        """A value of this fact as a clerk reads it; None reads 未登记."""
        return phrases.said(value, self.question.choices, self.question.fact.unit)


def questions(found: Check) -> list[Asked]:
    """What is recorded on the spot for a checked facility: the measured facts, then what its edition and the schemes ask.

    Facts of a unit are asked only where the register says in which unit the facility stands.
    """
    facility = found.facility
    own = asked(found.edition.rules(), facility.type) if found.edition else {}
    measured = [Asked(_measure(fact, own), found.facts.get(fact), MEASURED[fact]) for fact in MEASURES]
    declared = declared_questions(found.edition, facility.type, facility.district_id)
    return [
        *measured,
        *(_declared(question, facility, found) for question in declared.values() if _placed(question, facility)),
    ]


def _measure(fact: str, own: Mapping[str, Question]) -> Question:
    return own.get(fact) or Question(CORE_FACTS[fact])


def _declared(question: Question, facility: Facility, found: Check) -> Asked:
    return Asked(question, found.facts.get(question.fact.id), place=place_of(question.fact.id, facility))


def _placed(question: Question, facility: Facility) -> bool:
    return not places.is_of_place(question.fact.id) or place_of(question.fact.id, facility) is not None


def place_of(fact: str, facility: Facility) -> Region | None:
    """The unit that a fact about a place speaks of; None for a fact of the facility, or where the unit is not registered."""
    if not places.is_of_place(fact):
        return None
    return facility.township if fact.startswith("township.") else facility.village


def alike(one: object, other: object) -> bool:
    """Whether two values say the same: names in any order, 800 and 800.00; never a yes and a 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if _is_names(one) and _is_names(other):
        return set(one) == set(other)
    return one == other


def _is_names(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, Mapping))


def wrong(asked: Asked, value: object) -> str:
    """Why a value cannot be what was seen of a fact; empty when it can."""
    kind = asked.question.fact.type
    return _JUDGES[kind](asked, value)


def _boolean(asked: Asked, value: object) -> str:
    return "" if isinstance(value, bool) else "应为“是”或“否”。"


def _integer(asked: Asked, value: object) -> str:
    whole = type(value) is int and 0 <= value <= LARGEST_COUNT
    return "" if whole else f"应为 0 到 {LARGEST_COUNT} 的整数。"


def _decimal(asked: Asked, value: object) -> str:
    return "" if is_area(value) else "应为不小于 0 的数，最多两位小数。"


def is_area(value: object) -> bool:
    """Whether a value is an exact measure the register can hold: not negative, seven digits and two decimals."""
    if type(value) is int:
        return 0 <= value < LARGEST_AREA
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    return 0 <= value < LARGEST_AREA and value == value.quantize(Decimal("0.01"))


def _names(asked: Asked, value: object) -> str:
    if not isinstance(value, list) or len(value) > NAMES or not all(_is_name(name) for name in value):
        return f"应为名称清单，最多 {NAMES} 项，每项最多 {NAME} 个字。"
    return "同一名称只写一次。" if len(set(value)) < len(value) else ""


def _is_name(name: object) -> bool:
    return isinstance(name, str) and not said_well(name, "名称", NAME, required=True)


def _rooms(asked: Asked, value: object) -> str:
    if not isinstance(value, dict) or len(value) > NAMES or not all(_is_name(name) for name in value):
        return f"应为用房清单，最多 {NAMES} 间，每个名称最多 {NAME} 个字。"
    odd = [name for name, area in value.items() if area is not None and not is_area(area)]
    return f"{phrases.listed(odd)}的使用面积应为不小于 0 的数，最多两位小数。" if odd else ""


def _text(asked: Asked, value: object) -> str:
    if not isinstance(value, str):
        return "应为文字。"
    if asked.question.choices and value not in asked.question.choices:
        return "不在可选的答案里。"
    return said_well(value, asked.label, TEXT, required=True)


_JUDGES = {
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _decimal,
    "names": _names,
    "rooms": _rooms,
    "text": _text,
}
