"""Where the five policies lie, in the order they are loaded."""

from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SLUGS = ("wulong-2020", "wuxi-2021", "xqu-2020", "gongqing-2020", "changshou-2023")
