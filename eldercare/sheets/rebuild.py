"""From a stranger's workbook package to a minimal one that holds nothing but values and number formats."""

import zipfile
from pathlib import Path

from .archive import Archive
from .limits import Limits
from .package import ContentTypes, Relationships, SheetEntry, StringsPart, StylesPart, WorkbookPart
from .plainrows import PlainRows
from .refusal import refuse
from .sheetpart import Outline, SheetPart, Shelf
from .tally import Tally
from .xmlpass import Clock, Part, scan
from .xmltext import markup

_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_MACRO_PARTS = ("vbaproject.bin", "xl/macrosheets/")


class Rebuild:
    """One pass over an admitted archive; `write` makes the minimal package and tells what it leaves out."""

    def __init__(self, archive: Archive, limits: Limits):
        self._archive, self._limits, self._clock = archive, limits, Clock(limits)
        self._tally = Tally(limits)

    def write(self, path: Path) -> list[Outline]:
        """Write the minimal package; one outline per worksheet, in order.

        Raises Refused for whatever the design refuses: macros, broken parts, any bound passed.
        """
        if any(part in name for name in self._archive.names for part in _MACRO_PARTS):
            raise refuse("macro")
        self._scan("[Content_Types].xml", ContentTypes(self._limits))
        source = self._relationships("").only("officeDocument") or ""
        workbook = WorkbookPart(self._limits)
        self._scan(source, workbook)
        relationships = self._relationships(source)
        targets = self._worksheets(workbook, relationships)
        styles = StylesPart(self._limits)
        self._scan_optional(relationships.only("styles"), styles)
        strings = StringsPart(self._limits)
        self._scan_optional(relationships.only("sharedStrings"), strings, self._limits.strings_bytes)
        formats = styles.formats()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
            _write_frame(package, len(targets), formats, workbook.date1904)
            return self._sheets(package, targets, Shelf(strings, len(formats)))

    def _scan(self, name: str, part: Part, cap: int | None = None) -> None:
        scan(self._archive.chunks(name, cap), part, self._clock)

    def _scan_optional(self, name: str | None, part: Part, cap: int | None = None) -> None:
        if name is not None:
            self._scan(name, part, cap)

    def _relationships(self, source: str) -> Relationships:
        folder, _, name = source.rpartition("/")
        relationships = Relationships(self._limits, source)
        self._scan(f"{folder}/_rels/{name}.rels".lstrip("/"), relationships)
        return relationships

    def _worksheets(self, workbook: WorkbookPart, relationships: Relationships) -> list[tuple[SheetEntry, str]]:
        """The worksheets and their parts; charts and dialogs are no grids, anything else must be understood."""
        found, taken = [], set()
        for sheet in workbook.sheets:
            relationship = relationships.by_id.get(sheet.relationship)
            if relationship is None or relationship.target not in self._archive or relationship.target in taken:
                raise refuse("broken_parts")
            taken.add(relationship.target)
            if relationship.kind == "worksheet":
                found.append((sheet, relationship.target))
            elif relationship.kind not in ("chartsheet", "dialogsheet"):
                raise refuse("broken_parts")
        if not found:
            raise refuse("no_sheet")
        return found

    def _sheets(self, package: zipfile.ZipFile, targets: list[tuple[SheetEntry, str]], shelf: Shelf) -> list[Outline]:
        outlines = []
        for number, (sheet, target) in enumerate(targets, 1):
            outline = Outline(sheet.name, sheet.hidden)
            with package.open(f"xl/worksheets/sheet{number}.xml", "w") as out:
                out.write(f'<worksheet xmlns="{_SPREADSHEET}"><sheetData>'.encode())
                part = SheetPart(outline, shelf, self._tally, lambda row, out=out: out.write(row.encode()))
                scan(PlainRows(part, shelf).rest(self._archive.chunks(target)), part, self._clock)
                out.write(b"</sheetData></worksheet>")
            outlines.append(outline)
        return outlines


def _write_frame(package: zipfile.ZipFile, sheets: int, formats: list[int | str], date1904: bool) -> None:
    """The parts around the sheets; sheets are named by number, their true names stay in the outlines."""
    overrides = "".join(_override(f"xl/worksheets/sheet{n}.xml", "worksheet+xml") for n in range(1, sheets + 1))
    overrides += _override("xl/workbook.xml", "sheet.main+xml") + _override("xl/styles.xml", "styles+xml")
    package.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{overrides}</Types>')
    package.writestr("_rels/.rels", _relationships([("officeDocument", "xl/workbook.xml")]))
    entries = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, sheets + 1))
    package.writestr(
        "xl/workbook.xml",
        f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
        f"<sheets>{entries}</sheets></workbook>",
    )
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, sheets + 1)]
    package.writestr("xl/_rels/workbook.xml.rels", _relationships([*targets, ("styles", "styles.xml")]))
    package.writestr("xl/styles.xml", _styles(formats))


def _override(name: str, kind: str) -> str:
    return f'<Override PartName="/{name}" ContentType="{_TYPE}{kind}"/>'


def _relationships(targets: list[tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def _styles(formats: list[int | str]) -> str:
    codes = {code: n for n, code in enumerate(dict.fromkeys(f for f in formats if isinstance(f, str)), 164)}
    declared = "".join(f'<numFmt numFmtId="{n}" formatCode="{markup(code)}"/>' for code, n in codes.items())
    used = "".join(f'<xf numFmtId="{codes.get(f, f)}"/>' for f in formats or [0])
    return f'<styleSheet xmlns="{_SPREADSHEET}"><numFmts>{declared}</numFmts><cellXfs>{used}</cellXfs></styleSheet>'
