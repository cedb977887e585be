"""What confirming a sheet of allowances does, and how it is taken back: rows supersede one another and are never changed."""

from eldercare import clock
from eldercare.clock import last_day
from eldercare.policies import unpack
from eldercare.review import MoveRefused
from eldercare.uploads import ACTION_LABELS, Context, Upload
from subsidies.allowances import AllowanceTotal
from subsidies.allowancesheet import lines

BADGES = {"new": "new", "changed": "changed", "wrong": "error"}


def admit(context: Context) -> str:
    """Why a sheet for this township and month may not come in now; empty when it may."""
    if not context.region.is_township or context.period is None:
        return "请选择一个乡镇（街道）和报送月份。"
    month = f"{context.period.year}年{context.period.month}月"
    if not context.region.on_day(last_day(context.period)):
        return f"按{month}底的区划，没有{context.region}，请由当时的乡镇（街道）报送。"
    if context.period > context.district.default_as_of():
        return f"{month}还没有到，不能报送。"
    if not lines.of_context(context):
        return f"{context.district}登记的政策文件里没有按人数逐月发放的津贴，不用报送。"
    return ""


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write the previewed rows; what stood for the same scheme and band is superseded by them."""
    written = [row for row in rows if row["action"] in ("new", "changed")]
    now = clock.now()
    replaced = AllowanceTotal.objects.filter(pk__in=[row["standing"] for row in written if row["standing"]])
    replaced.update(superseded_at=now, superseded_by=context.by)
    fixed = {"township": context.region, "month": context.period, "upload": upload}
    AllowanceTotal.objects.bulk_create(
        AllowanceTotal(
            **unpack(row["values"]), **fixed, sources=row["sources"], recorded_at=now, recorded_by=context.by
        )
        for row in written
    )
    if AllowanceTotal.objects.filter(upload=upload).visible_to(context.by).count() != len(written):
        raise MoveRefused("有数据不在您的管理范围内，没有写入任何数据。")


def undo(upload: Upload, by) -> list[str]:
    """Take the upload's rows back and restore what they replaced; returns what a later report has replaced already."""
    mine = list(AllowanceTotal.objects.filter(upload=upload).select_related("scheme", "superseded_by").order_by("pk"))
    kept = [f"{row.scheme} {row.band}：此后另有报送，以后来的为准" for row in mine if row.superseded_at]
    standing = [row for row in mine if row.superseded_at is None]
    now = clock.now()
    AllowanceTotal.objects.filter(pk__in=[row.pk for row in standing]).update(superseded_at=now, superseded_by=by)
    before = _before(upload)
    restored = [before[row.scheme_id, row.band] for row in standing if (row.scheme_id, row.band) in before]
    AllowanceTotal.objects.filter(pk__in=restored).update(superseded_at=None, superseded_by=None)
    return kept


def _before(upload: Upload) -> dict[lines.Key, int]:
    """The last report of each band before the upload that was not itself taken back."""
    first = AllowanceTotal.objects.filter(upload=upload).order_by("pk").values("pk")[:1]
    rows = AllowanceTotal.objects.filter(township=upload.region, month=upload.period, pk__lt=first)
    rows = rows.exclude(upload__status=Upload.Status.UNDONE).order_by("pk")
    return {(scheme, band): pk for scheme, band, pk in rows.values_list("scheme", "band", "pk")}


def page(upload: Upload, user) -> dict:
    """What the page of an upload shows of its rows."""
    rows = upload.staged.read() if hasattr(upload, "staged") else []
    shown = [
        row | {"label": ACTION_LABELS[row["action"]], "badge": BADGES[row["action"]]}
        for row in rows
        if row["action"] in BADGES
    ]
    return {"rows": shown, "missing": [row for row in rows if row["action"] == "missing"]}
