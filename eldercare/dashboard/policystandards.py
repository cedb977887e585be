"""What a policy's standards demand, line by line: conditions, requirements, class tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eldercare.policies import Policy, unpack
from facilities.kinds import FacilityType
from facilities.models import Requirement, StandardEdition
from facilities.rules import demands
from facilities.rules.catalogue import SUBJECTS
from facilities.rules.phrases import amount, listed

MODALITIES = {"must": "必须", "principle": "原则性", "conditional": "有条件", "should": "建议性", "may": "可选"}
CONDITIONS = {"declared": "由人认定", "derived": "由登记的数据得出"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page: clause, what it is about, what it demands, how strictly, and a remark."""

    clause: str
    about: str
    demand: str
    force: str = ""
    remark: str = ""
    key: str = ""

    def matches(self, words: str) -> bool:
        """Whether each of the words stands somewhere in the line."""
        text = " ".join((self.clause, self.about, self.demand, self.force, self.remark, self.key)).lower()
        return all(word in text for word in words.lower().split())


@dataclass(frozen=True, slots=True)
class ClassTable:
    """A table of classes: one column a class, one row a figure, the last row the sum of the rooms."""

    title: str
    clause: str
    classes: list[str]
    rows: list[tuple[str, list[str]]]
    note: str


def editions(policy: Policy) -> list[tuple[StandardEdition, dict]]:
    """The policy's editions with their bodies, oldest first."""
    return [(row, unpack(row.body)) for row in policy.standard_editions.order_by("valid_from", "pk")]


def requirements(policy: Policy) -> Iterator[Entry]:
    """A line for each requirement; of an amendment also where each comes from, and a line for each that it drops."""
    held = {row.pk: (row, demands.condition_names(body)) for row, body in editions(policy)}
    titles = _titles(row for row, _ in held.values())
    for row in Requirement.objects.filter(edition__policy=policy).order_by("edition__valid_from", "position"):
        edition, conditions = held[row.edition_id]
        body = unpack(row.body)
        who = listed(FacilityType(code).label for code in row.applies_to) or SUBJECTS[row.subject]
        force = f"{row.wording}（{MODALITIES[row.modality]}）"
        remark = "；".join(filter(None, (_origin(edition, row.key, titles), demands.remark(body, conditions))))
        yield Entry(row.clause, f"{who}：{row.label}", demands.demand(body, conditions), force, remark, row.key)
    for edition, _ in held.values():
        for gone in edition.amendment.get("removed", []):
            yield Entry(gone["clause"], gone["label"] or gone["id"], "本次修订删去", "", "", gone["id"])


def _titles(found: Iterable[StandardEdition]) -> dict[str, str]:
    """The short titles of the policies whose rows an amendment carries on, by slug."""
    slugs = {slug for edition in found for slug in edition.carried_policies}
    rows = Policy.objects.filter(slug__in=slugs) if slugs else ()
    return {policy.slug: str(policy) for policy in rows}


def _origin(edition: StandardEdition, key: str, titles: dict[str, str]) -> str:
    """Which document a row of an amendment stands in; empty in an edition of its own."""
    if not edition.amendment:
        return ""
    slug = edition.amendment["origin"].get(f"requirement:{key}")
    return f"沿用{titles.get(slug, slug)}" if slug else "本次修订"


def conditions(policy: Policy) -> Iterator[Entry]:
    """A line for each condition that requirements depend on."""
    for _, body in editions(policy):
        labels = {row["id"]: row["label"] for row in body.get("fact", [])}
        for row in body.get("condition", []):
            test = demands.comparison(row, {}) if "value" in row else "是"
            about = labels.get(row["fact"]) or demands.fact_label(row["fact"])
            remark = "；".join(row[key] for key in ("evidence", "note", "reading") if row.get(key))
            yield Entry(row["clause"], row["label"], f"{about}：{test}", CONDITIONS[row["kind"]], remark, row["id"])


def class_tables(policy: Policy) -> Iterator[ClassTable]:
    """The tables of classes, as printed."""
    for _, body in editions(policy):
        for row in body.get("ladder", []):
            yield _class_table(row)


def _class_table(row: dict) -> ClassTable:
    rooms = row["rooms"]
    steps, areas = row["steps"], rooms["min"]
    lines = [("印发的面积档", [f"{step.get('printed') or step['min']} {row['unit']}" for step in steps])]
    lines += [(name, [amount(area, rooms["unit"]) for area in column]) for name, column in areas.items()]
    sums = [amount(sum(column[index] for column in areas.values()), rooms["unit"]) for index in range(len(steps))]
    lines.append((f"{len(areas)} 间合计", sums))
    for each in row.get("each", []):
        lines.append((each["label"], [amount(v, each["unit"]) + "以上" if v != "" else "—" for v in each["values"]]))
    degrees = rooms["modality"] if isinstance(rooms["modality"], list) else [rooms["modality"]] * len(steps)
    lines.append(("用房的约束程度", [MODALITIES[degree] for degree in degrees]))
    notes = ("用房为使用面积；分界处归较高一类", row.get("note"), rooms.get("note"), rooms.get("reading"))
    classes = [step["class"] for step in steps]
    return ClassTable(row["label"], row["clause"], classes, lines, "；".join(note for note in notes if note))
