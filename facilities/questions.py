"""What is asked of people about a facility or a unit: the facts of a standard that the register does not record itself."""

from collections.abc import Callable, Iterable, Mapping

from eldercare.policies import unpack
from facilities.dated import MEDICAL_CARE
from facilities.knowledge import RECORDED
from facilities.models import StandardEdition
from facilities.rules.asked import Question, asked
from facilities.rules.catalogue import CORE_FACTS, FACILITY_TYPES

# Asked of every facility whatever its standard says, because a published figure counts it.
FIGURE_QUESTIONS = {
    MEDICAL_CARE: Question(
        CORE_FACTS[MEDICAL_CARE], evidence="内设医疗机构许可、一体设置说明或有效的合作协议", needs_evidence=True
    )
}


# What other apps want asked of a district's facilities: questions by facility type code.
Asker = Callable[[int], Mapping[str, Iterable[Question]]]
_askers: list[Asker] = []


def ask_also(function: Asker) -> None:
    """Let an app ask about facilities too: `function(district id)` gives its questions by facility type code."""
    if function not in _askers:
        _askers.append(function)


def of_others(district: int) -> dict[str, dict[str, Question]]:
    """What other apps ask in a district: by facility type, by fact."""
    found: dict[str, dict[str, Question]] = {}
    for asker in _askers:
        for type_, asked_for in asker(district).items():
            found.setdefault(type_, {}).update({one.fact.id: one for one in asked_for})
    return found


def questions(edition: StandardEdition | None, subject: str, district: int | None = None) -> dict[str, Question]:
    """What people are asked about a facility type or a unit: all its edition wants to know but what the register records.

    With `district` (its id) also what other apps ask there; where the edition asks the same, its question stands.
    """
    found = asked(edition.rules(), subject) if edition else {}
    if subject in FACILITY_TYPES:
        found = FIGURE_QUESTIONS | found
        if district is not None:
            found |= {name: one for name, one in of_others(district).get(subject, {}).items() if name not in found}
    return {name: question for name, question in found.items() if name not in RECORDED}


def words(edition: StandardEdition | None) -> dict[str, str]:
    """The labels of coded values in an edition."""
    facts = unpack(edition.body).get("fact", []) if edition else []
    return {value: label for fact in facts for value, label in fact.get("choices", {}).items()}
