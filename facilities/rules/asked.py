"""What a standard wants to know of a subject: the facts behind its clauses, each with how it is answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from facilities.rules import ladders
from facilities.rules.catalogue import CORE_FACTS, FactDeclaration
from facilities.rules.clauses import Branch, Comparison, Edition, Ladder, Requirement


@dataclass(frozen=True, slots=True)
class Question:
    """One fact an edition asks for: what it is, the clauses that ask, the proof they want, and the answers on offer.

    `needs_evidence` where a person decides: a declared condition, or a clause nobody can compute.
    """

    fact: FactDeclaration
    clauses: tuple[str, ...] = ()
    evidence: str = ""
    needs_evidence: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The fact's Chinese label."""
        return self.fact.label


def asked(edition: Edition, subject: str) -> dict[str, Question]:
    """The questions of an edition about a facility type code or a unit, by fact id, in the edition's order."""
    found: dict[str, Question] = {}
    for requirement in edition.requirements:
        if requirement.concerns(subject):
            for question in _of_requirement(requirement, edition):
                _merge(found, question)
    for ladder in edition.ladders:
        if subject in ladder.applies_to:
            for question in _of_ladder(ladder, edition):
                _merge(found, question)
    return found


def _merge(found: dict[str, Question], new: Question) -> None:
    old = found.get(new.fact.id, new)
    found[new.fact.id] = replace(
        old,
        clauses=tuple(dict.fromkeys((*old.clauses, *new.clauses))),
        evidence=old.evidence or new.evidence,
        needs_evidence=old.needs_evidence or new.needs_evidence,
        choices={**new.choices, **old.choices},
    )


def _of_requirement(requirement: Requirement, edition: Edition) -> Iterator[Question]:
    for name in requirement.conditions:
        condition = edition.conditions[name]
        question = _compared(condition.test, edition, condition.clause or requirement.clause)
        yield replace(question, evidence=condition.evidence, needs_evidence=condition.kind == "declared")
    for test in (*_leaves(requirement.alternatives), *([requirement.scope] if requirement.scope else [])):
        yield _compared(test, edition, requirement.clause)
    if requirement.kind != "any_of":
        yield _measured(requirement, edition)


def _measured(requirement: Requirement, edition: Edition) -> Question:
    own = requirement.kind in ("checklist", "manual", "reference")
    fact = _declaration(requirement.measured_fact, edition, requirement.label)
    names = requirement.each or tuple(name for name, _ in requirement.minima)
    test = Comparison(fact.id, value=requirement.value, scale=requirement.scale)
    choices = {name: name for name in names} or _choices(fact, test)
    proof = f"符合{requirement.reference}的证明材料" if requirement.reference else ""
    return Question(fact, (requirement.clause,), proof, own, choices)


def _compared(test: Comparison, edition: Edition, clause: str) -> Question:
    fact = _declaration(test.fact, edition, test.label)
    return Question(fact, (clause,), choices=_choices(fact, test))


def _declaration(name: str, edition: Edition, label: str) -> FactDeclaration:
    """The declared fact; what belongs to one requirement alone is a yes or no under its label."""
    known = edition.facts.get(name) or CORE_FACTS.get(name)
    return known or FactDeclaration(name, "facility", "boolean", label or name)


def _choices(fact: FactDeclaration, test: Comparison) -> Mapping[str, str]:
    if fact.type != "text":
        return {}
    printed = test.scale or ((test.value,) if isinstance(test.value, str) else ())
    return fact.choices or {value: value for value in printed}


def _leaves(nodes: tuple[Comparison | Branch, ...]) -> Iterator[Comparison]:
    for node in nodes:
        if isinstance(node, Branch):
            yield from _leaves(node.nodes)
        else:
            yield node


def _of_ladder(ladder: Ladder, edition: Edition) -> Iterator[Question]:
    steps = {step.name: step.name for step in ladder.steps}
    yield Question(CORE_FACTS[ladders.DECLARED], (ladder.clause,), choices=steps)
    for slot in ladder.slots:
        for requirement in filter(None, slot):
            yield from _of_requirement(requirement, edition)
