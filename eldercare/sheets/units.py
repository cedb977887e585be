"""Units of measurement and counters as people write them behind figures and in headings."""

from functools import lru_cache

from eldercare.sheets.parsed import folded

_UNITS = (
    ("㎡", "m2", "m²", "平方米", "平米", "平方", "平"),
    ("张", "床", "张床"),
    ("万元", "万"),
    ("人", "名"),
    ("亿元", "亿"),
    ("年", "年度"),
    *(("%",), ("元",), ("亩",), ("公顷",), ("人次",)),
    *((counter,) for counter in ("个", "间", "户", "处", "所", "家", "套", "台", "件", "次", "天", "月", "岁")),
)
_MEASURES = frozenset({"㎡", "万元", "元", "亿元", "亩", "公顷", "%", "人次"})
_KNOWN_UNITS = frozenset(name for names in _UNITS for name in names)


@lru_cache
def same_unit(unit: str) -> frozenset[str]:
    """All spellings of a unit, itself included; 个 counts anything that is counted."""
    names = next((names for names in _UNITS if unit in names), (unit,))
    return frozenset(names) if unit in _MEASURES else frozenset((*names, "个"))


def is_unit(text: str) -> bool:
    """Whether a text is a unit of measurement or a counter that people write behind figures."""
    return folded(text).casefold() in _KNOWN_UNITS


def is_measure(text: str) -> bool:
    """Whether a unit measures, so that a figure in it can be converted; a counter only says what was counted."""
    return any(text in names for names in _UNITS if names[0] in _MEASURES)
