"""The demo's training year: three courses of 2020 with rosters sent, confirmed and, one of them, cancelled."""

from datetime import date, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

from eldercare import clock, uploads
from eldercare.accounts import User
from eldercare.management.demo.acceptance import at
from eldercare.regions import Region
from eldercare.sheets import export
from training.models import TrainingSession
from training.rostersheet import KIND
from training.rostersheet.sheet import SHEET
from training.services import sessions

STEMS = "甲乙丙丁戊己庚辛壬癸"
PLACE, ORGANISER = "演示培训中心", "演示职业培训学校"
# (title, role, last day, days, units whose people attend, how many do not complete)
COURSES = (
    ("养老护理员初级培训班（演示第一期）", "caregiver", date(2020, 6, 19), 5,
     ("白马镇", "江口镇", "火炉镇", "鸭江镇", "长坝镇", "羊角镇", "双河镇", "双河镇", "沧沟乡", "石桥乡"), 1),
    ("养老护理员初级培训班（演示第二期）", "caregiver", date(2020, 10, 23), 5,
     ("白马镇", "凤山街道", "仙女山镇", "土坎镇", "和顺镇", "沧沟乡", "文复乡", "区民政局直属机构", "区民政局直属机构"), 0),
    ("养老管理院长岗位培训班（演示）", "home_director", date(2020, 9, 11), 3,
     ("白马镇", "江口镇", "凤山街道", "长坝镇", "双河镇", "文复乡"), 0),
    ("养老护理主管培训班（演示）", "care_supervisor", date(2020, 11, 13), 3,
     ("白马镇", "江口镇", "区民政局直属机构", "石桥乡"), 0),
)  # fmt: skip
CANCELLED = (
    "养老护理员提升班（演示，已取消）",
    "caregiver",
    date(2020, 12, 18),
    3,
    "演示：报名人数不足，改到下一年度举办。",
)


def tell(district: Region, clerk: User) -> bool:
    """Hold the year's courses once. False when they are there already."""
    if TrainingSession.objects.filter(district=district, is_demo=True).exists():
        return False
    serial = 0
    for title, role, ended, days, units, failing in COURSES:
        session = _session(district, clerk, title, role, ended, days)
        rows = [
            _row(serial + place, unit, role, ended, place >= len(units) - failing) for place, unit in enumerate(units)
        ]
        serial += len(units)
        with clock.telling(at(ended + timedelta(days=3), 10)):
            file = SimpleUploadedFile(f"{title}.xlsx", _sheet(title, rows))
            upload = uploads.stage(KIND, _context(session, clerk), file)
            uploads.confirm(upload, by=clerk, version=upload.version)
    _cancelled(district, clerk)
    return True


def _session(district: Region, clerk: User, title: str, role: str, ended: date, days: int) -> TrainingSession:
    first = ended - timedelta(days=days - 1)
    with clock.telling(at(first - timedelta(days=10), 9)):
        return sessions.create(
            district=district, by=clerk, is_demo=True, title=title, role=role, starts_on=first, ends_on=ended,
            hours=days * 8, place=PLACE, organiser=ORGANISER, note="演示数据",
        )  # fmt: skip


def _context(session: TrainingSession, clerk: User) -> uploads.Context:
    return uploads.Context(session.district, session.district, None, clerk, str(session.pk))


def _row(serial: int, unit: str, role: str, ended: date, fails: bool) -> tuple:
    """One made-up person: 演示甲一 and so on; caregivers get a certificate, some of them a short one."""
    name = f"演示{STEMS[serial % 10]}{'一二三四'[serial // 10]}"
    phone = f"138000{serial + 1:05}"
    if fails or role != "caregiver":
        return (name, unit, phone, None, None, None, None, "否" if fails else "是", "演示数据")
    until = ended + timedelta(days=(150, 240, 1095)[serial % 3])
    return (name, unit, phone, f"YSZS2020{serial + 1:04}", "养老护理员证书（演示）", ended, until, "是", "演示数据")


def _sheet(title: str, rows: list[tuple]) -> bytes:
    target = BytesIO()
    export.export_into(target, [column.label for column in SHEET.columns], rows, title=f"{title}名册", name="名册")
    return target.getvalue()


def _cancelled(district: Region, clerk: User) -> None:
    title, role, ended, days, reason = CANCELLED
    session = _session(district, clerk, title, role, ended, days)
    with clock.telling(at(ended - timedelta(days=7), 9)):
        sessions.cancel(session, by=clerk, reason=reason)
