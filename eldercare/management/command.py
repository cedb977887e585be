"""The base of the portal's commands: arguments that cannot be understood are refused in the bureau's language."""

import re

from django.core.management.base import BaseCommand, CommandError, CommandParser

WORDS = (
    (r"the following arguments are required: (.+)", "缺少参数 {}"),
    (r"unrecognized arguments: (.+)", "不认识参数 {}"),
    (r"ambiguous option: (\S+) could match (.+)", "参数 {} 没有写全，可能是 {}"),
    (r"argument (.+?): expected one argument", "参数 {} 后面要写一个值"),
    (r"argument (.+?): ignored explicit argument (.+)", "参数 {} 不带值，请去掉 {}"),
    (r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)", "参数 {} 不能是 {}，可用：{}"),
    (r"argument (.+?): invalid int value: (.+)", "参数 {} 应是整数，不能是 {}"),
    (r"argument (.+?): (.+)", "参数 {}：{}"),
)
"""What argparse says, and how we say it; the last one keeps words that are our own already."""


def in_chinese(message: str) -> str:
    """A complaint of argparse in the bureau's words; one that is not known stays as it is."""
    for pattern, words in WORDS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return words.format(*(part.replace("'", "").replace(", ", "、") for part in found.groups()))
    return message


class PortalCommand(BaseCommand):
    """A command whose arguments are explained in Chinese: exit code 2 on a shell, CommandError from code."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def error(message: str) -> None:
            said = in_chinese(message).rstrip("。")
            if not parser.called_from_command_line:
                raise CommandError(f"{said}。", returncode=2)
            parser.exit(2, f"{said}。用法见 {parser.prog} --help。\n")

        parser.error = error
        return parser
