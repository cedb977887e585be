"""Text inside spreadsheet XML: characters XML cannot hold are written _xHHHH_, and a literal one _x005F_xHHHH_."""

import re
from xml.sax.saxutils import escape

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """The text with its _xHHHH_ escapes (ECMA-376 part 1, ST_Xstring) turned into the characters they stand for."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
    # Two escapes may form one character beyond the basic plane; a lone half stays and is refused later.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def markup(text: str) -> str:
    """Text ready to stand in an element or a double-quoted attribute."""
    return escape(text, {'"': "&quot;", "\r": "&#13;"})
