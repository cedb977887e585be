"""Several processes after the same money at the same moment: one payment, one approval, one claim.

Three rounds of each; twenty with CI_FULL=1. The processes call the services themselves, each with a connection of its own.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from portal import ROOT, PostgresqlStore, SqliteStore

ROUNDS = 20 if os.environ.get("CI_FULL") == "1" else 3
TESTS = ROOT / "tests"
SECONDS = 180


class Arena:
    """A database of its own with the claims of every round."""

    ground, racer = "raceground", "racing.py"

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(TESTS), str(TESTS / "subsidies")))}
        self.manage("migrate", "-v", "0")
        self.manage("loaddivisions", "--district", "500156")
        self.manage("loadpolicy", "fixtures/wulong-2020")
        self.shell(f"import {self.ground}; {self.ground}.lay({ROUNDS})")

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, text=True, capture_output=True
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v", "0", "-c", code)

    def ask(self, expression: str):
        """The value of an expression over the models."""
        known = ("subsidies.models import *", "subsidies.board import board", "eldercare.uploads import Upload")
        models = "".join(f"from {one}\n" for one in known)
        code = f"import json\n{models}print(json.dumps({expression}, default=str))"
        return json.loads(self.shell(code).splitlines()[-1])

    def race(self, what: str, runners: int, folder: Path, between: str = "") -> list[list[str]]:
        """What every runner was told in every round."""
        command = [sys.executable, str(TESTS / "subsidies" / self.racer), what]
        racers = [
            subprocess.Popen([*command, str(place), str(ROUNDS), str(folder)], cwd=ROOT, env=self.env)
            for place in range(runners)
        ]
        try:
            return [self._round(turn, runners, folder, between, racers) for turn in range(ROUNDS)]
        finally:
            for racer in racers:
                racer.terminate()
                racer.wait()

    def _round(self, turn: int, runners: int, folder: Path, between: str, racers) -> list[str]:
        if turn and between:
            self.shell(between)
        self._all_there(folder, f"{turn}-*.ready", runners, racers)
        (folder / f"{turn}.go").touch()
        self._all_there(folder, f"{turn}-*.told", runners, racers)
        return [(folder / f"{turn}-{place}.told").read_text(encoding="utf-8") for place in range(runners)]

    def _all_there(self, folder: Path, pattern: str, runners: int, racers) -> None:
        until = time.monotonic() + SECONDS
        while len(list(folder.glob(pattern))) < runners:
            assert time.monotonic() < until, f"{pattern} missing"
            assert not any(racer.poll() for racer in racers), "a racer broke down"
            time.sleep(0.01)


@contextmanager
def laid(kind: type[Arena], name: str, tmp_path_factory):
    """An arena on the database in use, until the block ends."""
    folder, url = tmp_path_factory.mktemp(name), os.environ.get("DATABASE_URL", "")
    store = PostgresqlStore(url, folder) if url.startswith("postgres") else SqliteStore(folder)
    try:
        yield kind(store.create(name))
    finally:
        store.drop(name)


@pytest.fixture(scope="module")
def arena(tmp_path_factory):
    with laid(Arena, "claims", tmp_path_factory) as made:
        yield made


def one_did(told: list[str], words: str) -> None:
    """One was done, and every other was refused in words."""
    assert sorted(text.partition(" ")[0] for text in told) == ["done", *["refused"] * (len(told) - 1)], told
    assert all(words in text for text in told if text != "done"), told


def test_four_pay_the_same_claim_and_it_is_paid_once(arena, tmp_path):
    for told in arena.race("paying", 4, tmp_path):
        one_did(told, "当前状态为“已拨付”")
    rows = arena.ask("list(Payment.objects.filter(claim__note__startswith='付款').values_list('amount', 'number'))")
    assert rows == [["200000.00", 1]] * ROUNDS
    claims = "list(SubsidyClaim.objects.filter(note__startswith='付款').values_list('status', 'paid_total', 'version'))"
    assert arena.ask(claims) == [["paid", "200000.00", 3]] * ROUNDS


def test_two_part_payments_that_together_exceed_the_claim_are_one(arena, tmp_path):
    for told in arena.race("instalments", 2, tmp_path):
        one_did(told, "最多还能拨 80000.00 元")
    claims = "list(SubsidyClaim.objects.filter(note__startswith='分期').values_list('status', 'paid_total'))"
    assert arena.ask(claims) == [["approved", "120000.00"]] * ROUNDS


def test_two_approvals_beyond_the_budget_are_one(arena, tmp_path):
    for told in arena.race("approving", 2, tmp_path, "import raceground; raceground.reset()"):
        one_did(told, "只剩 0.00 元")
    line = "[str(row.left) for row in board(Budget.objects.first().district, Budget.objects.first().year).lines"
    assert [float(left) for left in arena.ask(f"{line} if row.source == 'other']")] == [0]


def test_four_approve_the_same_claim_and_it_is_committed_once(arena, tmp_path):
    for told in arena.race("agreeing", 4, tmp_path):
        one_did(told, "当前状态为“已批准”")
    shares = "list(ClaimShare.objects.filter(claim__note__startswith='同意').values_list('amount', flat=True))"
    assert arena.ask(shares) == ["200000.00"] * ROUNDS


def test_four_drafts_of_one_bundle_are_one(arena, tmp_path):
    for told in arena.race("drafting", 4, tmp_path, "import raceground; raceground.reset()"):
        one_did(told, "已有申请")
    assert arena.ask("SubsidyClaim.objects.filter(facility=None).exclude(status='withdrawn').count()") == 1
