"""Members of village teams, one at a time: a wrong entry is replaced by the right one, who leaves leaves by a date.

Nothing is overwritten: the row that stood is retracted and the new one names it, as a roster does.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from eldercare import audit, clock
from eldercare.personal import holds_number, veiled
from eldercare.regions import VILLAGE_KINDS
from eldercare.review import Denied, MoveRefused
from eldercare.scoping import covers, covers_row
from training.teams import CORRECTED, TeamMember
from training.teamsheet.applying import REPLACED

PERMISSION = "training.change_teammember"
FIELDS = ("village", "kind", "team", "duty", "starts_on", "ends_on")


def leave(member: TeamMember, *, on: date, reason: str, by) -> TeamMember:
    """The person is in the team until a day, that day included. Raises Denied, MoveRefused, ValidationError."""
    if member.ends_on:
        raise MoveRefused(f"已登记 {member.ends_on} 退出；日期错了的请用“更正”。")
    return _replace(member, {"ends_on": on}, reason, by, f"{on} 退出")


def correct(member: TeamMember, *, reason: str, by, **values) -> TeamMember:
    """Put right what was entered wrongly; the row that takes its place. Raises Denied, MoveRefused, ValidationError."""
    changed = {name: values[name] for name in FIELDS if name in values and getattr(member, name) != values[name]}
    if not changed:
        raise MoveRefused("没有改动。")
    labels = [str(TeamMember._meta.get_field(name).verbose_name) for name in changed]
    return _replace(member, changed, reason, by, f"更正：{'、'.join(labels)}")


def _replace(member: TeamMember, changed: dict, reason: str, by, words: str) -> TeamMember:
    if not by.has_perm(PERMISSION) or not covers_row(by, member):
        raise Denied("您的角色不能更改队伍成员。")
    if len(reason.strip()) < 2:
        raise MoveRefused("请写明原因。")
    with transaction.atomic():
        row = TeamMember.objects.select_for_update(of=("self",)).select_related("person", "village").get(pk=member.pk)
        _still_stands(row)
        new = TeamMember(
            **{name: changed.get(name, getattr(row, name)) for name in FIELDS}, person=row.person,
            sources=row.sources | {REPLACED: row.pk, CORRECTED: veiled(reason.strip()[:200])},
            recorded_at=clock.now(), recorded_by=by,
        )  # fmt: skip
        _check(new, row, by)
        row.retracted_at, row.retracted_by = clock.now(), by
        row.save(update_fields=["retracted_at", "retracted_by"])
        _write(new)
        for target in (row, new):
            named = f"队伍成员 {target.pk} 号"
            audit.record("record.changed", by=by, target=target, named=named, detail={"fields": [words]})
    return new


def _still_stands(row: TeamMember) -> None:
    if row.retracted_at:
        raise MoveRefused("这条登记已经撤销或被新的登记取代，请打开现在的那一条。")
    if row.person.erased_at:
        raise MoveRefused("这个人的信息已按期清除，不能再改。")


def _check(new: TeamMember, old: TeamMember, by) -> None:
    """Every field that cannot be so, at once."""
    wrong: dict[str, str] = {}
    today = old.person.district.default_as_of()
    if new.village.kind not in VILLAGE_KINDS or not covers(by, new.village.path):
        wrong["village"] = "请选择管理范围内的村（社区）。"
    elif not new.village.path.startswith(old.person.district.path):
        wrong["village"] = "请选择本区县的村（社区）。"
    for name, words in (("starts_on", "加入日期"), ("ends_on", "退出日期")):
        day = getattr(new, name)
        if day and day > today and day != getattr(old, name):
            wrong[name] = f"{words} {day} 还没有到，到了再登记。"
    if new.starts_on and new.ends_on and new.ends_on < new.starts_on:
        wrong["ends_on"] = f"退出日期 {new.ends_on} 早于加入日期 {new.starts_on}。"
    wrong |= {name: "这里写了号码，请只写文字。" for name in ("team", "duty") if holds_number(getattr(new, name))}
    if wrong:
        raise ValidationError(wrong)


def _write(new: TeamMember) -> None:
    new.clean_fields(exclude=["village", "person", "recorded_by"])
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError as error:
        raise ValidationError("这个人已在这支队伍的名册里。") from error
