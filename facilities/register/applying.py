"""What confirming a sheet of the register does: dated records in every township it touches, and how they are taken back."""

from collections import defaultdict

from eldercare.policies import unpack
from eldercare.regions import Region
from eldercare.review import MoveRefused
from eldercare.uploads import Context, Upload
from facilities import history
from facilities.facility import Facility, FacilityRecord
from facilities.history import Assertion
from facilities.register.sheet import facilities, today


def admit(context: Context) -> str:
    """Why a sheet of the register may not come in; empty when it may."""
    if not context.by.has_perm("facilities.add_facility"):
        return "您的角色不能登记设施。"
    return "" if context.region.on_day(today(context)) else f"{context.region}已经撤并，请选择现在的乡镇（街道）。"


def held(upload: Upload, region: Region) -> list[int]:
    """Every township of the district: what is compared with is the register of them all."""
    return list(upload.district.below().townships().values_list("pk", flat=True))


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write the previewed rows as dated records; MoveRefused outside the sender's scope.

    `held` locked every township before the state was compared, so what was previewed still holds here.
    """
    written = [row for row in rows if row["action"] in ("new", "changed")]
    if not written:
        return
    known = {row["facility"] for row in written if row["facility"]}
    histories = _standing(context, written) if known else defaultdict(list)
    _refuse_strangers(known - histories.keys())
    assertions = [_assertion(context, histories, row) for row in written]
    history.write(assertions, histories, today(context), context.by, upload)
    inside = facilities(context).visible_to(context.by).values_list("pk", flat=True)
    _refuse_strangers({item.facility.pk for item in assertions}.difference(inside))


def _standing(context: Context, written: list[dict]) -> history.Histories:
    """What stands of the sheet's facilities from the first of the rows' days on, each record with its facility."""
    first = min(unpack(row["effective_on"]) or today(context) for row in written)
    found: history.Histories = defaultdict(list)
    rows = FacilityRecord.objects.since(first).filter(facility__in=facilities(context).visible_to(context.by))
    for record in rows.select_related("facility"):
        found[record.facility_id].append(record)
    return found


def _assertion(context: Context, histories: history.Histories, row: dict) -> Assertion:
    facility = (
        histories[row["facility"]][0].facility
        if row["facility"]
        else Facility(district=context.district, township_id=row["township"], is_demo=context.district.is_demo)
    )
    return Assertion(facility, unpack(row["values"]), row["sources"], unpack(row["effective_on"]), row["reason"])


def _refuse_strangers(outside: set[int]) -> None:
    """Before and after writing: every row must lie in the sheet's region and in the sender's scope, or nothing is written."""
    if outside:
        raise MoveRefused("有设施不在您的管理范围内，没有写入任何数据。")


def undo(upload: Upload, by) -> list[str]:
    """Take the upload's records back; returns what stays because somebody changed it since."""
    written = FacilityRecord.objects.standing().filter(upload=upload)
    history.lock_townships(written.values_list("facility__township", flat=True).distinct())
    return history.retract(upload)
