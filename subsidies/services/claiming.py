"""Drafting a claim: the portal computes amount and basis from the scheme and the accepted facts; nobody types them."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from eldercare import audit, clock, review
from eldercare.regions import Region, district_of
from eldercare.review import MoveRefused
from facilities import history
from facilities.models import Facility
from subsidies.entitlement import Answer, entitlement
from subsidies.models import SubsidyClaim, SubsidyScheme
from subsidies.services.stated import is_plain, yuan

NOTE_LENGTH = 500


def draft(
    subject: Facility | Region,
    scheme: SubsidyScheme,
    *,
    by,
    year: int | None = None,
    note: str = "",
    key: str = "",
) -> SubsidyClaim:
    """Draft the claim of a facility, or of a township's bundle. MoveRefused with every reason when it may not be paid.

    `year` is the budget year: the district's present one when left out, or the next. `key` says which claim is meant
    where a unit succeeded several townships that each have their own. Denied without the right or out of scope.
    """
    if not by.has_perm("subsidies.submit_subsidyclaim"):
        raise review.Denied("您的角色不能起草补助申请。")
    if not type(subject)._default_manager.visible_to(by).filter(pk=subject.pk).exists():
        raise review.Denied("不在您的管理范围内。")
    near = subject.township if isinstance(subject, Facility) else subject
    this_year = district_of(near).default_as_of().year
    if problems := [*_problems(this_year, year, note)]:
        raise MoveRefused("；".join(problems))
    with transaction.atomic():
        # Facts stand still between the computation and the claim, and two drafts wait for each other.
        history.lock_townships(_line_of(near))
        return _create(_payable(subject, scheme, key), by, this_year if year is None else year, note.strip())


def _problems(this_year: int, year: int | None, note: str) -> Iterable[str]:
    if year not in (None, this_year, this_year + 1):
        yield f"预算年度应为 {this_year} 年或 {this_year + 1} 年。"
    if not is_plain(note.strip(), NOTE_LENGTH):
        yield f"申请说明最多 {NOTE_LENGTH} 个字，不能含控制字符。"


def _line_of(unit: Region) -> list[int]:
    """A unit and those that took its place: whatever the plan calls it, its facilities are registered in one of them."""
    ids = [unit.pk]
    while unit.successor_id and unit.successor_id not in ids:
        unit = unit.successor
        ids.append(unit.pk)
    return ids


def stand_still(claim: SubsidyClaim) -> None:
    """Lock the townships whose facts a claim rests on; before the claim itself, as a revocation does."""
    members = claim.members.values_list("township_id", flat=True)
    history.lock_townships({claim.township_id, *_line_of(claim.township), *members})


def computed(claim: SubsidyClaim) -> Answer:
    """What the claim comes to on the facts of today, the claim itself not held against it.

    MoveRefused when its scheme no longer speaks of its subject at all.
    """
    subject = claim.facility or claim.township
    day = claim.district.default_as_of()
    found = [row for row in entitlement(subject, day, claim.scheme, apart_from=claim) if row.key == claim.key]
    if not found:
        raise MoveRefused("按现行政策和区划，已找不到这笔申请的对象，请核对后重新起草。")
    return found[0]


def refused(answer: Answer) -> str:
    """Why an entitlement cannot be claimed, in words; empty when it can."""
    if answer.is_payable:
        return ""
    return f"按{answer.scheme}（{answer.scheme.clause}）现为“{answer.outcome.label}”：{'；'.join(answer.reasons)}"


def _payable(subject: Facility | Region, scheme: SubsidyScheme, key: str) -> Answer:
    near = subject.township if isinstance(subject, Facility) else subject
    district = district_of(near)
    foreign = scheme.policy.district_id != district.pk
    answers = [] if foreign else entitlement(subject, district.default_as_of(), scheme)
    if not answers:
        raise MoveRefused("这项补助不适用于所选对象。")
    answer = _meant(answers, subject, near, key)
    if words := refused(answer):
        raise MoveRefused(words)
    return answer


def _meant(answers: list[Answer], subject: Facility | Region, near: Region, key: str) -> Answer:
    """The one claim that is meant: by its key, or the subject's own, or the only one there is.

    A unit that succeeded several townships has a bundle for each of them, and nobody guesses which.
    """
    own = [row for row in answers if row.subject == subject]
    found = [row for row in answers if row.key == key] if key else own or answers
    if len(found) == 1:
        return found[0]
    if key:
        raise MoveRefused("没有找到所选的这笔补助，请刷新候选清单后再起草。")
    units = "、".join(str(row.subject) for row in answers)
    raise MoveRefused(f"{near}由{units}合并而来，各有一笔，请按原乡镇分别起草。")


def _create(answer: Answer, by, year: int, note: str) -> SubsidyClaim:
    claim = SubsidyClaim(
        scheme=answer.scheme, district=district_of(answer.township), township=answer.township,
        facility=answer.facility, key=answer.key, year=year, amount=answer.amount, basis=answer.as_dict(),
        note=note, created_by=by, created_at=clock.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        live = SubsidyClaim.objects.filter(scheme=claim.scheme, key=claim.key, status__in=SubsidyClaim.LIVE).first()
        if live is None:
            raise
        raise MoveRefused(f"已有申请：{live}（{live.year}年，{live.get_status_display()}），不能重复申请。") from error
    claim.members.set(answer.facilities)
    audit.record("record.created", by=by, target=claim, detail={"amount": f"{claim.amount:.2f}", "key": claim.key})
    return claim


def submit(claim: SubsidyClaim, *, by, comment: str = "", version: int | None = None):
    """Hand a draft in, recomputed on the facts of today; a flag goes, because the ground holds again."""
    return review.perform(claim, "submit", by=by, comment=comment, version=version)


def withdraw(claim: SubsidyClaim, *, by, comment: str, version: int | None = None):
    """Take a claim back that nobody approved; its key is free again."""
    return review.perform(claim, "withdraw", by=by, comment=comment, version=version)


def still_payable(claim: SubsidyClaim, user) -> str:
    """A claim moves on only while its ground holds and its amount is what the scheme gives."""
    try:
        answer = computed(claim)
    except MoveRefused as lost:
        return str(lost)
    if words := refused(answer):
        return words
    if answer.amount != claim.amount:
        return f"重新计算为 {yuan(answer.amount)}，与申请的 {yuan(claim.amount)}不同；请撤回后重新起草。"
    return ""


def connect() -> None:
    """Tie the computation to handing in and to approving."""
    for verb in ("submit", "approve"):
        review.require(SubsidyClaim, verb, still_payable)
