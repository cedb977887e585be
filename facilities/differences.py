"""What two checks of one facility found differently: facts that changed, and clauses whose outcome changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eldercare.policies import pack, unpack
from facilities.glossary import Glossary

FACT, OUTCOME = "fact", "outcome"
# What the register measures of the building itself; who runs it and that it was accepted follow from the acceptance.
BUILDING = frozenset(f"facility.{name}" for name in ("gross_area", "usable_area", "beds", "nursing_beds", "zones"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was.

    `kind` FACT: `key` is the fact id, `before` and `after` its packed values (None: not recorded). `kind` OUTCOME: `key`
    is the requirement, `before` and `after` outcome codes. The texts say both in Chinese.
    """

    kind: str
    key: str
    label: str
    clause: str
    before: object
    after: object
    before_text: str
    after_text: str

    def as_dict(self) -> dict[str, object]:
        """A JSON-ready copy."""
        return {name: getattr(self, name) for name in self.__slots__}


def between(before: Mapping, after: Mapping, glossary: Glossary) -> list[Difference]:
    """All that differs between two frozen copies (see services.acceptance.frozen), facts first.

    Facts count that the register measures of the building or the standard asks for. Outcomes are compared under one
    edition only: a new edition alone is no difference.
    """
    changed = of_facts(before, after, glossary)
    return changed + (of_outcomes(before, after) if before["edition_key"] == after["edition_key"] else [])


def of_facts(before: Mapping, after: Mapping, glossary: Glossary) -> list[Difference]:
    """The facts that were added, removed or changed."""
    old, new = unpack(before["facts"]), unpack(after["facts"])
    names = [name for name in sorted({*old, *new}) if counts(name, glossary)]
    return [
        Difference(
            FACT,
            name,
            glossary.label(name),
            "、".join(glossary.questions[name].clauses) if name in glossary.questions else "",
            pack(old.get(name)),
            pack(new.get(name)),
            glossary.text(name, old.get(name)),
            glossary.text(name, new.get(name)),
        )
        for name in names
        if _alike(old.get(name)) != _alike(new.get(name))
    ]


def counts(fact: str, glossary: Glossary) -> bool:
    """Whether a decision can rest on a fact: measured of the building, or asked for by the standard."""
    return fact in BUILDING or (fact in glossary.questions and fact != "facility.accepted")


def of_outcomes(before: Mapping, after: Mapping) -> list[Difference]:
    """The clauses that both checks judged and judged differently."""
    old = {row["requirement"]: row for row in before["findings"]}
    return [
        Difference(
            OUTCOME,
            row["requirement"],
            row["label"],
            row["clause"],
            was["outcome"],
            row["outcome"],
            verdict(was),
            verdict(row),
        )
        for row in after["findings"]
        if (was := old.get(row["requirement"])) and was["outcome"] != row["outcome"]
    ]


def verdict(finding: Mapping) -> str:
    """A frozen finding in words: 不达标（还差 80 ㎡）."""
    more = finding["gap_text"] or finding["missing_text"]
    return f"{finding['outcome_label']}（{more}）" if more else finding["outcome_label"]


def _alike(value: object) -> object:
    """Values that say the same compare equal: names in any order, 800 and 800.00."""
    if isinstance(value, Mapping):
        return frozenset(value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return frozenset(value)
    return (type(value) is bool, value)
