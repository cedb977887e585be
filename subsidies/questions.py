"""What only money asks of a facility: who invested, who agreed, and what a yearly evaluation found."""

from collections import defaultdict

from eldercare.policies import unpack
from facilities import questions
from facilities.kinds import FacilityType
from facilities.rules.asked import Question
from facilities.rules.catalogue import CORE_FACTS
from subsidies.models import SubsidyScheme
from subsidies.rules.conditions import WORDS
from subsidies.rules.scheme import Scheme, parse

EVIDENCE = "同意文件、投资证明或评价结果"


def of_schemes(district: int) -> dict[str, list[Question]]:
    """The questions of a district's schemes by facility type: one query."""
    found: dict[str, dict[str, Question]] = defaultdict(dict)
    rows = SubsidyScheme.objects.filter(policy__district=district).order_by("policy", "pk")
    for rule in (parse(unpack(body)) for body in rows.values_list("body", flat=True)):
        for type_ in FacilityType.values if rule.subject else ():
            for fact in sorted(rule.asks(type_)):
                if question := _question(rule, fact, found[type_].get(fact)):
                    found[type_][fact] = question
    return {type_: list(asked.values()) for type_, asked in found.items()}


def _question(rule: Scheme, fact: str, before: Question | None) -> Question | None:
    """The question with every scheme that asks it; None for a fact that nobody can declare."""
    declared = CORE_FACTS.get(fact)
    if declared is None:
        return None
    clauses = (*(before.clauses if before else ()), f"{rule.clause}（{rule.label}）")
    choices = WORDS if declared.type == "text" else {}
    return Question(declared, tuple(dict.fromkeys(clauses)), EVIDENCE, needs_evidence=True, choices=choices)


def connect() -> None:
    """Have the facility page ask what the schemes need."""
    questions.ask_also(of_schemes)
