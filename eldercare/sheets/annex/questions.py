"""The doubts of a published table: each is asked once, at the cell that raises it, in the bureau's words."""

from dataclasses import dataclass

from eldercare.sheets.cells import address, column_letters


@dataclass(frozen=True, slots=True)
class Question:
    """One doubt a person has to settle; `choices` are codes, years or words that would answer it, possibly none."""

    code: str
    address: str
    sheet: str
    read: str
    message: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asker:
    """Makes questions about one worksheet, so that no caller has to repeat its name."""

    sheet: str

    def ask(
        self, code: str, place: tuple[int, int], read: str, choices: tuple[str, ...] = (), **words: str
    ) -> Question:
        """The question of that code at a 1-based (row, column); KeyError for a code that has no wording."""
        message = MESSAGES[code].format(read=read, **words)
        return Question(code, address(*place), self.sheet, read, message, choices)


def span(columns: list[int]) -> str:
    """How a run of columns is spoken of: 第 C 列, 第 C—F 列."""
    first, last = column_letters(columns[0]), column_letters(columns[-1])
    return f"第 {first} 列" if first == last else f"第 {first}—{last} 列"


MESSAGES = {
    "unknown_heading": "表头“{read}”不是已知的设施类型或人员角色，请选择它指哪一种。",
    "ambiguous_heading": "表头“{read}”可以指几种设施类型或人员角色，请选择它指哪一种。",
    "unclear_heading": "表头“{read}”说明的内容没有读懂，请确认{span}是不是计划数。",
    "heading_missing": "{span}有数，但上方没有表头，请说明它是哪一种设施或人员、哪一年。",
    "type_missing": "{span}没有印设施类型或人员角色，请补上。",
    "title_type_missing": "表头只有年份，标题“{read}”里也没有已知的设施类型或人员角色，请选择本表指哪一种。",
    "title_type_ambiguous": "表头只有年份，标题“{read}”里有几种设施类型或人员角色，请选择本表指哪一种。",
    "year_missing": "{span}的表头“{read}”没有印年份，请选择它是哪一年。",
    "year_ambiguous": "{span}的表头“{read}”印了不止一个年份，请选择它是哪一年。",
    "table_year_missing": "表头没有印年份，只有标题“{read}”里写了年份，请确认各列是不是这一年的计划数。",
    "duplicate_column": "{span}与前面的列类型、年份都相同，请说明以哪一列为准，或者补上漏印的表头。",
    "unit_column": "表头“{others}”和“{read}”都像单位列，请确认计划数按哪一列的单位落实。",
    "unit_missing": "这一行有数，但没有写单位，请补上。",
    "duplicate_unit": "单位“{read}”在第 {row} 行已经出现过，请说明是重复，还是另一个单位。",
    "row_unclear": "请确认“{read}”这一行是一个单位，还是小计、分组或说明文字。",
    "not_a_number": "单元格里是“{read}”，不是一个确定的数，请填写准确的数。",
    "fraction": "单元格里是“{read}”，这里应当是整数，请核对。",
    "negative": "单元格里是“{read}”，计划数不应是负数，请核对。",
    "too_large": "单元格里是“{read}”，作为计划数过大，请核对。",
    "merged_cell": "这里合并了几个单元格，只有一个“{read}”，请分别写明每个单元格的数。",
    "fragment_unclear": "表头在这里又印了一次，序号却没有接着上一段，请确认两段是不是同一张表。",
    "two_totals": "本表有不止一行合计，请确认以哪一行为准。",
}
