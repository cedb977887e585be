"""Who of a roster is who: the table of matches, and rows that are one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.matching import Entry, How, Known, Register, repeated

KNOWN = (
    Known(1, "演示甲", "白马", phone="p1", numbers=frozenset({"c1"})),
    Known(2, "演示乙", "白马"),
    Known(3, "演示丙", "江口", phone="p3"),
    Known(4, "演示丙", "江口", phone="p4"),
    Known(5, "演示丁", "白马", phone="p5", live=False),
    Known(6, "演示戊", "白马", live=False),
)


@pytest.mark.parametrize(
    ("entry", "how", "people"),
    [
        (Entry("演示甲", "白马", "p1"), How.SAME, [1]),
        (Entry("演示甲", "白马", "", "c1"), How.SAME, [1]),
        (Entry("演示甲", "白马", "p9", "c1"), How.SAME, [1]),
        (Entry("演示甲", "白马", "p9"), How.ASK, [1]),
        (Entry("演示甲", "白马", ""), How.ASK, [1]),
        (Entry("演示甲", "白马", "p9", "c9"), How.ASK, [1]),
        (Entry("演示甲", "江口", "p1"), How.NEW, []),
        (Entry("演示甲", "江口", "p1", "c1"), How.OTHER_UNIT, [1]),
        (Entry("演示乙", "白马", "p1", "c1"), How.OTHER_NAME, [1]),
        (Entry("演示乙", "白马", "p2"), How.ASK, [2]),
        (Entry("演示乙", "白马", ""), How.ASK, [2]),
        (Entry("演示丙", "江口", "p4"), How.SAME, [4]),
        (Entry("演示丙", "江口", "p9"), How.ASK, [3, 4]),
        (Entry("演示丁", "白马", "p5"), How.SAME, [5]),
        (Entry("演示丁", "白马", "p9"), How.NEW, []),
        (Entry("演示戊", "白马", ""), How.SAME, [6]),
        (Entry("演示己", "白马", "p1"), How.NEW, []),
    ],
)
def test_a_row_is_matched_by_number_then_by_name_unit_and_phone(entry, how, people):
    found = Register.of(KNOWN).match(entry)
    assert (found.how, [person.id for person in found.people]) == (how, people)


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (Entry("甲", "白马", "p1"), Entry("甲", "白马", "p1"), True),
        (Entry("甲", "白马", "p1"), Entry("甲", "白马", "p2"), False),
        (Entry("甲", "白马", "p1"), Entry("甲", "白马", ""), True),
        (Entry("甲", "白马", ""), Entry("甲", "白马", ""), True),
        (Entry("甲", "白马", "", "c1"), Entry("甲", "白马", "", "c2"), False),
        (Entry("甲", "白马", "p1", "c1"), Entry("乙", "江口", "p2", "c1"), True),
        (Entry("甲", "白马", "p1"), Entry("甲", "江口", "p1"), False),
        (Entry("甲", "白马", "p1"), Entry("乙", "白马", "p1"), False),
    ],
)
def test_rows_of_one_sheet_are_one_person_when_nothing_tells_them_apart(first, second, one):
    assert list(repeated([first, second])) == ([(0, 1)] if one else [])
    assert list(repeated([second, first])) == ([(0, 1)] if one else [])


@given(st.permutations(KNOWN), st.sampled_from(["", "p1", "p3", "p9"]), st.sampled_from(["", "c1", "c9"]))
def test_the_order_of_the_register_does_not_change_who_is_meant(people, phone, number):
    for name, unit in (("演示甲", "白马"), ("演示丙", "江口")):
        entry = Entry(name, unit, phone, number)
        assert Register.of(people).match(entry) == Register.of(KNOWN).match(entry)
