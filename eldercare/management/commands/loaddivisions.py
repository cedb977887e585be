"""loaddivisions: the published divisions of the districts, edition by edition."""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from eldercare import divisions
from eldercare.regions import Region

FOLDER = Path("fixtures/divisions")


class Command(BaseCommand):
    help = "载入行政区划（默认武隆区2019-10-31版；可重复执行）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("--district", action="append", help="区县代码，可重复")
        parser.add_argument("--edition", action="append", type=date.fromisoformat, help="区划版本，可重复")

    def handle(self, *args, district, edition, **options) -> None:
        folder = settings.BASE_DIR / FOLDER
        divisions.load_upper(folder / "upper.csv")
        published = divisions.read_divisions(folder / "divisions.csv")
        for code in district or ["500156"]:
            for day in edition or [date(2019, 10, 31)]:
                region = Region.objects.districts().get(code=code)
                counts = divisions.load_edition(region, day, published[code][day])
                self.stdout.write(
                    f"{region} {day}：新增 {counts['begun']}，终止 {counts['ended']}，沿用 {counts['kept']}"
                )
