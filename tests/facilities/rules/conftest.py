"""Four worked editions, read once, and the shortest way to ask for a finding."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from facilities.rules.evaluation import check
from facilities.rules.requirements import parse_edition

EDITIONS = Path(__file__).parent / "editions"


def table(name):
    """The raw table of a worked edition."""
    return tomllib.loads((EDITIONS / f"{name}.toml").read_text("utf-8"), parse_float=Decimal)


@pytest.fixture(scope="session")
def tables():
    return {path.stem: table(path.stem) for path in sorted(EDITIONS.glob("*.toml"))}


@pytest.fixture(scope="session")
def wulong():
    return parse_edition(table("wulong-2020"))


@pytest.fixture(scope="session")
def wuxi():
    return parse_edition(table("wuxi-2021"))


@pytest.fixture(scope="session")
def xqu():
    return parse_edition(table("xqu-2020"))


@pytest.fixture(scope="session")
def gongqing():
    return parse_edition(table("gongqing-2020"))


@pytest.fixture(scope="session")
def finding():
    """The finding of one requirement of an edition about a subject."""

    def ask(edition, requirement, subject, facts, **frame):
        return {row.requirement: row for row in check(edition, subject, facts, **frame)}[requirement]

    return ask


@pytest.fixture(scope="session")
def edition_of():
    """An edition made of a few rows written in the test."""

    def make(*requirements, conditions=(), ladders=(), facts=(), **edition):
        head = {"id": "sample", "dates_from": "unknown", **edition}
        rows = {"requirement": list(requirements), "condition": list(conditions), "ladder": list(ladders)}
        return parse_edition({"schema": 1, "edition": head, "fact": list(facts), **rows})

    return make
