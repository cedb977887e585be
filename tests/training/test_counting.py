"""People and attendances counted against quotas, on literals."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from training import counting
from training.counting import Done


def done(attendance: int, person: int, ended: str, *, role="caregiver", unit="白马", session=None) -> Done:
    return Done(attendance, person, session or attendance, role, date.fromisoformat(ended), unit)


def test_a_person_counts_once_a_role_and_year_for_the_unit_of_the_first_session():
    rows = [
        done(1, 7, "2020-12-31", unit="江口"),
        done(2, 7, "2020-03-01", unit="白马"),
        done(3, 7, "2021-01-01"),
        done(4, 7, "2020-05-01", role="home_director"),
    ]
    assert [row.attendance for row in counting.once(rows)] == [2, 4, 3]


def test_attendances_count_each():
    rows = [done(1, 7, "2020-03-01"), done(2, 7, "2020-05-01")]
    assert counting.tally(rows) == {("白马", "caregiver", 2020): 2}
    assert counting.tally(counting.once(rows)) == {("白马", "caregiver", 2020): 1}


def test_a_surplus_is_listed_for_later_years_and_fills_nothing():
    cells = counting.by_year({2020: 1, 2021: 1, 2022: 1}, {2020: 3, 2022: 1})
    assert [(cell.counted, cell.surplus, cell.left, cell.carried) for cell in cells.values()] == [
        (1, 2, 0, 0),
        (0, 0, 1, 2),
        (1, 0, 0, 2),
    ]


def test_a_surplus_fills_later_gaps_where_that_is_asked_and_is_used_up():
    cells = counting.by_year({2020: 1, 2021: 1, 2022: 2}, {2020: 3}, carry=True)
    assert [(cell.counted, cell.used, cell.carried, cell.left) for cell in cells.values()] == [
        (1, 0, 0, 0),
        (1, 1, 2, 0),
        (1, 1, 1, 1),
    ]


def test_without_a_printed_quota_nothing_is_left_and_everything_is_surplus():
    cell = counting.by_year({2020: None}, {2020: 2})[2020]
    assert (cell.quota, cell.counted, cell.surplus, cell.left) == (None, 0, 2, None)
    zero = counting.by_year({2020: 0}, {})[2020]
    assert (zero.quota, zero.left) == (0, 0)


ROWS = st.lists(
    st.builds(
        Done, st.integers(1, 99), st.integers(1, 4), st.integers(1, 3), st.sampled_from(["caregiver", "home_director"]),
        st.dates(date(2020, 12, 29), date(2021, 1, 3)), st.sampled_from(["白马", "江口"]),
    ),
    unique_by=lambda row: row.attendance,
)  # fmt: skip


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rosters_does_not_change_a_count(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert counting.once(shuffled) == counting.once(rows)
    assert len(counting.once(rows)) == len({(row.person, row.role, row.ended_on.year) for row in rows})


@given(
    st.dictionaries(st.integers(2018, 2024), st.none() | st.integers(0, 5)),
    st.dictionaries(st.integers(2018, 2024), st.integers(0, 9)),
)
def test_carrying_over_never_invents_people(quotas, trained):
    plain, carried = (counting.by_year(quotas, trained, carry=carry).values() for carry in (False, True))
    assert sum(cell.counted for cell in carried) <= sum(trained.values())
    assert sum(cell.counted for cell in plain) <= sum(cell.counted for cell in carried)
    assert all(cell.counted <= (cell.quota or 0) for cell in carried)
