"""What a standard asks people about villages, communities and townships, and what has been answered of each unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from eldercare.figures import Scope
from eldercare.policies import unpack
from eldercare.regions import Region
from facilities import exemptions, knowledge
from facilities.knowledge import RECORDED
from facilities.models import Declaration, StandardEdition
from facilities.places import EXEMPTIONS
from facilities.rules.asked import Question, asked
from facilities.rules.catalogue import FACILITY_TYPES, SUBJECTS
from facilities.unitchecks import SUBJECTS as SUBJECT_OF

UNITS = tuple(subject for subject in SUBJECTS if subject != "facility")


@dataclass(frozen=True, slots=True)
class UnitQuestion:
    """One question about units of a subject; `asked_of` is the facility type or unit whose clauses ask it."""

    fact: str
    subject: str
    question: Question
    asked_of: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one unit: the declaration in force, or that the register records it (`by_register`)."""

    unit: Region
    township: Region | None
    row: Declaration | None
    by_register: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is nothing left to decide."""
        return self.by_register or self.row is not None

    @property
    def value(self) -> object:
        """The answer that counts: what is registered outranks what was declared."""
        return True if self.by_register else unpack(self.row.value) if self.row else None


def of_units(edition: StandardEdition | None) -> dict[str, UnitQuestion]:
    """The questions about units by fact id: those of the units' own clauses, then those that facilities' clauses ask."""
    rules = edition.rules() if edition else None
    found: dict[str, UnitQuestion] = {}
    for asked_of in (*UNITS, *FACILITY_TYPES) if rules else ():
        for fact, question in asked(rules, asked_of).items():
            subject = asked_of if asked_of in UNITS else fact.partition(".")[0]
            if subject in UNITS and fact not in RECORDED:
                found.setdefault(fact, UnitQuestion(fact, subject, question, asked_of))
    return found


def concerns(unit: Region, question: UnitQuestion) -> bool:
    """Whether a question is about this kind of unit."""
    return SUBJECT_OF.get(unit.kind) == question.subject


def answers(scope: Scope, questions: Iterable[UnitQuestion]) -> dict[str, list[Answer]]:
    """What is known on the day of every unit that each question concerns, by fact id: two queries however many."""
    questions = list(questions)
    units = [unit for unit in scope.units if any(concerns(unit, question) for question in questions)]
    rows = {(pk, row.fact): row for pk, row in knowledge.about_regions([unit.pk for unit in units], scope.as_of)}
    townships = {unit.code: unit for unit in scope.townships}
    recorded = _recorded(scope)
    return {
        question.fact: [
            Answer(
                unit,
                townships.get(scope.township_code(unit) or ""),
                rows.get((unit.pk, question.fact)),
                (unit.pk, question.fact) in recorded,
            )
            for unit in units
            if concerns(unit, question)
        ]
        for question in questions
    }


def _recorded(scope: Scope) -> set[tuple[int, str]]:
    return {(pk, EXEMPTIONS[reason]) for pk, reasons in exemptions.recorded(scope).items() for reason in reasons}
