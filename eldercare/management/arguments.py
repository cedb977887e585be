"""Arguments that several commands take, read exactly and refused in words."""

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from eldercare import clock
from eldercare.regions import Region


def day(text: str) -> date:
    """A date written YYYY-MM-DD."""
    found = clock.asked_day(text)
    if found is None:
        raise ArgumentTypeError(f"“{text}”不是有效日期，请写成 2020-12-31 的形式。")
    return found


def month(text: str) -> date:
    """The first day of a month written YYYY-MM."""
    found = clock.asked_day(f"{text}-01")
    if found is None:
        raise ArgumentTypeError(f"“{text}”不是月份，请写成 2020-12 的形式。")
    return found


def add_district(parser) -> None:
    """--district and --as-of, as reading commands take them."""
    parser.add_argument("--district", required=True, help="区县代码，例如 500156")
    parser.add_argument("--as-of", type=day, help="统计日期 YYYY-MM-DD（默认今天；演示区县为演示年度末）")


def district(code: str) -> Region:
    """The district of a code. CommandError when there is none."""
    found = Region.objects.districts().filter(code=code, valid_to__isnull=True).first()
    if found is None:
        known = "、".join(f"{row.code} {row}" for row in Region.objects.districts().filter(valid_to__isnull=True)[:20])
        raise CommandError(f"没有代码为 {code} 的区县。已载入：{known or '无（请先运行 loaddivisions）'}。")
    return found
