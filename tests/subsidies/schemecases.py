"""Schemes of the real policy folders, and hand-made cases to put to them."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from subsidies.rules.case import Case, MemberCount, OtherClaim
from subsidies.rules.scheme import Scheme, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DAY = date(2020, 12, 31)
EFFECTIVE = {"wulong-2020": date(2020, 6, 10), "changshou-2023": date(2023, 9, 12)}
SETTLED = {"facility.accepted": True}
XQU_FULL = {
    "facility.investor": "social",
    "facility.agreed_by_bureau": True,
    "facility.agreed_by_street": True,
    "facility.gross_area": Decimal(1600),
    "facility.accepted": True,
}
XQU_CENTRE = XQU_FULL | {"facility.gross_area": Decimal(800)}


@cache
def row(policy: str, id_: str) -> dict:
    """A row of a policy folder's schemes.toml."""
    text = (FIXTURES / policy / "schemes.toml").read_text(encoding="utf-8")
    return next(one for one in tomllib.loads(text, parse_float=Decimal)["scheme"] if one["id"] == id_)


def scheme(policy: str, id_: str, **changed) -> Scheme:
    """A scheme of a real policy, with some of its row changed."""
    return parse({**row(policy, id_), **changed}, policy)


def facility(policy: str, type_: str, **changed) -> Case:
    """A facility accepted on 1 August 2020 and not planned in any annex."""
    base = {
        "key": "facility:1",
        "day": DAY,
        "type": type_,
        "accepted_on": date(2020, 8, 1),
        "starts": EFFECTIVE.get(policy),
    }
    return Case(**(base | changed))


def members(centres=(1, 1, 0), points=(4, 4, 0)) -> tuple[MemberCount, ...]:
    """Centres and village points of a township: planned, surely accepted, unsure."""
    return (
        MemberCount("TOWNSHIP_CENTRE", "乡镇养老服务中心", *centres),
        MemberCount("VILLAGE_POINT", "村级互助养老点", *points),
    )


def bundle(policy: str, counts=None, **changed) -> Case:
    """A town of four planned points and one centre, all accepted, planned in the policy's annex."""
    base = {
        "key": "township:1",
        "day": DAY,
        "region_kind": "镇",
        "accepted_on": date(2020, 8, 1),
        "in_plan": True,
        "starts": EFFECTIVE.get(policy),
        "members": members() if counts is None else counts,
    }
    return Case(**(base | changed))


def claim(id_: str, key: str = "facility:1", policy: str = "wulong-2020", form: str = "one_off", **words) -> OtherClaim:
    """A live claim on the same facilities."""
    return OtherClaim(policy, id_, key, form, f"{id_}（2020年，已批准）", **words)
