"""What people state about money: amounts exact to the fen, and texts that fit their columns."""

from decimal import Decimal

from eldercare.sheets.text import ControlCharacterError, clean, normalise

FEN = Decimal("0.01")
LARGEST = Decimal(100_000_000)


def is_money(amount: object, *, least: Decimal = FEN, largest: Decimal = LARGEST) -> bool:
    """Whether a value is an amount in yuan between two limits, with at most two decimals."""
    if not isinstance(amount, Decimal) or not amount.is_finite() or not least <= amount <= largest:
        return False
    return amount == amount.quantize(FEN)


def yuan(amount: Decimal) -> str:
    """An amount in words, always to the fen: the databases write sums differently."""
    return f"{amount:.2f} 元"


def is_plain(text: str, length: int) -> bool:
    """Whether a text fits its column and holds nothing that cannot be printed."""
    try:
        clean(text)
    except ControlCharacterError:
        return False
    return len(text) <= length


def same_number(one: str, other: str) -> bool:
    """Whether two voucher numbers are one: full width, spaces and capitals make no difference."""
    first, second = ("".join(normalise(text).split()).casefold() for text in (one, other))
    return first == second
