"""The middle of the review page: facts and clauses, live or as the decision froze them, and the history beside them."""

from datetime import date

from eldercare.policies import unpack
from facilities import checks, services
from facilities.admin import clauses, declarations, provenance
from facilities.admin.facility import check_context
from facilities.differences import counts
from facilities.glossary import Glossary
from facilities.models import AcceptanceReview
from facilities.rules.asked import asked
from facilities.rules.overall import Overall
from facilities.services import waiving


def live(row: AcceptanceReview) -> dict:
    """What holds now, for a review that is not decided."""
    day = services.review_day(row)
    found = checks.check(row.facility, day)
    records = provenance.history(row.facility)
    wanted = declarations.table(found, row.created_by)
    return {
        **check_context(found),
        "facts": provenance.facts(records, day),
        "declared": [line for line in wanted if line["row"]],
        "undeclared": [line for line in wanted if not line["row"]],
    }


def frozen(row: AcceptanceReview) -> dict:
    """What a decided review rests on."""
    kept = row.frozen
    glossary = Glossary(asked(row.edition.rules(), row.facility.type) if row.edition_id else {})
    told = [
        {"label": glossary.label(fact), "text": glossary.text(fact, value)}
        for fact, value in unpack(kept["facts"]).items()
        if counts(fact, glossary)
    ]
    return {
        "overall": Overall(kept["overall"]),
        "edition": kept["edition"],
        "day": date.fromisoformat(kept["day"]),
        "findings": clauses.rows(kept["findings"], declarations.words(row.edition)),
        "facts": [{"record": None, "sheet": None, "lines": told}],
    }


def events(row: AcceptanceReview, own: list) -> list[dict]:
    """The history of a review with that of its waivers, oldest first."""
    moved = [{name: getattr(event, name) for name in ("at", "by_name", "label", "comment")} for event in own]
    return sorted([*moved, *waiving.events(row)], key=lambda event: event["at"])
