"""What the schemes of a district owe to a facility or a township on a day, with every condition and where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from eldercare.regions import Region, district_of
from facilities.kinds import FacilityType
from facilities.models import Facility
from subsidies import ground
from subsidies.ground import Ground
from subsidies.models import SubsidyClaim, SubsidyScheme
from subsidies.rules.case import Case, MemberCount, OtherClaim
from subsidies.rules.entitlement import Entitlement, decide

CENTRE = FacilityType.TOWNSHIP_CENTRE


@dataclass(frozen=True, kw_only=True)
class Answer(Entitlement):
    """An entitlement with the rows it speaks of.

    `subject` is the facility, or for a bundle the township in the edition of the policy's plan; `facilities` are those
    that a claim rests on. `day` is the day it was computed for; `is_accepted` is None where nothing is recorded, and for
    a bundle.
    """

    scheme: SubsidyScheme
    subject: Facility | Region
    township: Region
    facilities: tuple[Facility, ...]
    day: date
    is_accepted: bool | None = None

    @property
    def facility(self) -> Facility | None:
        """The facility claimed for; None for a bundle."""
        return self.subject if isinstance(self.subject, Facility) else None

    def as_dict(self) -> dict[str, object]:
        """The JSON-ready copy, with codes and names of what it rests on."""
        own = self.subject.code
        rows = [{"code": row.code, "name": row.name} for row in self.facilities]
        return {**super().as_dict(), "day": self.day.isoformat(), "subject": own, "facilities": rows}


def entitlement(
    subject: Facility | Region,
    as_of: date,
    scheme: SubsidyScheme | None = None,
    *,
    apart_from: SubsidyClaim | None = None,
) -> list[Answer]:
    """What a facility or a township may claim: by one scheme, or by every scheme that speaks of it.

    A facility of a bundle is also answered for its township's bundle. A unit that succeeded several is answered once
    for each of them. `apart_from` is a claim that is not held against itself when it is computed again.
    """
    facility = subject if isinstance(subject, Facility) else None
    near = facility.township if facility else subject
    found = ground.read(district_of(near), as_of, near)
    schemes = [found.schemes[scheme.pk]] if scheme else found.schemes.values()
    answers = []
    for row in schemes:
        if found.rules[row.pk].subject == "township":
            answers += _bundles(found, row, facility, near, scheme is not None, apart_from)
        elif facility and found.rules[row.pk].subject and (scheme or _speaks_of(found, row, facility)):
            answers.append(_of_facility(found, row, facility, apart_from))
    return answers


def entitlements(district: Region, day: date) -> list[Answer]:
    """Every facility and township of a district by every scheme that speaks of it; queries do not grow with them."""
    found = ground.read(district, day)
    answers = []
    for row in found.schemes.values():
        if found.rules[row.pk].subject == "township":
            answers += [_of_township(found, row, unit) for unit in found.townships(row.policy)]
        elif found.rules[row.pk].subject:
            mine = [one for one in found.facilities.values() if _speaks_of(found, row, one)]
            answers += [_of_facility(found, row, one) for one in mine]
    return answers


def _type(found: Ground, facility: Facility) -> str:
    state = found.states.get(facility.pk)
    return state.type if state else facility.type


def _speaks_of(found: Ground, row: SubsidyScheme, facility: Facility) -> bool:
    types = found.rules[row.pk].applies_to
    return not types or _type(found, facility) in types


def _bundles(found: Ground, row, facility: Facility | None, near: Region, asked: bool, apart_from) -> list[Answer]:
    members = {member.type for member in found.rules[row.pk].bundle.members}
    if facility and not asked and _type(found, facility) not in members:
        return []
    day = found.edition(row.policy)
    pks = found.places(facility.pk, day) if facility else found.origins(near.pk, day)
    units = [unit for unit in found.townships(row.policy) if unit.pk in pks]
    return [_of_township(found, row, unit, apart_from) for unit in units]


def _of_facility(found: Ground, row: SubsidyScheme, facility: Facility, apart_from=None) -> Answer:
    rule, state = found.rules[row.pk], found.states.get(facility.pk)
    known = found.facts.get(facility.pk, {})
    type_ = _type(found, facility)
    case = Case(
        key=rule.key_of(facility.code, found.scope.as_of),
        day=found.scope.as_of,
        type=type_,
        accepted_on=state.accepted_on if state else None,
        in_plan=_in_plan(found, row, facility, type_),
        **_frame(found, row, {facility.pk}, apart_from),
    )
    return Answer(
        **decide(rule, known, case), scheme=row, subject=facility, township=facility.township,
        facilities=(facility,), day=case.day, is_accepted=known.get("facility.accepted"),
    )  # fmt: skip


def _frame(found: Ground, row: SubsidyScheme, ids: set[int], apart_from) -> dict:
    """What a case holds whatever its subject is: the policy's span, the claims that touch it, and words."""
    claims = tuple(
        _other(claim)
        for claim, on in found.claims
        if (on & ids or claim.scheme_id == row.pk) and claim.pk != getattr(apart_from, "pk", None)
    )
    starts = row.policy.effective_on or row.policy.issued_on
    return {"starts": starts, "ends": found.ends.get(row.policy_id), "claims": claims, "words": found.words}


