"""What is asked of people about a facility or a unit: the facts of a standard that the register does not record itself."""

from eldercare.policies import unpack
from facilities.knowledge import RECORDED
from facilities.models import StandardEdition
from facilities.rules.asked import Question, asked
from facilities.rules.catalogue import CORE_FACTS, FACILITY_TYPES
from facilities.statistics import MEDICAL_CARE

# Asked of every facility whatever its standard says, because a published figure counts it.
FIGURE_QUESTIONS = {
    MEDICAL_CARE: Question(
        CORE_FACTS[MEDICAL_CARE], evidence="内设医疗机构许可、一体设置说明或有效的合作协议", needs_evidence=True
    )
}


def questions(edition: StandardEdition | None, subject: str) -> dict[str, Question]:
    """What an edition asks people about a facility type: all it wants to know but what the register records."""
    found = asked(edition.rules(), subject) if edition else {}
    if subject in FACILITY_TYPES:
        found = FIGURE_QUESTIONS | found
    return {name: question for name, question in found.items() if name not in RECORDED}


def words(edition: StandardEdition | None) -> dict[str, str]:
    """The labels of coded values in an edition."""
    facts = unpack(edition.body).get("fact", []) if edition else []
    return {value: label for fact in facts for value, label in fact.get("choices", {}).items()}
