"""Facts in words: what a fact is called, and how a recorded value of it reads, by the standard that asks for it."""

from dataclasses import dataclass

from facilities import checks
from facilities.rules import phrases
from facilities.rules.asked import Question, asked
from facilities.rules.catalogue import CORE_FACTS


@dataclass(frozen=True, slots=True)
class Glossary:
    """The questions of one edition about one facility type, by fact id."""

    questions: dict[str, Question]

    @classmethod
    def of(cls, found: checks.Check) -> "Glossary":
        """The words of the edition that a facility was checked by; without an edition the portal's own words."""
        return cls(asked(found.rules, found.facility.type) if found.rules else {})

    def label(self, fact: str) -> str:
        """What the fact is called; its id when nobody asks for it any more."""
        question = self.questions.get(fact)
        known = question.fact if question else CORE_FACTS.get(fact)
        return known.label if known else fact

    def text(self, fact: str, value: object) -> str:
        """A value as a clerk reads it; None reads 未登记."""
        question = self.questions.get(fact)
        known = question.fact if question else CORE_FACTS.get(fact)
        return phrases.said(value, question.choices if question else {}, known.unit if known else "")
