"""Arguments that cannot be understood: refused in Chinese on a shell, exit code 2, and nothing is printed but the words."""

import importlib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, load_command_class

import eldercare.management.commands as commands
from eldercare.management.command import PortalCommand

NAMES = sorted(path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py"))
COVERAGE = ["--district", "500156"]
WRONG = {
    "nothing": ("coverage", [], "缺少参数 --district。"),
    "nothing of three": ("importplan", [], "缺少参数 file、--policy、--annex。"),
    "no value": ("coverage", ["--district"], "参数 --district 后面要写一个值。"),
    "a choice there is not": (
        "coverage", [*COVERAGE, "--format", "xml"], "参数 --format 不能是 xml，可用：table、json、csv。",
    ),
    "a day that is none": (
        "coverage", [*COVERAGE, "--as-of", "x"], "参数 --as-of：“x”不是有效日期，请写成 2020-12-31 的形式。",
    ),
    "a month before all records": (
        "importprogress", ["a.csv", "--as", "township", "--period", "0001-01"],
        "参数 --period：“0001-01”不是月份，请写成 2020-12 的形式。",
    ),
    "an option there is not": ("coverage", [*COVERAGE, "--year", "2020"], "不认识参数 --year 2020。"),
    "a number that is none": ("apitoken", ["apiclient", "--days", "x"], "参数 --days 应是整数，不能是 x。"),
    "a value where none belongs": ("demo", ["--no-serve=1"], "参数 --no-serve 不带值，请去掉 1。"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "words", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_arguments_are_explained_in_chinese(name, words, said, capsys):
    with pytest.raises(SystemExit) as left:
        load_command_class("eldercare", name).run_from_argv(["manage.py", name, *words])

    assert left.value.code == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"{said}用法见 manage.py {name} --help。\n")


def test_wrong_arguments_from_code_are_an_error_of_the_command():
    with pytest.raises(CommandError, match=r"^缺少参数 --district。$"):
        call_command("coverage")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_its_arguments_so(name):
    module = importlib.import_module(f"eldercare.management.commands.{name}")
    assert issubclass(module.Command, PortalCommand)
