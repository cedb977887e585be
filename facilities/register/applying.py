"""What confirming a sheet of the register does: dated records in every township it touches, and how they are taken back."""

from eldercare.policies import unpack
from eldercare.regions import Region
from eldercare.review import MoveRefused, StaleObject
from eldercare.uploads import Context, Upload
from facilities import history
from facilities.facility import Facility, FacilityRecord
from facilities.history import Assertion
from facilities.register.comparing import fingerprint
from facilities.register.sheet import facilities, today

STALE = "预览之后，登记的数据已被别人更新。系统已按最新数据重新比对，请核对后再确认。"


def admit(context: Context) -> str:
    """Why a sheet of the register may not come in; empty when it may."""
    if not context.by.has_perm("facilities.add_facility"):
        return "您的角色不能登记设施。"
    return "" if context.region.on_day(today(context)) else f"{context.region}已经撤并，请选择现在的乡镇（街道）。"


def held(upload: Upload, region: Region) -> list[int]:
    """Every township of the district: a facility of any of them may be in the sheet, or have moved since."""
    return list(upload.district.below().townships().values_list("pk", flat=True))


def apply(upload: Upload, context: Context, rows: list[dict]) -> None:
    """Write the previewed rows as dated records. StaleObject when a township handed in between; MoveRefused outside."""
    written = [row for row in rows if row["action"] in ("new", "changed")]
    if not written:
        return
    homes = {township.pk: township for township in context.district.below().townships()}
    history.lock_townships(homes)
    if fingerprint(context) != upload.fingerprint:
        raise StaleObject(STALE)
    known = {facility.pk: facility for facility in facilities(context).select_related("district")}
    assertions = [_assertion(context, homes, known, row) for row in written]
    history.record(assertions, effective_on=today(context), by=context.by, upload=upload)
    _check_scope(context, [item.facility.pk for item in assertions])


def _assertion(context: Context, homes: dict[int, Region], known: dict[int, Facility], row: dict) -> Assertion:
    facility = known.get(row["facility"]) or Facility(
        district=context.district, township=homes[row["township"]], is_demo=context.district.is_demo
    )
    return Assertion(facility, unpack(row["values"]), row["sources"], unpack(row["effective_on"]), row["reason"])


def _check_scope(context: Context, ids: list[int]) -> None:
    """Every row written must lie in the sheet's region and in the sender's scope, or nothing is written."""
    inside = set(facilities(context).visible_to(context.by).values_list("pk", flat=True))
    if not inside.issuperset(ids):
        raise MoveRefused("有设施不在您的管理范围内，没有写入任何数据。")


def undo(upload: Upload, by) -> list[str]:
    """Take the upload's records back; returns what stays because somebody changed it since."""
    written = FacilityRecord.objects.standing().filter(upload=upload)
    history.lock_townships(written.values_list("facility__township", flat=True).distinct())
    return history.retract(upload)
