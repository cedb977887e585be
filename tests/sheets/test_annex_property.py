"""Whatever table of the family is printed, the reader returns exactly it and asks only about the planted doubts."""

import random
from dataclasses import dataclass, field
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from eldercare.sheets import annex
from eldercare.sheets.annex.vocabulary import ROLE_NAMES
from eldercare.sheets.cells import Grid, Merge, address

TYPES = {
    "街道养老服务中心": "STREET_CENTRE",
    "社区养老服务站": "COMMUNITY_STATION",
    "乡镇养老服务中心": "TOWNSHIP_CENTRE",
    "村级互助养老点": "VILLAGE_POINT",
    "敬老院": "ELDERLY_HOME",
    "社区日间照料中心": "DAY_CARE_CENTRE",
    "颐养之家": "RURAL_HAPPINESS_HOME",
    "社区医养结合型机构": "MEDICAL_ELDERLY_INSTITUTION",
}
UNIT_HEADINGS = ["乡镇（街道）", "乡镇 (街道)", "单位", "镇乡\n街道", "村（社区）", "单位名称"]
TOTALS = ["合计", "合 计", "合　计", "总计", "总 计：", "全区合计", "小计"]
DOUBTS = {
    "约3": "not_a_number",
    "1或2": "not_a_number",
    "3?": "not_a_number",
    "三": "not_a_number",
    "1 2": "not_a_number",
    "2.5": "fraction",
    "-1": "negative",
}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ORIENTATIONS = ["type_over_year", "year_over_type", "one_row", "years_only"]
SHAPES = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32),
        "orientation": st.sampled_from(ORIENTATIONS),
        "with_roles": st.booleans(),
        "subjects": st.integers(2, 8),
        "years": st.integers(1, 5),
        "units": st.integers(1, 80),
        "numbered": st.booleans(),
        "page": st.none() | st.integers(1, 40),
        "total": st.none() | st.sampled_from(TOTALS),
        "wrong_total": st.booleans(),
        "annex_label": st.booleans(),
        "notes": st.booleans(),
        "cell_doubts": st.integers(0, 3),
        "unknown_heading": st.booleans(),
        "year_missing": st.booleans(),
        "duplicate_unit": st.booleans(),
    }
)


@dataclass
class Sheet:
    """The cells written so far; a table is drawn below what is already there."""

    merged: bool
    textual: bool
    rng: random.Random
    rows: list[list] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)

    def add(self, cells):
        self.rows.append(list(cells))
        return len(self.rows)

    def merge(self, *bounds):
        if self.merged and bounds[:2] != bounds[2:]:
            self.merges.append(Merge(*bounds))

    def spaced(self, text):
        """The text as careless typing or a narrow cell breaks it; years are never broken inside."""
        cut = self.rng.randrange(len(text) + 1)
        if self.rng.random() < 0.6 or text[cut - 1 : cut + 1].isdigit() or not 0 < cut < len(text):
            return text
        return text[:cut] + self.rng.choice([" ", "\n", "　", "  "]) + text[cut:]

    def printed(self, count):
        """A count as people print it, with the text the reader must keep."""
        if count is None or isinstance(count, str):
            return count
        digits = str(count).translate(FULL_WIDTH) if self.rng.random() < 0.2 else str(count)
        if self.rng.random() < 0.1:
            digits += self.rng.choice(["个", " 人", "所"])
        if self.textual or digits != str(count):
            return digits
        return self.rng.choice([count, Decimal(count)])

    def grid(self):
        return Grid("计划", [tuple(row) for row in self.rows], merges=tuple(self.merges))


