"""Plan tables drawn as text, and short words for what the reader made of them."""

from eldercare.sheets import annex
from eldercare.sheets.cells import Grid

STREET, STATION = "STREET_CENTRE", "COMMUNITY_STATION"
HEAD = (
    "序号|乡镇（街道）|街道养老服务中心（个）|_|社区养老服务站（个）|_",
    "_|_|2019年拟建数|2020年拟建数|2019年拟建数|2020年拟建数",
)


def table(*lines, **known):
    """A sheet drawn as text: cells parted by |, digits are numbers, "_" is blank."""
    return Grid("表1", [tuple(map(cell, line.split("|"))) if line else () for line in lines], **known)


def cell(text):
    text = text.strip().replace("\\n", "\n")
    if text in ("", "_"):
        return None
    return int(text) if text.isascii() and text.isdigit() else text


def read(*lines, types=None, **known):
    (matrix,) = annex.read(table(*lines, **known), types=types or {})
    return matrix


def values(matrix):
    return {row.unit: [found.value for found in row.cells.values()] for row in matrix.rows}


def asked(matrix):
    return [(question.code, question.address) for question in matrix.questions]


def heads(matrix):
    return [(column.code, column.year) for column in matrix.columns]
