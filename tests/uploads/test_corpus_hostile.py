"""Files that were made to do harm, through the upload page of a served portal: each is answered, none does anything.

Afterwards the register, the serving processes, their memory and their open files are what they were, and nobody was
called.
"""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from corpus import bombs, disguises, guarded, injections, names
from corpus.case import Case, answered
from corpus.ground import Workers, census, prepare
from corpus.sending import Official
from corpus.table import Table

CASES = names.CASES + bombs.CASES + disguises.CASES + injections.CASES + guarded.CASES
FETCHING = [case.name for case in injections.fetching("http://127.0.0.1")]
GROWTH_MEGABYTES = 64
"""What a worker may keep after a few hundred files of up to 10 MB: less than one file's worth of parsed rows."""


@pytest.fixture(scope="module")
def official(portal):
    """The official of the corpus's township, with its facilities registered."""
    prepare(portal)
    return Official(portal)


@pytest.fixture(scope="module")
def before(portal, official):
    """The register, and the workers once each of them has met files."""
    for _ in range(8):
        _send(official, guarded.CASES[0])
    workers = Workers(portal)
    return census(portal), workers.resident(), workers.handles()


@pytest.fixture(scope="module")
def listener():
    """An address of this machine that remembers who called."""
    calls = []

    class Remembering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Remembering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", calls
        server.shutdown()
        thread.join()


def _send(official: Official, case: Case) -> dict:
    """Send a file and compare its whole answer; the answer's data."""
    answer = official.send(case.build(), case.filename, case.month)
    status, outcome = case.status
    assert answered(answer.data) == (outcome, case.counts, case.problems)
    assert answer.status == status
    return answer.data


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_file_is_answered_shown_and_kept_out(official, before, case):
    data = _send(official, case)
    if data["id"] is None:
        return
    page = official.get(f"/uploads/{data['id']}/")
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert "onerror=alert" not in page.text.replace("&lt;img src=x onerror=alert(1)&gt;", "")
    assert official.get(f"/uploads/{data['id']}/annotated/").status == 200
    if data["status"] == "refused":
        assert official.confirm(data["id"]).status == 409


@pytest.mark.parametrize("name", FETCHING)
def test_file_that_would_have_something_fetched_reaches_nobody(official, before, listener, name):
    address, calls = listener
    data = _send(official, next(case for case in injections.fetching(address) if case.name == name))
    assert official.get(f"/uploads/{data['id']}/annotated/").status == 200
    assert "root:" not in official.get(f"/uploads/{data['id']}/").text
    assert calls == []


def test_corpus_left_the_register_and_the_server_alone(portal, official, before):
    rows, memory, handles = before
    workers = Workers(portal)
    assert census(portal) == rows
    assert workers.pids == sorted(memory)
    assert workers.offspring() == []
    grown = {pid: now - memory[pid] for pid, now in workers.resident().items()}
    assert max(grown.values()) < GROWTH_MEGABYTES, grown
    assert sum(workers.handles().values()) <= sum(handles.values()) + 8
    assert official.send(Table().xlsx(), "月报.xlsx", "2020-12").status == 201
