"""One door for state.

A model with states inherits `Reviewable` and lists its `MOVES`; `perform()` is the only way to change its status. It locks
the row, asks the table, the permission, the separation of persons and the move's own conditions, writes state, time, actor
and event in one transaction, and runs what other apps registered with `after()`. `available_moves()` answers the same
questions without acting; buttons, API and tests are fed from it.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Expression

from eldercare import audit, clock
from eldercare.reviewevents import ReviewEvent, told_together
from eldercare.scoping import Scoped, ScopedQuerySet, covers_row


class MoveRefused(Exception):
    """The move is not possible now; the text says why in the user's words."""


class StaleObject(MoveRefused):
    """Somebody else has acted since the page was read."""


class Denied(PermissionDenied):
    """This person may not make this move."""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a state machine: verb, from, to, who, and what must hold.

    `stamps` names the `<stamp>_at`/`<stamp>_by` pair that the move fills, `clears` those that it empties, `empties` other
    fields that become null with it.
    `apart_from` names the `_by` fields whose person may not make this move. What else must hold is registered with `require()`.
    """

    verb: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: str
    stamps: str = ""
    clears: tuple[str, ...] = ()
    empties: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    comment_required: bool = False
    style: str = "secondary"


@dataclass(frozen=True, slots=True)
class Option:
    """A move as offered to one person: allowed, or refused with the reason to show beside the greyed button."""

    move: Move
    reason: str = ""

    @property
    def allowed(self) -> bool:
        return not self.reason


class GuardedQuerySet(ScopedQuerySet):
    """Rows whose status only `perform()` may write."""

    def update(self, **values) -> int:
        if "status" in values:
            raise TypeError("status changes through review.perform() only")
        return super().update(**values)


class Reviewable(Scoped):
    """A row with a status that moves by MOVES only, and a version that tells a stale form from a fresh one.

    `read_with` are the relations that a move reads with the row; of these, `locked_with` are locked with it.
    """

    MOVES: tuple[Move, ...] = ()
    read_with: tuple[str, ...] = ()
    locked_with: tuple[str, ...] = ()

    version = models.PositiveIntegerField("版本", default=0, editable=False)

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        row._known_status = row.__dict__.get("status")
        return row

    def refresh_from_db(self, *args, **kwargs) -> None:
        super().refresh_from_db(*args, **kwargs)
        self._known_status = self.__dict__.get("status")

    def save(self, *args, **kwargs) -> None:
        """Save anything but a status that nobody moved: assigning it is no way round perform()."""
        known = getattr(self, "_known_status", None)
        if known is not None and self.status != known:
            raise TypeError("status changes through review.perform() only")
        super().save(*args, **kwargs)
        self._known_status = self.status

    @classmethod
    def read_values(cls) -> dict[str, Expression]:
        """Expressions by name that a move reads with the row."""
        return {}

    def hold(self, by) -> None:
        """Lock what must be locked before the row itself, in the transaction of every move."""

    def events(self):
        """The decisions on this row, oldest first."""
        return ReviewEvent.objects.filter(model=self._meta.label_lower, object_id=self.pk)


_followers: dict[tuple[str, str], list[Callable]] = defaultdict(list)
_conditions: dict[tuple[str, str], list[Callable]] = defaultdict(list)


def _register(store: dict, model: type[Reviewable], verb: str, function: Callable) -> None:
    registered = store[model._meta.label_lower, verb]
    if function not in registered:
        registered.append(function)


def after(model: type[Reviewable], verb: str, function: Callable) -> None:
    """Run `function(obj, event, by)` inside the transaction of every `verb` on `model`; what fails there undoes the move."""
    _register(_followers, model, verb, function)


def require(model: type[Reviewable], verb: str, function: Callable) -> None:
    """Let `function(obj, user)` explain why a move must wait; an empty text lets it pass."""
    _register(_conditions, model, verb, function)


def take_status(row: Reviewable, status: str) -> None:
    """Set a status with right: for perform(), and for a preview that is made anew before anybody decided."""
    row.status = row._known_status = status


def find_move(model: type[Reviewable], verb: str) -> Move:
    """The move of that name; MoveRefused when the model has none."""
    for move in model.MOVES:
        if move.verb == verb:
            return move
    raise MoveRefused("没有这个操作。")


def refusal(obj: Reviewable, move: Move, user) -> str:
    """Why this person cannot make this move now; empty when it is allowed."""
    if not user.is_active or not user.has_perm(move.permission):
        return "您的角色没有这项权限。"
    if obj.status not in move.sources:
        return f"当前状态为“{obj.get_status_display()}”，不能{move.label}。"
    for person in move.apart_from:
        if getattr(obj, f"{person}_id") == user.pk:
            return f"{obj._meta.get_field(person).verbose_name}与本次操作不能是同一人。"
    conditions = _conditions[obj._meta.label_lower, move.verb]
    return next((text for condition in conditions if (text := condition(obj, user))), "")


def available_moves(obj: Reviewable, user) -> list[Option]:
    """Every move that starts from the present state and that the user's role knows, allowed or with its reason."""
    return [
        Option(move, refusal(obj, move, user))
        for move in obj.MOVES
        if obj.status in move.sources and user.has_perm(move.permission)
    ]


