#!/usr/bin/env python3
"""Command line of the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eldercare.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit(
            "没有找到 Django。请先按 README 建立虚拟环境并安装：\n"
            "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ."
        ) from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
