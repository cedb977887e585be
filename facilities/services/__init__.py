"""What the app does around its moves, by concern."""

from facilities.services import acceptance, consenting, rectifying, returning
from facilities.services.acceptance import accept, frozen, open_review, review_day, standard_met
from facilities.services.assignment import assign, reviewers, take

__all__ = ["accept", "assign", "frozen", "open_review", "review_day", "reviewers", "standard_met", "take"]


def connect() -> None:
    """Tie the conditions and consequences of every concern to the moves."""
    acceptance.connect()
    rectifying.connect()
    returning.connect()
    consenting.connect()