class Table:
    """One generated table: what is printed, and what the reader must say about it."""

    def __init__(self, shape, sheet, district):
        self.shape, self.sheet, self.district = shape, sheet, district
        self.rng = sheet.rng
        self.lead = 2 if shape["numbered"] else 1
        self.names = self._names()
        self.years = [2019 + self.rng.randrange(4) + step for step in range(shape["years"])]
        self.years = list(range(self.years[0], self.years[0] + shape["years"]))
        self.columns = self._columns()
        self.unit_heading = self.rng.choice(UNIT_HEADINGS)
        self.questions, self.rows, self.totals = set(), [], {}
        self.unknown = self._plant_unknown()
        self.undated = self._plant_undated()

    def _names(self):
        names = ROLE_NAMES if self.shape["with_roles"] else TYPES
        chosen = self.rng.sample(sorted(names), min(self.shape["subjects"], len(names)))
        return {name: names[name] for name in (chosen[:1] if self.shape["orientation"] == "years_only" else chosen)}

    def _columns(self):
        if self.shape["orientation"] == "year_over_type":
            return [(name, year) for year in self.years for name in self.names]
        return [(name, year) for name in self.names for year in self.years]

    def _plant_unknown(self):
        planted = self.shape["unknown_heading"] and self.shape["orientation"] != "years_only"
        return self.rng.choice(sorted(self.names)) if planted else None

    def _plant_undated(self):
        planted = self.shape["year_missing"] and self.shape["orientation"] == "type_over_year" and len(self.columns) > 1
        known = [at for at, (name, _) in enumerate(self.columns) if name != self.unknown or len(self.years) > 1]
        return self.rng.choice(known) if planted else None

    def label(self, name):
        return "老年餐厅" if name == self.unknown else name

    @property
    def title(self):
        subject = next(iter(self.names)) if self.shape["orientation"] == "years_only" else "养老服务设施"
        return f"{self.district} {self.years[0]}—{self.years[-1] + 1} 年{subject}建设计划表"

    def draw(self):
        width = self.lead + len(self.columns)
        if self.shape["annex_label"]:
            self.sheet.add(["附件 2"])
        row = self.sheet.add([self.title])
        self.sheet.merge(row, 1, row, width)
        if self.rng.random() < 0.3:
            self.sheet.add(["单位：个"])
        self.first_header = len(self.sheet.rows) + 1
        self._draw_header()
        self._draw_body()
        if self.shape["total"]:
            self._draw_total()
        if self.shape["notes"]:
            self.sheet.add(["注：空白表示没有安排，2019年以前建成的不在此列。"])
            self.sheet.add(["填表人：", "审核人："])
        self._expect_header_questions()

    def _draw_header(self):
        start = ["序号", self.unit_heading] if self.shape["numbered"] else [self.unit_heading]
        if self.shape["orientation"] in ("one_row", "years_only"):
            self.sheet.add([*start, *(self.sheet.spaced(self._single(column)) for column in self.columns)])
            return
        upper, lower = zip(*map(self._double, self.columns), strict=True)
        row = self.sheet.add([*start, *self._upper_cells(upper)])
        self.sheet.add([None] * self.lead + [text and self.sheet.spaced(text) for text in lower])
        for column in range(1, self.lead + 1):
            self.sheet.merge(row, column, row + 1, column)

    def _single(self, column):
        name, year = column
        return f"{year}年拟建数" if self.shape["orientation"] == "years_only" else f"{year}年{self.label(name)}（个）"

    def _double(self, column):
        name, year = column
        if self.shape["orientation"] == "year_over_type":
            return f"{year}年", self.label(name)
        leaf = None if self.undated is not None and column == self.columns[self.undated] else f"{year}年拟培训数"
        return self.label(name) + "（个）", leaf

    def _upper_cells(self, upper):
        row, cells = len(self.sheet.rows) + 1, []
        for position, text in enumerate(upper):
            cells.append(self.sheet.spaced(text) if position == 0 or upper[position - 1] != text else None)
            if cells[-1]:
                last = position + upper.count(text) - 1
                self.sheet.merge(row, self.lead + 1 + position, row, self.lead + 1 + last)
        return cells

    def _draw_body(self):
        names = unit_names(self.rng, self.shape["units"])
        if self.shape["duplicate_unit"] and len(names) > 1:
            names.append(names[0])
        doubts = self._planted_cells(len(names))
        for position, name in enumerate(names):
            if self.shape["page"] and position and position % self.shape["page"] == 0:
                self._draw_header()
            self._draw_unit(position, name, doubts, is_repeated=position and name == names[0])

    def _planted_cells(self, units):
        places = [(row, column) for row in range(units) for column in range(len(self.columns))]
        chosen = self.rng.sample(places, min(self.shape["cell_doubts"], len(places) // 4))
        return {place: self.rng.choice(sorted(DOUBTS)) for place in chosen}

    def _draw_unit(self, position, name, doubts, is_repeated):
        counts = [self.rng.choice([None, 0, 0, 1, 2, 3, 12, "—"]) for _ in self.columns]
        if position == 0:
            counts = [count or 1 for count in counts]
        printed = [doubts.get((position, column)) or self.sheet.printed(count) for column, count in enumerate(counts)]
        number = [str(position + 1)] if self.shape["numbered"] else []
        row = self.sheet.add([*number, self.sheet.spaced(name), *printed])
        for column in range(len(self.columns)):
            if (position, column) in doubts:
                counts[column] = None
                self.questions.add((DOUBTS[printed[column]], address(row, self.lead + 1 + column)))
        if is_repeated:
            self.questions.add(("duplicate_unit", address(row, self.lead)))
        values = [count if isinstance(count, int) else None for count in counts]
        texts = ["" if text is None else str(text).strip() for text in printed]
        self.rows.append((number[0] if number else "", name, values, texts))

    def _draw_total(self):
        sums = [sum(row[2][column] or 0 for row in self.rows) for column in range(len(self.columns))]
        if self.shape["wrong_total"]:
            sums[self.rng.randrange(len(sums))] += 1
        self.totals = dict(enumerate(sums))
        lead = [None, self.shape["total"]] if self.rng.random() < 0.5 else [self.shape["total"], None]
        self.sheet.add([*(lead if self.shape["numbered"] else [self.shape["total"]]), *map(self.sheet.printed, sums)])

    def _expect_header_questions(self):
        undated = self.undated
        if undated is not None:
            self.questions.add(("year_missing", address(self.first_header + 1, self.lead + 1 + undated)))
        if self.unknown:
            column = next(at for at, (name, _) in enumerate(self.columns) if name == self.unknown)
            row = self.first_header + (self.shape["orientation"] == "year_over_type")
            self.questions.add(("unknown_heading", address(row, self.lead + 1 + column)))

    def expected_columns(self):
        return [
            (None if name == self.unknown else self.names[name], None if position == self.undated else year)
            for position, (name, year) in enumerate(self.columns)
        ]

    def expected_differences(self):
        sums = [sum(row[2][column] or 0 for row in self.rows) for column in range(len(self.columns))]
        return [(at, total, sums[at]) for at, total in self.totals.items() if total != sums[at]]


def unit_names(rng, count):
    """Distinct units as a district prints them, townships and others."""
    stems = [first + second for first in "凤芙白仙江平火鸭长羊土桐" for second in "山蓉马溪口桥炉坝角坎"]
    kinds = ["镇", "乡", "街道", "村", "社区", "局直属机构"]
    return [stem + rng.choice(kinds) for stem in rng.sample(stems, count)]


@settings(max_examples=60, deadline=None)
@given(shapes=st.lists(SHAPES, min_size=1, max_size=2), merged=st.booleans(), textual=st.booleans())
def test_annex_table_is_read_as_printed_and_asks_only_planted_doubts(shapes, merged, textual):
    sheet = Sheet(merged, textual, random.Random(shapes[0]["seed"]))
    tables = []
    for shape, district in zip(shapes, ["武隆区", "共青城市"], strict=False):
        tables.append(Table(shape, sheet, district))
        tables[-1].draw()
        sheet.add([])

    survey = annex.survey(sheet.grid())

    assert survey.problems == []
    assert [matrix.title for matrix in survey.matrices] == [table.title for table in tables]
    for matrix, table in zip(survey.matrices, tables, strict=True):
        assert_matches(matrix, table)


def assert_matches(matrix, table):
    columns = [column.index for column in matrix.columns]
    kind = "role" if table.shape["with_roles"] else "type"

    assert matrix.orientation == table.shape["orientation"]
    assert [(column.code, column.year) for column in matrix.columns] == table.expected_columns()
    assert {column.kind for column in matrix.columns if column.code} <= {kind}
    assert [
        (row.number, row.unit, [row.cells[at].value for at in columns], [row.cells[at].printed for at in columns])
        for row in matrix.rows
    ] == table.rows
    assert {columns.index(at): cell.value for at, cell in matrix.printed_totals.items()} == table.totals
    assert [
        (columns.index(column.index), printed, computed or 0)
        for column, printed, computed in matrix.total_differences()
    ] == table.expected_differences()
    assert sorted((question.code, question.address) for question in matrix.questions) == sorted(table.questions)
    assert matrix.problems == []
