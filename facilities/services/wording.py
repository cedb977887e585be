"""What a person typed, before it is stored: not too long, and without characters that nobody can see."""

from eldercare.sheets.text import ControlCharacterError, clean


def said_well(text: str, name: str, limit: int, *, required: bool = False) -> str:
    """Why a text cannot be stored as it is, in words that begin with `name`; empty when it can."""
    try:
        clean(text)
    except ControlCharacterError as odd:
        return f"{name}含有看不见的控制字符 {odd.name}，请删除后重新填写。"
    if len(text.strip()) > limit:
        return f"{name}最多 {limit} 个字，现有 {len(text.strip())} 个。"
    return f"请填写{name}。" if required and not text.strip() else ""


def tidy(text: str) -> str:
    """A text as it is stored: without unseen marks and without white space at its ends."""
    return clean(text).strip()
