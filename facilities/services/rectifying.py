"""Rectification: opening items, singly or for all failing clauses of a check; report, re-check and strike off, reopen."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from eldercare import audit, clock
from eldercare.review import Denied, MoveRefused, StaleObject, perform, require
from facilities import checks, history
from facilities.models import AcceptanceReview, Facility, Rectification
from facilities.rules.findings import Finding
from facilities.services import wording
from facilities.services.rectificationdrafts import (
    EDITABLE,
    TEXTS,
    USUAL_DAYS,
    Draft,
    checked,
    drafts,
    gap,
    today,
)

__all__ = [
    "EDITABLE", "REASON", "USUAL_DAYS", "Draft", "cancel", "change", "checked", "close", "drafts", "finding_of", "open_item",
    "open_many", "reopen", "report", "today", "unexplained",
]  # fmt: skip
# Letters of a reason for putting a deadline off.
REASON = 200
CLOSED_CASES = (AcceptanceReview.Status.WITHDRAWN, AcceptanceReview.Status.REVOKED)


def open_item(
    facility: Facility,
    *,
    by,
    label,
    problem,
    measure,
    owner,
    due_on,
    review=None,
    requirement="",
    edition="",
    clause="",
) -> Rectification:
    """Open one item. ValidationError names every field at fault; MoveRefused when the clause has a live item or is met."""
    texts = {"label": label, "problem": problem, "measure": measure, "owner": owner}
    item = {**texts, "due_on": due_on, "requirement": requirement, "edition": edition, "clause": clause}
    _ask(facility, by)
    written = checked(facility, item)
    with transaction.atomic():
        return _open(_held(facility), [written], review, by)[0]


def open_many(review: AcceptanceReview, items: Iterable[Mapping], *, by) -> list[Rectification]:
    """Open items for several failing clauses of a review at once, all or none.

    Each item has `requirement` and whatever differs from its draft (problem, measure, owner, due_on). ValidationError
    lists everything at fault, by clause.
    """
    facility = review.facility
    _ask(facility, by)
    items = list(items)
    if not items:
        raise MoveRefused("请先勾选要列入整改的条款。")
    with transaction.atomic():
        facility = _held(facility)
        drafted = {draft.requirement: draft for draft in drafts(checks.check(facility, today(facility)))}
        return _open(facility, _all_checked(facility, drafted, items), review, by)


def _all_checked(facility: Facility, drafted: Mapping[str, Draft], items: list[Mapping]) -> list[dict]:
    """The items merged into their drafts and checked, the faults of all of them reported together."""
    written, faults, seen = [], [], set()
    for item in items:
        draft = drafted.get(str(item.get("requirement", "")))
        if draft is None or draft.requirement in seen:
            faults.append("所选条款中有的已达标、已列入整改或重复，请刷新页面后重新勾选。")
            continue
        seen.add(draft.requirement)
        values = {name: getattr(draft, name) for name in (*TEXTS, "due_on")}
        values |= {name: item[name] for name in ("problem", *EDITABLE) if name in item}
        try:
            written.append(checked(facility, values))
        except ValidationError as error:
            faults += [f"{draft.label}：{text}" for text in error.messages]
    if faults:
        raise ValidationError(list(dict.fromkeys(faults)))
    return written


def _ask(facility: Facility, by) -> None:
    if not by.is_active or not by.has_perm("facilities.add_rectification"):
        raise Denied("您的角色不能立项整改。")
    if not Facility.objects.visible_to(by).filter(pk=facility.pk).exists():
        raise Denied("不在您的管理范围内。")


def _held(facility: Facility) -> Facility:
    """The facility as it is now, locked: two people open its items one after the other."""
    rows = Facility.objects.select_related("district", "township")
    return rows.select_for_update(of=("self",)).get(pk=facility.pk)


def _open(facility: Facility, written: list[dict], review: AcceptanceReview | None, by) -> list[Rectification]:
    if reason := _unfit(facility, written, review):
        raise MoveRefused(reason)
    rows = []
    for values in written:
        values = values | {"facility": facility, "review": review}
        rows.append(Rectification.objects.create(**values, opened_by=by, opened_at=clock.now()))
        detail = {"fields": [f"{rows[-1].label}：{rows[-1].problem}", f"期限 {rows[-1].due_on}"]}
        audit.record("record.created", by=by, target=rows[-1], detail=detail)
    return rows


def _unfit(facility: Facility, written: list[dict], review: AcceptanceReview | None) -> str:
    """Why these items cannot be opened for this facility now; empty when they can."""
    if review is not None:
        now = AcceptanceReview.objects.get(pk=review.pk)
        if now.facility_id != facility.pk:
            return "这份验收审核不是该设施的。"
        if now.status in CLOSED_CASES:
            return f"验收审核“{now.get_status_display()}”，不能再列入整改；可在整改台账里单独立项。"
    named = {values["requirement"] for values in written if values.get("requirement")}
    live = facility.rectifications.filter(status__in=Rectification.LIVE, requirement__in=named).first()
    if live:
        return f"“{live.label}”已有一项未销号的整改（编号 {live.pk}）。"
    if named - _failing(facility, named):
        return "所选条款按现有登记没有不达标，不需要整改。"
    return ""


def _failing(facility: Facility, named: set[str]) -> set[str]:
    if not named:
        return set()
    return {finding.requirement for finding in checks.check(facility, today(facility)).problems()}


def report(row: Rectification, *, by, comment: str, version: int | None = None):
    """Say that it is put right. MoveRefused in the wrong state or without words."""
    return perform(row, "report", by=by, comment=comment, version=version)


def cancel(row: Rectification, *, by, comment: str, version: int | None = None):
    """Take an item off that was opened by mistake; it stays in the ledger with its reason."""
    return perform(row, "cancel", by=by, comment=comment, version=version)


def close(row: Rectification, *, by, comment: str, version: int | None = None):
    """Strike an item off after a re-check by another person, keeping what the check said. MoveRefused while it still fails."""
    if not _may_close(row, by):
        return perform(row, "close", by=by, comment=comment, version=version)
    with transaction.atomic():
        Rectification.objects.select_for_update(of=("self",)).get(pk=row.pk)
        # Nobody changes the facility's facts between the re-check and the decision.
        history.lock_townships([row.facility.township_id])
        seen = {"day": today(row.facility).isoformat(), "finding": None}
        if finding := finding_of(row):
            seen["finding"] = finding.as_dict()
        return perform(row, "close", by=by, comment=comment, version=version, detail=seen)


def reopen(row: Rectification, *, by, comment: str, version: int | None = None):
    """Send an item back to be put right again; the database counts it on the locked row."""
    if not _may_close(row, by):
        return perform(row, "reopen", by=by, comment=comment, version=version)
    with transaction.atomic():
        Rectification.objects.select_for_update(of=("self",)).get(pk=row.pk)
        _held(row.facility)
        return perform(row, "reopen", by=by, comment=comment, version=version, reopenings=F("reopenings") + 1)


def _may_close(row: Rectification, by) -> bool:
    """Whether a refusal is more than one to keep on record, which perform() does when nothing stands around it."""
    allowed = by.is_active and by.has_perm("facilities.close_rectification")
    return allowed and Rectification.objects.visible_to(by).filter(pk=row.pk).exists()


def finding_of(row: Rectification) -> Finding | None:
    """What the standard says today about the clause of an item; None when it names none, or one that applies no more."""
    if not row.requirement:
        return None
    found = checks.check(row.facility, today(row.facility))
    return next((finding for finding in found.findings if finding.requirement == row.requirement), None)


def still_fails(row: Rectification, user) -> str:
    """Why an item cannot be struck off yet: an 应 that fails, a 原则上 that fails unwaived, or a clause without data."""
    finding = finding_of(row)
    if finding is None or not (finding.blocks or finding.needs_reason or finding.holds):
        return ""
    name = f"{finding.label}（{finding.clause}）"
    if finding.holds:
        return f"{name}资料不全，{gap(finding)}；资料补登后才能销号。"
    wanted = "必须达标后才能销号" if finding.blocks else "达标，或偏差说明经同意，才能销号"
    return f"按现有登记，{name}仍不达标，{gap(finding)}；{wanted}。"


def another_lives(row: Rectification, user) -> str:
    """Why a closed item cannot be reopened: its clause has a later item that is not struck off."""
    if not row.requirement:
        return ""
    others = Rectification.objects.filter(facility=row.facility_id, requirement=row.requirement)
    live = others.filter(status__in=Rectification.LIVE).exclude(pk=row.pk).first()
    return f"这一条款已另有一项未销号的整改（编号 {live.pk}），请在那一项里办理。" if live else ""


def unexplained(row: Rectification, values: Mapping, reason: str) -> str:
    """Why a deadline cannot be put off like this: it takes a reason of one line."""
    later = values.get("due_on")
    if not isinstance(later, date) or later <= row.due_on:
        return ""
    return wording.said_well(reason, "延期理由", REASON, required=True)


def change(row: Rectification, *, by, version: int | None = None, reason: str = "", **values) -> bool:
    """Change measure, owner or deadline of an open item; before, after and reason stay in the audit trail.

    False when nothing differs. MoveRefused when a deadline is put off without a reason.
    """
    if not by.is_active or not by.has_perm("facilities.change_rectification"):
        raise Denied("您的角色不能修改整改事项。")
    if unknown := set(values) - set(EDITABLE):
        raise TypeError(f"not to be changed: {sorted(unknown)}")
    with transaction.atomic():
        row = Rectification.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=row.pk).first()
        if row is None:
            raise Denied("不在您的管理范围内。")
        if version is not None and row.version != version:
            raise StaleObject("这一项刚被别人处理过，请刷新页面查看后再修改。")
        if row.status != Rectification.Status.OPEN:
            raise MoveRefused(f"当前状态为“{row.get_status_display()}”，不能再修改措施、责任单位和期限。")
        written = checked(row.facility, values, kept=row.due_on)
        if fault := unexplained(row, written, reason):
            raise MoveRefused(fault)
        return _rewrite(row, written, by, wording.tidy(reason))


def _rewrite(row: Rectification, values: dict, by, reason: str) -> bool:
    before = {name: str(getattr(row, name)) for name in values}
    after = {name: str(value) for name, value in values.items()}
    changed = [name for name in values if before[name] != after[name]]
    if not changed:
        return False
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    row.save()
    words = [f"{row._meta.get_field(name).verbose_name}：{before[name]} → {after[name]}" for name in changed]
    words += [f"理由：{reason}"] if reason else []
    kept = {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}
    audit.record("record.changed", by=by, target=row, detail={"fields": words, **kept})
    return True


def connect() -> None:
    """Tie what is asked before an item is struck off or reopened to its moves."""
    require(Rectification, "close", still_fails)
    require(Rectification, "reopen", another_lives)
