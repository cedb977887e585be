"""Files that carry something to be run or fetched: formulas, links, entities, references to other files."""

import packages

from corpus.case import Case, refused
from corpus.packed import rewritten, with_parts
from corpus.table import Table

CHANGED = (0, 1, 2, 0, 0, 0)
LIVE = ("=cmd|'/C calc'!A0", '=HYPERLINK("http://198.51.100.7/","x")', "+1+1", "-2+3", "@SUM(1,1)", "\t=1+1")
"""Texts that a spreadsheet program would run if they came back as anything but texts."""

EXTERNAL_BOOK = (
    f'<externalLink xmlns="{packages.MAIN}"><externalBook r:id="r1" xmlns:r="{packages.OFFICE}"/></externalLink>'
)


def _as_text(words: str) -> bytes:
    def finish(book, tab) -> None:
        tab["S2"].value = words
        tab["S2"].data_type = "s"

    return Table().xlsx(finish)


def _external_links() -> bytes:
    relation = (
        f'<Relationships xmlns="{packages.PACKAGE}/relationships"><Relationship Id="r1" TargetMode="External" '
        f'Type="{packages.OFFICE}/externalLinkPath" Target="http://198.51.100.7/x.xlsx"/></Relationships>'
    )
    return with_parts(
        Table().xlsx(),
        {
            "xl/externalLinks/externalLink1.xml": EXTERNAL_BOOK,
            "xl/externalLinks/_rels/externalLink1.xml.rels": relation,
        },
    )


def _dde() -> bytes:
    link = f'<externalLink xmlns="{packages.MAIN}"><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
    return with_parts(Table().xlsx(), {"xl/externalLinks/externalLink1.xml": link})


def fetching(address: str) -> tuple[Case, ...]:
    """Files that would make a careless reader fetch an address or open a file."""
    entity = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{address}/entity">]>'
    parameter = f'<!DOCTYPE worksheet [<!ENTITY % x SYSTEM "{address}/parameter"> %x;]>'
    outside = f'<!DOCTYPE worksheet SYSTEM "{address}/outside.dtd">'
    local = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    stylesheet = f'<?xml-stylesheet type="text/xsl" href="{address}/style.xsl"?>'
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}/include"/>'
    schema = f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {address}/schema.xsd"'
    body = packages.sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>')
    drawing = packages.rels(("image", f"{address}/picture"))
    remote = packages.rels(("worksheet", f"{address}/sheet.xml"))
    return (
        refused("entity_from_the_network", "doctype", lambda: packages.xlsx(sheet=entity + body)),
        refused("entity_from_a_file", "doctype", lambda: packages.xlsx(sheet=local + body)),
        refused("parameter_entity", "doctype", lambda: packages.xlsx(sheet=parameter + packages.sheet())),
        refused("definition_from_the_network", "doctype", lambda: packages.xlsx(book=outside + packages.book())),
        refused("entity_in_the_content_types", "doctype", lambda: packages.xlsx(types=outside + "<Types/>")),
        refused("undeclared_entity", "malformed_xml", lambda: packages.xlsx(sheet=body)),
        Case("stylesheet_from_the_network", lambda: rewritten(Table().xlsx(), "<worksheet", f"{stylesheet}<worksheet")),
        Case("schema_from_the_network", lambda: rewritten(Table().xlsx(), "<worksheet", f"<worksheet{schema}")),
        Case("inclusion", lambda: rewritten(Table().xlsx(), "</sheetData>", f"</sheetData>{include}")),
        Case("picture_from_the_network",
             lambda: with_parts(Table().xlsx(), {"xl/worksheets/_rels/sheet1.xml.rels": drawing})),
        refused("sheet_from_the_network", "broken_parts", lambda: packages.xlsx(rels=remote)),
        Case("formula_that_fetches", lambda: Table().put(2, beds=f'=WEBSERVICE("{address}/formula")').xlsx(),
             (0, 0, 2, 0, 1, 0), (("formula_without_value", "J2"),)),
    )  # fmt: skip


CASES = (
    *(Case(f"text_{number}_that_would_run", lambda words=words: _as_text(words), CHANGED)
      for number, words in enumerate(LIVE)),
    *(Case(f"csv_text_{number}_that_would_run", lambda words=words: Table().put(2, remark=words).text().encode(),
           CHANGED, filename="月报.csv") for number, words in enumerate(LIVE)),
    Case("name_that_would_run", lambda: Table().put(2, name="@SUM(1+1)*cmd|' /C calc'!A0").xlsx(), CHANGED),
    Case("links_to_another_workbook", _external_links),
    Case("dynamic_data_exchange", _dde),
    Case("dde_formula", lambda: Table().put(2, remark="=cmd|'/C calc'!A0").xlsx(), (0, 0, 2, 0, 1, 0),
         (("formula_without_value", "S2"),)),
    Case("embedded_object", lambda: with_parts(Table().xlsx(), {"xl/embeddings/oleObject1.bin": b"MZ" + bytes(999)})),
    Case("connection_to_a_database", lambda: with_parts(Table().xlsx(), {"xl/connections.xml": "<connections/>"})),
    Case("markup_in_a_cell", lambda: Table().put(2, remark="<img src=x onerror=alert(1)>{{ request }}").xlsx(), CHANGED),
    Case("sql_in_a_code", lambda: Table().add(code="';DROP TABLE a;--").xlsx(),
         (0, 0, 3, 0, 1, 0), (("unknown_code", "A5"),)),
)  # fmt: skip
