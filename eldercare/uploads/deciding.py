"""What becomes of a preview: applied once, taken back whole; both through the one door for state."""

from eldercare import audit, review
from eldercare.review import MoveRefused, StaleObject
from eldercare.uploads import sealing
from eldercare.uploads.staging import restaging
from eldercare.uploads.steps import Step, Steps, finished, unhurried
from eldercare.uploads.upload import Upload

WRITTEN = ("new", "changed")
STALE = (
    "预览之后，登记的数据有了更新（别人办理的，或者您在另一个页面办理的）。系统已按最新数据重新比对，请核对后再确认。"
)
GONE = "登记的数据有了更新，原始文件却已不在服务器上，不能重新比对；没有写入，请重新上传。"


def confirm(upload: Upload, *, by, version: int | None = None) -> None:
    """Apply the previewed rows, once. MoveRefused when it is done already; StaleObject after making the preview anew.

    `version` is the version of the preview that the person saw.
    """
    finished(confirming(upload, by=by, version=version))


@unhurried
def confirming(upload: Upload, *, by, version: int | None = None) -> Steps[None]:
    """`confirm`, told step by step. Ended before its end it has written all rows or none."""
    yield Step("写入登记：全部写入，或者一行都不写")
    try:
        review.perform(upload, "confirm", by=by, version=version)
    except StaleObject:
        yield from _looking_again(upload, by)
        raise


def undo(upload: Upload, *, by, comment: str = "") -> list[str]:
    """Take one upload back; returns what was left alone because somebody changed it since."""
    return finished(undoing(upload, by=by, comment=comment))


@unhurried
def undoing(upload: Upload, *, by, comment: str = "") -> Steps[list[str]]:
    """`undo`, told step by step. Ended before its end it has taken back everything or nothing."""
    yield Step("退回这份表写入的内容：全部退回，或者都不退")
    review.perform(upload, "undo", by=by, comment=comment)
    return upload.left_alone


def _looking_again(upload: Upload, by) -> Steps[None]:
    upload.refresh_from_db()
    is_open = upload.status == Upload.Status.STAGED
    if is_open and upload.declared.fingerprint(upload.context(by)) != upload.fingerprint:
        yield Step("登记的数据刚有更新，没有写入；按最新数据重新比对")
        try:
            yield from restaging(upload)
        except FileNotFoundError as gone:
            raise MoveRefused(GONE) from gone


def _intact(upload: Upload, user) -> str:
    if upload.error_total:
        return "有错误的表格不能确认，请改正后重新上传。"
    if not upload.file:
        return sealing.CLEARED
    asked = upload.counts.get("questions", 0)
    return f"还有 {asked} 处没有读准，请先逐处答复。" if asked else ""


def _apply(upload: Upload, event, by) -> None:
    """Runs inside perform's transaction: the compared state must still hold, then the kind writes its rows."""
    kind, context = upload.declared, upload.context(by)
    if reason := kind.admit(context):
        raise MoveRefused(reason)
    rows = upload.staged.to_apply()
    context.once("written", lambda: {row.get("facility") for row in rows if row["action"] in WRITTEN} - {None})
    if kind.fingerprint(context) != upload.fingerprint:
        raise StaleObject(
            "预览之后，登记的数据有了更新（别人办理的，或者您在另一个页面办理的）。系统已按最新数据重新比对，请核对后再确认。"
        )
    kind.apply(upload, context, rows)
    audit.record("upload.confirmed", by=by, target=upload, detail=upload.counts)


def _undo(upload: Upload, event, by) -> None:
    upload.left_alone = upload.declared.undo(upload, by)
    upload.save(update_fields=["left_alone"])
    audit.record("upload.undone", by=by, target=upload, detail={"left_alone": len(upload.left_alone)})


def connect() -> None:
    """Tie applying and undoing to their moves; called once when the apps are ready."""
    review.require(Upload, "confirm", _intact)
    review.after(Upload, "confirm", _apply)
    review.after(Upload, "undo", _undo)
