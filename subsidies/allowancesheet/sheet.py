"""津贴发放月报表: one row a band, prefilled with last month's people; the amount is what was paid, so it is never prefilled."""

from datetime import date, timedelta
from decimal import Decimal

from eldercare.sheets import writer
from eldercare.sheets.columns import Column, Kind, Sheet
from eldercare.uploads import Context
from subsidies.allowances import AllowanceTotal
from subsidies.allowancesheet import lines

MOST_PEOPLE = 1_000_000
MOST_YUAN = Decimal("999999999.99")
SHEET = Sheet(
    id="allowance",
    title="津贴发放月报表",
    name="津贴月报",
    version="1",
    columns=(
        Column("scheme", "补助名称", Kind.CHOICE, required=True, width=36, locked=True),
        Column("band", "档次", required=True, width=14, locked=True, max_length=60),
        Column("standard", "文件标准", width=34, locked=True, note="供核对，不用填"),
        Column("people", "人数", Kind.INTEGER, unit="人", minimum=0, maximum=MOST_PEOPLE, note="当月实际发放的人数"),
        Column(
            "amount", "发放金额", Kind.DECIMAL, unit="元", minimum=0, maximum=MOST_YUAN, width=16,
            note="当月实际发放的金额",
        ),
        Column("reason", "差异说明", width=40, max_length=300, note="金额与人数×标准不一致时必填"),
    ),
    key=("scheme", "band"),
)  # fmt: skip
GUIDANCE = (
    "一行一个档次，只填人数和金额。不要填姓名、身份证号、电话：有个人信息的文件不接收，也不保存。",
    "人数预填的是上月报的数，请按当月实际发放修改；金额按实际发放填写，单位是元。",
    "没有人领的档次填 0；人数和金额都空着，就是这一档这个月没有报。",
    "金额与人数×文件标准不一致的（如补发、扣回），在差异说明里写明原因。",
)


def for_context(context: Context) -> Sheet:
    """The sheet with the schemes of one district."""
    labels = dict.fromkeys((line.scheme.pk, line.label) for line in lines.of_context(context))
    return SHEET.with_choices({"scheme": tuple(labels)})


def standing(context: Context) -> dict[lines.Key, AllowanceTotal]:
    """What the township has reported for the month and nobody has replaced since, by scheme and band: one query."""
    rows = AllowanceTotal.objects.filter(
        township=context.region, month=context.period, superseded_at=None, scheme__policy__district=context.district
    )
    return context.once("standing", lambda: {(row.scheme_id, row.band): row for row in rows.order_by("pk")})


def template(context: Context) -> bytes:
    """The prefilled .xlsx of one township and month."""
    known = _last_people(context)
    rows = [
        {"scheme": line.scheme.pk, "band": line.name, "standard": line.rate.text, "people": known.get(line.key)}
        for line in lines.of_context(context)
    ]
    before = _month_before(context.period)
    meta = {
        "period": f"{context.period:%Y-%m}",
        "township": context.region.code,
        "township_name": context.region.short_name,
        "title": f"{context.district.short_name}{SHEET.title}（{context.period.year}年{context.period.month}月）",
        "prefilled": f"{before.year}年{before.month}月报的人数" if known else "上月没有报送",
    }
    return writer.template(for_context(context), rows, meta=meta, guidance=GUIDANCE, blank_rows=0)


def _month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _last_people(context: Context) -> dict[lines.Key, int]:
    """Last month's people by scheme and band, of the township or of the units it succeeded; the sum where several did."""
    rows = AllowanceTotal.objects.filter(
        township__in=context.region.lineage(), month=_month_before(context.period), superseded_at=None
    )
    found: dict[lines.Key, int] = {}
    for scheme, band, people in rows.values_list("scheme", "band", "people"):
        found[scheme, band] = found.get((scheme, band), 0) + people
    return found
