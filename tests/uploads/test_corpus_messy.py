"""What people really send, through the upload page of a served portal: each file has its whole answer written beside it."""

import pytest
from corpus import formats, headings, identities, layouts, offices, spellings
from corpus.case import answered
from corpus.ground import Workers, census, prepare
from corpus.sending import Official

CASES = formats.CASES + layouts.CASES + headings.CASES + spellings.CASES + identities.CASES + offices.CASES


@pytest.fixture(scope="module")
def official(portal):
    """The official of the corpus's township, with its facilities registered."""
    prepare(portal)
    return Official(portal)


@pytest.fixture(scope="module")
def before(portal, official):
    """What the register held before the first file."""
    return census(portal), Workers(portal).pids


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_messy_file_is_understood_or_explained(official, before, case):
    answer = official.send(case.build(), case.filename, case.month)
    status, outcome = case.status
    assert answered(answer.data) == (outcome, case.counts, case.problems)
    assert answer.status == status


def test_corpus_left_the_register_and_the_server_alone(portal, before):
    rows, pids = before
    assert census(portal) == rows
    assert Workers(portal).pids == pids
    assert Workers(portal).offspring() == []
