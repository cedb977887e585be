"""Conditions of an entitlement as the clause table shows them."""

from collections.abc import Iterable

OUTCOMES = {"true": ("met", "符合"), "false": ("unmet", "不符合"), "unknown": ("no_data", "待定")}


def lines(conditions: Iterable[dict]) -> list[dict]:
    """Rows for components/clauses.html, from conditions as a claim keeps them."""
    found = []
    for row in conditions:
        outcome, label = OUTCOMES.get(row.get("truth"), OUTCOMES["unknown"])
        found.append({**row, "outcome": outcome, "outcome_label": label})
    return found
