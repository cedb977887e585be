"""Amounts of money as people read and type them."""

import re
from decimal import Decimal

from eldercare.sheets.text import normalise
from facilities.rules.phrases import plain

WAN = 10_000
TYPED = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)


def wan(amount: Decimal | None) -> str:
    """Yuan in 万元, exact, without the unit; a dash where there is none."""
    return "—" if amount is None else plain(Decimal(amount) / WAN)


def typed(text: str) -> Decimal | None:
    """Yuan as somebody typed them; full-width digits and commas between thousands are fine. None for anything else."""
    bare = "".join(normalise(text).split()).removesuffix("元").replace(",", "").replace("，", "")
    return Decimal(bare) if TYPED.fullmatch(bare) else None
