"""loaddivisions: the published divisions of the districts, edition by edition."""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from eldercare import divisions
from eldercare.management import arguments
from eldercare.management.command import PortalCommand
from eldercare.regions import Region

FOLDER = Path("fixtures/divisions")


class Command(PortalCommand):
    help = "载入行政区划（默认全部区县的全部版本，从旧到新；可重复执行）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--district", action="append", help="只载入这个区县代码，可重复")
        parser.add_argument("--edition", action="append", type=arguments.day, help="只载入这个版本日期，可重复")

    def handle(self, *args, district: list[str] | None, edition: list[date] | None, **options) -> None:
        folder = settings.BASE_DIR / FOLDER
        published = divisions.read_divisions(folder / "divisions.csv")
        wanted = _wanted(published, district, edition)
        divisions.load_upper(folder / "upper.csv")
        for code, day in wanted:
            region = Region.objects.districts().get(code=code)
            try:
                counts = divisions.load_edition(region, day, published[code][day])
            except divisions.OutOfOrder as refused:
                raise CommandError(str(refused)) from refused
            self.stdout.write(f"{region} {day}：新增 {counts['begun']}，终止 {counts['ended']}，沿用 {counts['kept']}")
        mapped = divisions.link_successors(folder / "successors.csv")
        left = divisions.without_successor().count()
        self.stdout.write(f"承继关系：本次对应 {mapped} 个，尚待科员对应 {left} 个")


def _wanted(published: dict, districts: list[str] | None, editions: list[date] | None) -> list[tuple[str, date]]:
    """The districts' editions asked for, oldest first. CommandError for what was never published."""
    codes = districts or sorted(published)
    if unknown := [code for code in codes if code not in published]:
        raise CommandError(f"没有区县 {'、'.join(unknown)} 的区划名录；有：{'、'.join(sorted(published))}。")
    found = [(code, day) for code in codes for day in sorted(published[code]) if not editions or day in editions]
    days = {day for _, day in found}
    if missing := [str(day) for day in editions or [] if day not in days]:
        known = "、".join(str(day) for day in sorted({day for code in codes for day in published[code]}))
        raise CommandError(f"没有 {'、'.join(missing)} 版本的区划名录；有：{known}。")
    return found