def _other(claim: SubsidyClaim) -> OtherClaim:
    body = claim.scheme.body
    return OtherClaim(
        claim.scheme.policy.slug,
        claim.scheme.key,
        claim.key,
        claim.scheme.form,
        f"{claim.scheme.label}（{claim.year}年，{claim.get_status_display()}）",
        tuple(body.get("may_combine_with", ())),
        tuple(body.get("excludes", ())),
    )


def _in_plan(found: Ground, row: SubsidyScheme, facility: Facility, type_: str) -> bool | None:
    """Whether an annex of the scheme's policy plans the facility: its township, type and planned year are printed there."""
    places = found.places(facility.pk, found.edition(row.policy))
    state = found.states.get(facility.pk)
    years = found.planned_years(row, type_, places)
    unmatched = any(cell.planned and not cell.region for cell in found.cells(row.policy_id, "", type_))
    if years and state and state.planned_year in years:
        return None if len(places) > 1 else True
    if not years:
        return None if unmatched else False
    return None if state is None or state.planned_year is None else False


def _of_township(found: Ground, row: SubsidyScheme, unit: Region, apart_from=None) -> Answer:
    rule, day = found.rules[row.pk], found.edition(row.policy)
    counts, certain = [], []
    for member in rule.bundle.members:
        sure, unsure = _accepted(found, row, member.type, unit.pk, day)
        certain += sure
        label = FacilityType(member.type).label
        planned = found.planned(row, unit.pk, member.type)
        counts.append(MemberCount(member.type, label, planned, len(sure), len(unsure)))
    centres = [one for one in _standing_in(found, unit.pk, CENTRE, day) if found.places(one, day) == {unit.pk}]
    dates = [found.states[pk].accepted_on for pk in certain]
    case = Case(
        key=rule.key_of(f"{unit.code}@{_edition_of(row, unit)}", found.scope.as_of),
        day=found.scope.as_of,
        region_kind=unit.get_kind_display(),
        accepted_on=max(dates) if dates and None not in dates else None,
        in_plan=_township_in_plan(found, row, counts),
        centres=tuple(found.facts.get(pk, {}) for pk in centres),
        members=tuple(counts),
        **_frame(found, row, set(certain), apart_from),
    )
    return Answer(
        **decide(rule, {}, case), scheme=row, subject=unit, township=unit,
        facilities=tuple(found.facilities[pk] for pk in certain), day=case.day,
    )  # fmt: skip


def _township_in_plan(found: Ground, row: SubsidyScheme, counts: list[MemberCount]) -> bool | None:
    if any(count.planned for count in counts):
        return True
    has_plan = any(cell.policy == row.policy_id for cell in found.plans)
    return None if has_plan and any(count.planned is None for count in counts) else False


def _edition_of(row: SubsidyScheme, unit: Region) -> date | str:
    """A code means a unit only together with its edition."""
    return row.policy.division_edition or unit.edition or unit.valid_from or "always"


def _standing_in(found: Ground, unit: int, type_: str, day: date) -> Iterable[int]:
    """The facilities of a type that stand, or may stand, in a township of the plan."""
    return [pk for pk, state in found.states.items() if state.type == type_ and unit in found.places(pk, day)]


def _accepted(found: Ground, row: SubsidyScheme, type_: str, unit: int, day: date) -> tuple[list[int], list[int]]:
    """The accepted facilities of a type in a township that count for its plan: surely, and those of which it is not known.

    What was built before the plan's first year is not one of the planned ones.
    """
    years, sure, unsure = found.planned_years(row, type_), [], []
    for pk in _standing_in(found, unit, type_, day):
        counts = _counts(found.states[pk], years)
        if found.facts.get(pk, {}).get("facility.accepted") is not True or counts is False:
            continue
        (sure if counts and len(found.places(pk, day)) == 1 else unsure).append(pk)
    return sure, unsure


def _counts(state: ground.State, years: set[int]) -> bool | None:
    """Whether an accepted facility is one of the planned: by its planned year, else by its acceptance; None = unknown."""
    if not years or state.planned_year in years:
        return True
    if state.accepted_on is None:
        return None if state.planned_year is None else False
    return state.accepted_on.year >= min(years)
