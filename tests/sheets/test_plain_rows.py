"""Rows read without the XML parser: what they say is what the parser would have said, value for value and word for word."""

import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages import MAIN, shared, sheet, xlsx

from eldercare.sheets import guard, reader

STRINGS = shared("<t>名称</t>", "<t>a&amp;b</t>", "<t> </t>", "<t>_x0041_</t>", "<t>零\u200b宽</t>", "<t>\u0085</t>")
COMMENT = "<!-- from here on the parser reads every row -->"
EXCEL = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
CONTENTS = (
    "<v>12</v>", "<v>-0.5</v>", "<v>1E3</v>", "<v>1e999</v>", "<v>x</v>", "<v></v>", "<f>A1</f>", "<f>A1</f><v>3</v>",
    "<is><t>文字</t></is>", '<is><t xml:space="preserve"> a&lt;b </t></is>', "<is><t>&#65;</t></is>", "<v>1</v><v>2</v>",
    "<!-- --><v>5</v>", "<v>]]></v>", "<is><t>一\r\n二</t></is>", "<v>\x0b</v>", "<is><t>_x000D_</t></is>", "",
)  # fmt: skip
ATTRIBUTES = (
    "",
    ' s="0"',
    ' s="1"',
    ' s="77"',
    ' t="s"',
    ' s="1" t="s"',
    ' t="inlineStr"',
    ' t="str"',
    ' t="b"',
    ' t="n"',
)
HEADS = (
    "", ' spans="1:3"', ' ht="12" customHeight="1"', ' hidden="1"', ' hidden="false"', ' s="1" s="1"',
    ' x14ac:dyDescent="0.2"', ' xmlns="urn:other"',
)  # fmt: skip
cells = st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(ATTRIBUTES), st.sampled_from(CONTENTS))
rows = st.tuples(st.integers(0, 2), st.sampled_from(HEADS), st.lists(cells, max_size=4))


def written(found: list) -> str:
    """Rows as XML, each so many rows below the one before."""
    text, number = "", 0
    for step, head, held in found:
        number += step
        inside = "".join(f'<c r="{letter}{number}"{said}>{content}</c>' for letter, said, content in held)
        text += f'<row r="{number}"{head}>{inside}</row>'
    return text


@pytest.fixture
def outcome(tmp_path):
    """What comes of a part: the rows that are handed on and what is told of them, or the refusal in its words."""

    def run(text: str):
        path = tmp_path / "upload"
        path.write_bytes(xlsx(sheet=text, strings=STRINGS))
        try:
            prepared = guard.prepare(path, "月报.xlsx", tmp_path)
            with zipfile.ZipFile(prepared.copy) as package:
                return package.read("xl/worksheets/sheet1.xml"), prepared.outlines
        except guard.Refused as refused:
            return refused.code, refused.message

    return run


@pytest.mark.parametrize("space", [MAIN, f'{MAIN}" xmlns:x14ac="{EXCEL}'], ids=["plain", "declared"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(rows, max_size=4))
def test_rows_say_the_same_whoever_reads_them(outcome, space, found):
    text = written(found)
    assert outcome(sheet(text, space=space)) == outcome(sheet(COMMENT + text, space=space))


def declared(encoding: str, text: str) -> bytes:
    """A file whose sheet declares an encoding and is in it."""
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    part = f'<?xml version="1.0" encoding="{encoding}"?>{sheet(row)}'.encode(encoding)
    return xlsx(more={"xl/worksheets/sheet1.xml": part})


@pytest.mark.parametrize(("encoding", "text"), [("utf-8", "名称"), ("utf-16", "名称"), ("iso-8859-1", "Ä")])
def test_text_is_read_in_the_encoding_that_the_part_declares(tmp_path, encoding, text):
    path = tmp_path / "upload"
    path.write_bytes(declared(encoding, text))
    assert reader.read(path, "月报.xlsx").grids[0].value(1, 1) == text


def test_encoding_that_no_parser_knows_is_refused(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(declared("gb2312", "名称"))
    with pytest.raises(guard.Refused) as refused:
        reader.read(path, "月报.xlsx")
    assert refused.value.code == "malformed_xml"
