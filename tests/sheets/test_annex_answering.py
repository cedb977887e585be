"""An answer to a doubt corrects the cells it is about: read again, the table asks it no more and holds what was said."""

import pytest
from annex_tables import HEAD, STATION, STREET, table, values

from eldercare.sheets import annex
from eldercare.sheets.annex.answering import AnswerRefused, Answers, Settling, corrected, key_of
from eldercare.sheets.cells import Merge

NAMES = {code: name for name, code in [*annex.PRINTED_NAMES.types.items(), *annex.PRINTED_NAMES.roles.items()]}
TWO = "单位|2020年敬老院|2021年敬老院"


def read_again(grid, answers):
    (matrix,) = annex.read(corrected(grid, answers), types=answers.types)
    return matrix, [question for question in matrix.questions if key_of(question) not in answers.settled]


def settled(grid, *said):
    """The table after its questions were answered one by one; `said` are (choice, text)."""
    answers = Answers()
    for choice, text in said:
        matrix, (question, *_) = read_again(grid, answers)
        Settling(corrected(grid, answers), matrix, question, answers).settle(choice, text, NAMES)
    return read_again(grid, Answers.read(answers.as_dict()))


CASES = {
    "not_a_number": ((TWO, "白马镇|约3|0"), ("", "3"), {"白马镇": [3, 0]}),
    "no number": ((TWO, "白马镇|约3|0"), ("", "—"), {"白马镇": [None, 0]}),
    "negative": ((TWO, "白马镇|-3|0"), ("", "０"), {"白马镇": [0, 0]}),
    "unit_missing": ((TWO, "白马镇|1|0", "_|2|0"), ("", "江口镇"), {"白马镇": [1, 0], "江口镇": [2, 0]}),
    "unit_missing dropped": ((TWO, "白马镇|1|0", "_|2|0"), ("drop", ""), {"白马镇": [1, 0]}),
    "duplicate_unit": ((TWO, "白马镇|1|0", "白马镇|2|0"), ("", "江口镇"), {"白马镇": [1, 0], "江口镇": [2, 0]}),
    "duplicate_unit dropped": ((TWO, "白马镇|1|0", "白马镇|2|0"), ("drop", ""), {"白马镇": [1, 0]}),
    "row_unclear kept": (
        ("序号|单位|2020年敬老院|2021年敬老院", "一|街道|1|0", "1|凤山街道|1|0"),
        ("keep", ""),
        {"街道": [1, 0], "凤山街道": [1, 0]},
    ),
    "row_unclear dropped": (
        ("序号|单位|2020年敬老院|2021年敬老院", "一|街道|1|0", "1|凤山街道|1|0"),
        ("drop", ""),
        {"凤山街道": [1, 0]},
    ),
    "two_totals": ((TWO, "白马镇|1|0", "合计|1|0", "总计|2|0"), ("keep", ""), {"白马镇": [1, 0]}),
    "unknown_heading": (("单位|老年餐厅|_", "_|2019年|2020年", "白马镇|1|2"), (STATION, ""), {"白马镇": [1, 2]}),
    "ambiguous_heading": (("单位|养老服务中心|_", "_|2019年|2020年", "白马镇|1|2"), (STREET, ""), {"白马镇": [1, 2]}),
    "title_type_missing": (
        ("2020—2021年设施计划表", "单位|2020年|2021年", "白马镇|1|2"),
        (STATION, ""),
        {"白马镇": [1, 2]},
    ),
    "table_year_missing": (
        ("2021年养老设施建设计划表", "单位|敬老院|社区养老服务站", "白马镇|1|2"),
        ("2021", ""),
        {"白马镇": [1, 2]},
    ),
    "year_missing": (
        (HEAD[0], "_|_|2019年拟建数|拟建数|2019年拟建数|2020年拟建数", "1|凤山街道|0|1|0|2"),
        ("", "2020"),
        {"凤山街道": [0, 1, 0, 2]},
    ),
    "unclear_heading kept": (
        ("单位|敬老院|_", "_|2019年拟建数|2020年完成数", "白马镇|1|2"),
        ("keep", ""),
        {"白马镇": [1, 2]},
    ),
    "unclear_heading dropped": (
        ("单位|敬老院|_", "_|2019年拟建数|2019年完成数", "白马镇|1|2"),
        ("drop", ""),
        {"白马镇": [1]},
    ),
    "unit_column kept": (
        ("序号|乡镇|村（社区）|2020年敬老院|2021年敬老院", "1|白马镇|豹岩村|1|0"),
        ("keep", ""),
        {"豹岩村": [1, 0]},
    ),
    "unit_column other": (
        ("序号|乡镇|村（社区）|2020年敬老院|2021年敬老院", "1|白马镇|豹岩村|1|0"),
        ("drop", ""),
        {"白马镇": [1, 0]},
    ),
    "fragment_unclear": (
        (*HEAD, "1|凤山街道|0|1|0|2", *HEAD, "1|芙蓉街道|1|0|1|2"),
        ("keep", ""),
        {"凤山街道": [0, 1, 0, 2], "芙蓉街道": [1, 0, 1, 2]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_answer_settles_its_question_with_what_was_said(case):
    lines, said, found = CASES[case]

    matrix, questions = settled(table(*lines), said)

    assert questions == []
    assert all(column.code and column.year for column in matrix.columns)
    assert values(matrix) == found


def test_types_and_years_that_were_said_are_those_of_the_columns():
    matrix, _ = settled(table(*CASES["table_year_missing"][0]), ("2021", ""))
    assert [(column.code, column.year) for column in matrix.columns] == [("ELDERLY_HOME", 2021), (STATION, 2021)]

    matrix, _ = settled(table(*CASES["year_missing"][0]), ("", "２０20年"))
    assert [column.year for column in matrix.columns] == [2019, 2020, 2019, 2020]

    matrix, _ = settled(table(*CASES["unclear_heading kept"][0]), ("keep", ""))
    assert [column.year for column in matrix.columns] == [2019, 2020]


def test_group_without_a_type_takes_the_one_that_was_chosen():
    merges = (Merge(1, 3, 1, 4), Merge(1, 1, 2, 1), Merge(1, 2, 2, 2))
    grid = table("序号|乡镇|敬老院|_|_|_", HEAD[1], "1|凤山街道|0|1|0|2", merges=merges)

    matrix, questions = settled(grid, (STATION, ""))

    assert questions == []
    assert [column.code for column in matrix.columns] == ["ELDERLY_HOME"] * 2 + [STATION] * 2


def test_merged_figure_takes_a_number_for_each_cell_it_covers():
    grid = table(*HEAD, "1|凤山街道|1|1|0|2", "2|芙蓉街道|_|0|1|2", merges=(Merge(3, 3, 4, 3),))
    with pytest.raises(AnswerRefused, match="2 个单元格"):
        settled(grid, ("", "1"))

    matrix, questions = settled(grid, ("", "1 —"))

    assert questions == []
    assert values(matrix) == {"凤山街道": [1, 1, 0, 2], "芙蓉街道": [None, 0, 1, 2]}


@pytest.mark.parametrize("said", [("", ""), ("", "约4"), ("nothing", ""), ("", "1.5"), ("drop", "")])
def test_answer_that_says_nothing_certain_is_refused(said):
    with pytest.raises(AnswerRefused):
        settled(table(TWO, "白马镇|约3|0"), said)
