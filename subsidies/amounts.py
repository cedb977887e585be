"""Amounts of money as people read and type them."""

import re
from decimal import Decimal

from eldercare.sheets.text import normalise
from facilities.rules.phrases import plain

WAN = 10_000
TYPED = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("仟", "佰", "拾", "")
GROUPS = ("", "万", "亿", "万亿")
FEN = Decimal("0.01")


def wan(amount: Decimal | None) -> str:
    """Yuan in 万元, exact, without the unit; a dash where there is none."""
    return "—" if amount is None else plain(Decimal(amount) / WAN)


def grouped(amount: Decimal | None) -> str:
    """Yuan to the fen with commas between thousands, without the unit; a dash where there is none."""
    return "—" if amount is None else f"{Decimal(amount):,.2f}"


def short(amount: Decimal | None) -> str:
    """Yuan with commas between thousands, whole ones without their two zeros."""
    return grouped(amount).removesuffix(".00")


def typed(text: str) -> Decimal | None:
    """Yuan as somebody typed them; full-width digits and commas between thousands are fine. None for anything else."""
    bare = "".join(normalise(text).split()).removesuffix("元").replace(",", "").replace("，", "")
    return Decimal(bare) if TYPED.fullmatch(bare) else None


def capitals(amount: Decimal) -> str:
    """Yuan in the capitals of a voucher, as 支付结算办法 (附一) wants them: 1409.50 → 壹仟肆佰零玖元伍角.

    Below 10¹⁶ yuan, exact to the fen; a negative amount begins with 负.
    """
    fen = int(abs(Decimal(amount)) / FEN)
    whole, rest = divmod(fen, 100)
    tenths, hundredths = divmod(rest, 10)
    said = f"{_whole(whole)}元" if whole else ""
    said += f"{DIGITS[tenths]}角" if tenths else "零" if whole and hundredths else ""
    said += f"{DIGITS[hundredths]}分" if hundredths else "整" if not tenths else ""
    return ("负" if amount < 0 else "") + (said if fen else "零元整")


def _whole(number: int) -> str:
    """A positive whole number: groups of four digits, one 零 for every gap between spoken digits."""
    text = f"{number:0{(len(str(number)) + 3) // 4 * 4}d}"
    quads = [text[at : at + 4] for at in range(0, len(text), 4)]
    said = ""
    for place, quad in zip(reversed(range(len(quads))), quads, strict=True):
        if quad == "0000":
            continue
        gap = said and (quad[0] == "0" or not said.endswith(GROUPS[place + 1]))
        said += ("零" if gap else "") + _quad(quad) + GROUPS[place]
    return said


def _quad(quad: str) -> str:
    parts = [f"{DIGITS[int(digit)]}{place}" if digit != "0" else "0" for digit, place in zip(quad, PLACES, strict=True)]
    return re.sub("0+", "零", "".join(parts).strip("0"))
