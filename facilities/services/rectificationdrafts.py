"""What an item of the rectification ledger holds before it is opened: drafts from a check, and what may be written."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from eldercare import clock
from facilities import checks
from facilities.models import Facility, Rectification
from facilities.rules import repair
from facilities.rules.findings import Finding

OPTIONAL = ("clause", "requirement", "edition")
TEXTS = ("label", "problem", "measure", "owner", *OPTIONAL)
EDITABLE = ("measure", "owner", "due_on")
# A month is what a bureau gives for an ordinary shortcoming; whoever opens the item may set another day.
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """An item of the ledger as it would be opened for one clause that stands in the way of acceptance."""

    requirement: str
    edition: str
    label: str
    clause: str
    problem: str
    measure: str
    owner: str
    due_on: date


def today(facility: Facility) -> date:
    """The day by which deadlines of a facility are judged: its district's own, or that of the story being told."""
    return min(facility.district.default_as_of(), timezone.localdate(clock.now()))


def drafts(found: checks.Check) -> list[Draft]:
    """One prefilled item for each clause that stands in the way and has no live item: the gap, and its shortest repair."""
    live = set(
        found.facility.rectifications.filter(status__in=Rectification.LIVE).values_list("requirement", flat=True)
    )
    lists = repair.shortest(found.findings)
    ways = {line.requirement: line.text for line in (*lists.must, *lists.explain)}
    # What is not known yet is put right by recording it.
    ways |= {line.requirement: line.text.replace("待补：", "补登资料：", 1) for line in lists.missing}
    due_on = max(found.day, today(found.facility)) + timedelta(days=USUAL_DAYS)
    return [
        _draft(found, finding, ways[finding.requirement], due_on)
        for finding in found.problems()
        if finding.requirement not in live
    ]


def _draft(found: checks.Check, finding: Finding, way: str, due_on: date) -> Draft:
    return Draft(
        requirement=finding.requirement,
        edition=found.edition.key,
        label=_cut("label", finding.label),
        clause=_cut("clause", finding.clause),
        problem=_cut("problem", gap(finding)),
        measure=_cut("measure", way),
        owner=_cut("owner", found.facility.operator or str(found.facility.township)),
        due_on=due_on,
    )


def gap(finding: Finding) -> str:
    """What a finding lacks, in words."""
    return finding.gap_text or finding.missing_text or finding.reason or finding.outcome.label


def _cut(name: str, text: str) -> str:
    most = Rectification._meta.get_field(name).max_length
    return text if len(text) <= most else f"{text[: most - 1]}…"


def checked(facility: Facility, values: Mapping, *, kept: date | None = None) -> dict:
    """The values as they will be written, of the fields that are given; ValidationError by field for all that cannot be.

    `kept` is a deadline that stands already: it may have passed.
    """
    faults, clean = {}, {}
    for name in (name for name in TEXTS if name in values):
        clean[name], fault = _text(name, values[name])
        if fault:
            faults[name] = fault
    if "due_on" in values:
        clean["due_on"] = values["due_on"]
        if fault := _day(facility, values["due_on"], kept):
            faults["due_on"] = fault
    if faults:
        raise ValidationError(faults)
    return clean


def _text(name: str, value: object) -> tuple[str, str]:
    field = Rectification._meta.get_field(name)
    text = str(value or "").replace("\r\n", "\n").strip()
    if not text and name not in OPTIONAL:
        return text, f"{field.verbose_name}不能为空。"
    if len(text) > field.max_length:
        return text, f"{field.verbose_name}最多 {field.max_length} 个字，现有 {len(text)} 个字。"
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign != "\n" for sign in text):
        return text, f"{field.verbose_name}里有不能识别的字符，请删去。"
    return text, ""


def _day(facility: Facility, day: object, kept: date | None) -> str:
    if not isinstance(day, date):
        return "整改期限不是有效日期，请写成 2020-12-31 的形式。"
    now = today(facility)
    if day != kept and day < now:
        return f"整改期限不能早于今天（{now}）。"
    return "" if day.year <= clock.YEARS[1] else f"整改期限不能晚于 {clock.YEARS[1]} 年。"