def _locked(obj: Reviewable, user) -> Reviewable:
    """The row as it is now, locked; one that begins with its first move as it is. Denied outside the user's scope."""
    if obj._state.adding:
        _deny_unless(covers_row(user, obj))
        return obj
    rows = type(obj)._default_manager.visible_to(user).select_related(*obj.read_with or (None,))
    rows = rows.annotate(**obj.read_values()).filter(pk=obj.pk).order_by()
    held = {f"{name}__isnull": False for name in obj.locked_with}
    # Nothing that refers to these rows waits: their keys stay. What is locked along may be missing; the row still counts.
    row = rows.filter(**held).select_for_update(of=("self", *obj.locked_with), no_key=True).first()
    if row is None and held:
        row = rows.select_related(None).select_for_update(of=("self",), no_key=True).first()
    _deny_unless(row is not None)
    return row


def _deny_unless(visible: bool) -> None:
    if not visible:
        raise Denied("不在您的管理范围内。")


def _read_back(row: Reviewable, changes: dict) -> None:
    """What the database computed (a count that went up by one) becomes a value again."""
    computed = [name for name, value in changes.items() if hasattr(value, "resolve_expression")]
    if computed:
        row.refresh_from_db(fields=computed)


def _take_over(row: Reviewable, obj: Reviewable) -> None:
    """Let the caller's object be as the locked row is after the move."""
    if row is obj:
        return
    obj.__dict__.update({name: value for name, value in row.__dict__.items() if name != "_state"})
    obj._state.fields_cache = dict(row._state.fields_cache)


def _check(row: Reviewable, move: Move, by, comment: str, version: int | None) -> None:
    if version is not None and row.version != version:
        raise StaleObject("这条记录刚被别人处理过，请刷新页面查看最新状态后再操作。")
    if not by.has_perm(move.permission):
        raise Denied("您的角色没有这项权限。")
    if reason := refusal(row, move, by):
        raise MoveRefused(reason)
    if move.comment_required and not comment.strip():
        raise MoveRefused(f"{move.label}必须填写理由。")


def _stamp(row: Reviewable, move: Move, by) -> None:
    for name in move.clears:
        setattr(row, f"{name}_at", None)
        setattr(row, f"{name}_by", None)
    for name in move.empties:
        setattr(row, name, None)
    if move.stamps:
        setattr(row, f"{move.stamps}_at", clock.now())
        setattr(row, f"{move.stamps}_by", by)


def _event(row: Reviewable, move: Move, source: str, by, comment: str, detail: dict) -> ReviewEvent:
    return ReviewEvent(
        model=row._meta.label_lower,
        object_id=row.pk,
        object_name=str(row)[:200],
        verb=move.verb,
        label=move.label,
        source=source,
        target=move.target,
        by_id=by.pk,
        by_name=by.display_name,
        at=clock.now(),
        comment=comment.strip(),
        detail=detail,
    )


def perform(
    obj: Reviewable, verb: str, *, by, comment: str = "", version: int | None = None, detail=None, **changes
) -> ReviewEvent:
    """Make one move and write its event, or raise MoveRefused / Denied and change nothing.

    `version` is the version the user saw; a later one means a stale page. `changes` are other fields set with the move.
    Denied attempts are recorded in the audit trail after the transaction is undone.
    """
    move = find_move(type(obj), verb)
    try:
        with transaction.atomic(), told_together() as events:
            obj.hold(by)
            row = _locked(obj, by)
            for name, value in changes.items():
                setattr(row, name, value)
            _check(row, move, by, comment, version)
            source = row.status
            take_status(row, move.target)
            row.version += 1
            _stamp(row, move, by)
            row.save()
            _read_back(row, changes)
            event = _event(row, move, source, by, comment, detail or {})
            events.append(event)
            for function in _followers[row._meta.label_lower, verb]:
                function(row, event, by)
    except Denied as denied:
        audit.record("review.denied", by=by, target=obj, detail={"verb": verb, "reason": str(denied)})
        raise
    _take_over(row, obj)
    return event
