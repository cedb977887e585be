"""Long work gives the collector of cycles back as it was, however the work ends."""

import gc

import pytest

from eldercare.uploads.steps import Step, finished, unhurried


@unhurried
def work(rows: int, *, fails: bool = False):
    for done in range(rows):
        yield Step("写入", done, rows)
    if fails:
        raise ValueError("broken")
    return rows


def test_work_tells_its_steps_and_its_result():
    assert finished(work(3)) == 3
    assert [step.done for step in work(3)] == [0, 1, 2]


@pytest.mark.parametrize("end", ["done", "failed", "left", "two at once"])
def test_collector_is_as_it_was_when_work_has_ended(end):
    usual = gc.get_threshold()
    if end == "done":
        finished(work(2))
    elif end == "failed":
        with pytest.raises(ValueError, match="broken"):
            finished(work(2, fails=True))
    elif end == "left":
        steps = work(2)
        next(steps)
        assert gc.get_threshold() != usual
        steps.close()
    else:
        first, second = work(2), work(2)
        next(first), next(second)
        first.close()
        assert gc.get_threshold() != usual
        second.close()
    assert gc.get_threshold() == usual
