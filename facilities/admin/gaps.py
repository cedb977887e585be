"""还差什么: what a facility still lacks, in four lists, on the review and the facility page."""

from django.urls import reverse
from django.utils.http import urlencode

from facilities import gaps, places
from facilities.checks import Check
from facilities.knowledge import MEASURED
from facilities.rules.catalogue import CORE_FACTS

ROOM = "facility.rooms."


def panel(request, row, found) -> dict:
    """Context of this part of the review page; `found` is the live check, None once the review is decided."""
    return context(found, request.user) if found else {}


def urls(admin) -> list:
    """Addresses below the review."""
    return []


def context(found: Check, user) -> dict:
    """What components/gaps.html shows of a live check, with links to where this person can record what is missing."""
    prices = gaps.prices_of(found.facility.district)
    lists = gaps.of(found, prices)
    classes = gaps.next_classes(found, prices)
    priced = lists.cost.yuan or any(row.way and row.way.cost.yuan for row in classes)
    desk = Desk(found, user)
    return {
        "gaps": lists,
        "gaps_count": lists.count,
        "gaps_sections": desk.sections(lists),
        "gaps_prices": prices.source if priced else "",
        "gaps_classes": [desk.next_class(row) for row in classes],
    }


class Desk:
    """A check seen by one person: what is missing gets its label and, where the person may record it, the address."""

    def __init__(self, found: Check, user) -> None:
        self.found, self.user, self.facility = found, user, found.facility
        rules = found.rules
        self.labels = {row.measured_fact: row.label for row in rules.requirements} if rules else {}
        self.labels |= {name: fact.label for name, fact in CORE_FACTS.items()}
        self.labels |= {name: fact.label for name, fact in rules.facts.items()} if rules else {}

    def label(self, fact: str) -> str:
        """A fact in Chinese."""
        return f"{fact.removeprefix(ROOM)}使用面积" if fact.startswith(ROOM) else self.labels.get(fact, fact)

    def sections(self, lists: gaps.Gaps) -> list[dict]:
        """The lists that are not empty, each line with its places."""
        return [
            {"name": name, "label": label, "note": note, "lines": [self._line(line) for line in lines]}
            for name, label, note, lines in lists.sections
        ]

    def _line(self, line: gaps.Line) -> dict:
        places_ = {place["url"]: place for fact in line.missing if (place := self.place(fact))}
        return {"line": line, "places": list(places_.values())}

    def next_class(self, row: gaps.NextClass) -> dict:
        """One class table: where the facility stands and the lists up to the next class."""
        return {
            "row": row,
            "missing": "、".join(self.label(fact) for fact in row.now.missing),
            "sections": self.sections(row.way) if row.way else [],
            "at_least": gaps.AT_LEAST,
        }

    def place(self, fact: str) -> dict | None:
        """Where this person can record a fact: verb, label and address; None where the person may not."""
        if fact in MEASURED:
            return self._register(MEASURED[fact], "登记", self.label(fact))
        return self._declare("facility.rooms" if fact.startswith(ROOM) else fact)

    def _register(self, name: str, verb: str, label: str) -> dict | None:
        if not self.user.has_perm("facilities.change_facility"):
            return None
        page = reverse("admin:facilities_facility_change", args=[self.facility.pk])
        return {"verb": verb, "label": label, "url": f"{page}#id_{name}"}

    def _declare(self, fact: str) -> dict | None:
        """The form of a declaration; while the village is not recorded, the field that records it."""
        if not self.user.has_perm("facilities.add_declaration"):
            return None
        subject = {"facility": self.facility.pk}
        if places.is_of_place(fact):
            unit = self.facility.township_id if fact.startswith("township.") else self.facility.village_id
            if unit is None:
                return self._register("village", "先登记", "所在村（社区）")
            subject = {"region": unit}
        query = urlencode({"fact": fact, "type": self.facility.type, "for": self.facility.pk, **subject})
        address = reverse("admin:facilities_declaration_add")
        return {"verb": "认定", "label": self.label(fact), "url": f"{address}?{query}"}
