"""Budgets and exposure as tables show them: every amount in 万元, in words that pages only place."""

from eldercare.regions import Region
from subsidies import amounts, board
from subsidies.exposure import Line, exposure


def budgets(found: board.Board) -> dict:
    """A board as tables show it, in 万元."""
    return {
        "lines": [_row(line) for line in found.lines],
        "total": _row(found.total) if found.lines else None,
        "lottery": [
            {"share": one, "for_elders": amounts.wan(one.numerator), "kept": amounts.wan(one.denominator)}
            for one in found.shares
        ],
    }


def _row(line: board.Line) -> dict[str, object]:
    names = ("planned", "committed", "paid", "unpaid", "recovered", "left")
    return {"label": line.label, "budget": line.budget, **{name: amounts.wan(getattr(line, name)) for name in names}}


def exposed(district: Region) -> dict:
    """The exposure of a district as tables show it, in 万元."""
    found = exposure(district)
    return {
        "lines": [_product(line) for line in found.lines],
        "silent": found.silent,
        "unplanned": [_product(line) for line in found.unplanned],
        "left_out": found.left_out,
        "total": amounts.wan(found.total),
        "sum": " + ".join(_product(line)["product"] for line in found.lines),
    }


def _product(line: Line) -> dict[str, object]:
    return {"line": line, "amount": amounts.wan(line.amount), "product": amounts.wan(line.product)}
