"""Names that probably mean the same facility: 板桥村互助养老点, 板桥互助点 and 板桥村养老互助点."""

import re

from eldercare.sheets.text import compact

_COMMON = re.compile("社区|居委会|村委会|养老|服务|互助|中心|照料|日间|幸福院|敬老院|[镇乡街道村站点]")


def likeness(kind: str, name: str) -> tuple[str, str] | None:
    """What is left of a name without the words that all facilities share, beside its type; None when nothing is left.

    Equal likenesses are proposed, never taken for the same. Numerals stay, so that 一村 and 二村 are not alike.
    """
    rest = _COMMON.sub("", compact(name))
    return (kind, rest) if rest else None
