"""The house rules that a reader relies on, read from the source: one-way imports, pure rules, tied fields, short files."""

import ast
import re
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import models

from eldercare.accounts import ROLES
from eldercare.regions import Region
from eldercare.review import Reviewable
from eldercare.scoping import Scoped
from facilities.records import DatedRecord

ROOT = Path(__file__).resolve().parent.parent
APPS = ("facilities", "plans", "subsidies", "training")
PACKAGES = ("eldercare", *APPS)
# The composition root joins the apps; nothing may import it back.
COMPOSITION = ("eldercare.urls", "eldercare.apiurls", "eldercare.dashboard", "eldercare.management")
MAY_IMPORT = {
    "eldercare": (),
    "facilities": ("eldercare",),
    "plans": ("eldercare", "facilities"),
    "subsidies": ("eldercare", "facilities", "plans"),
    "training": ("eldercare",),
}
# Reading a file or applying a rule needs no framework: these run in a child process and in property tests.
PURE = {"eldercare.sheets": ("eldercare.sheets",), "facilities.rules": ("facilities.rules",)}
ENTRANCES = {"admin", "api", "urls", "views", "apps"}
DOERS = {"services", "statistics", "history", "checks", "loading", "knowledge", "resources", "progress"}

MAX_FILE, MAX_FUNCTION = 300, 45
UNFINISHED = r"#\s*(?:TO" r"DO|FIX" r"ME|XX" r"X|HACK)\b"

# Rows without an owner in the region tree, and why.
NOT_SCOPED = {
    "eldercare.AuditRecord": "keyed to nothing so that it outlives what it describes; read by the administrator alone",
    "eldercare.ReviewEvent": "keyed to nothing; reached only through the row it is about",
    "eldercare.StagedRows": "part of its Upload and reached only through it",
    "facilities.FunctionZone": "a catalogue of names that all districts share",
    "facilities.SerialCounter": "a counter that no page shows",
}
# Moments that no person of ours makes, and why.
NOBODY_S_MOMENT = {
    "eldercare.ApiToken.issued_at": "the issue is an audit record with its person",
    "eldercare.ApiToken.expires_at": "comes by itself",
    "eldercare.ApiToken.last_used_at": "the account is the token's own",
    "eldercare.Policy.loaded_at": "a command loads it; the audit trail has the load",
    "facilities.FacilityRecord.retracted_at": "follows from undoing the upload, which has its person",
    "training.Person.created_at": "comes with the first roster entry, which has its person",
}


def sources(*packages: str) -> list[Path]:
    """The project's Python files, migrations left out."""
    found = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in sources(*PACKAGES)}


def imported(name: str, tree: ast.AST) -> set[str]:
    """Dotted names that a module's source imports; of the project's own, the module that a name lives in."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = node.module if not node.level else ".".join(filter(None, [home(name, node.level), node.module]))
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                names.add(inner if inner in modules() else source)
    return names


def home(name: str, level: int) -> str:
    """The package that a relative import of a module starts from."""
    parts = name.split(".")
    up = level - 1 if (ROOT / Path(*parts) / "__init__.py").exists() else level
    return ".".join(parts[: len(parts) - up])


def at_load(tree: ast.Module) -> ast.Module:
    """The statements that run when a module is imported: functions, and imports that only name types, left out."""
    body = [node for node in tree.body if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.If))]
    return ast.Module(body=body, type_ignores=[])


def inside(name: str, packages) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_imports_run_one_way():
    wrong = []
    for name, tree in modules().items():
        own = name.partition(".")[0]
        if inside(name, COMPOSITION):
            continue
        for target in imported(name, tree):
            package = target.partition(".")[0]
            if package in PACKAGES and package != own and package not in MAY_IMPORT[own]:
                wrong.append(f"{name} imports {target}")
            if inside(target, COMPOSITION):
                wrong.append(f"{name} imports {target}, which belongs to the composition root")
    assert not wrong, "\n".join(wrong)


def test_rules_and_sheets_are_pure():
    wrong = []
    for package, own in PURE.items():
        for name, tree in modules().items():
            if inside(name, [package]):
                for target in imported(name, tree):
                    foreign = target.partition(".")[0] in PACKAGES and not inside(target, own)
                    if foreign or inside(target, ["django", "rest_framework"]):
                        wrong.append(f"{name} imports {target}")
    assert not wrong, "\n".join(wrong)


def test_models_know_nothing_of_what_is_built_on_them():
    defining = {model.__module__ for model in apps.get_models()}
    wrong = [
        f"{name} imports {target}"
        for name in defining & set(modules())
        for target in imported(name, modules()[name])
        if target.partition(".")[0] in APPS and set(target.split(".")[1:]) & (ENTRANCES | DOERS)
    ]
    assert not wrong, "\n".join(wrong)


def test_services_and_statistics_know_no_admin_or_api():
    wrong = [
        f"{name} imports {target}"
        for name, tree in modules().items()
        if inside(name, APPS) and not set(name.split(".")) & ENTRANCES
        for target in imported(name, tree)
        if target.partition(".")[0] in PACKAGES and set(target.split(".")[1:]) & {"admin", "api", "adminbase"}
    ]
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: imported(name, at_load(tree)) & set(modules()) for name, tree in modules().items()}
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join([*path[path.index(name) :], name])
        if name not in done:
            for target in graph[name] - {name}:
                walk(target, (*path, name))
            done.add(name)

    for name in graph:
        walk(name, ())


@pytest.mark.parametrize("path", sources(*PACKAGES), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno - node.lineno < MAX_FUNCTION, node.name


def test_nothing_is_left_to_do():
    wrong = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in sources(*PACKAGES, "tests")
        for word in re.findall(UNFINISHED, path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "\n".join(wrong)


INLINE = {
    "script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "script address": re.compile(r"=\s*[\"']?javascript:", re.IGNORECASE),
}
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_has_nothing_that_the_content_policy_would_block(path):
    text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not [what for what, pattern in INLINE.items() if pattern.search(text)]


def test_no_migration_is_missing(db):
    said = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=said)
    assert "No changes detected" in said.getvalue() or "没有" in said.getvalue()


OWN = [model for model in apps.get_models() if model.__module__.partition(".")[0] in PACKAGES]
REVIEWABLES = [model for model in OWN if issubclass(model, Reviewable)]


def by_label(model) -> str:
    return model._meta.label


def test_every_model_is_scoped_or_says_why_not():
    unscoped = {model._meta.label for model in OWN if not hasattr(model, "scope_lookups")}
    assert unscoped == set(NOT_SCOPED)


@pytest.mark.parametrize("model", [m for m in OWN if hasattr(m, "scope_lookups")], ids=by_label)
def test_scope_leads_to_the_path_of_a_region(model):
    assert model.scope_lookups
    for lookup in model.scope_lookups:
        *relations, last = lookup.split("__")
        owner = model
        for relation in relations:
            owner = owner._meta.get_field(relation).related_model
        assert (owner, last) == (Region, "path"), lookup
    assert hasattr(model._default_manager.all(), "visible_to")
    assert issubclass(model, Scoped) or model._meta.label == "eldercare.User"


def test_every_moment_has_its_person_or_says_why_not():
    alone = {
        f"{model._meta.label}.{field.name}"
        for model in OWN
        for field in model._meta.concrete_fields
        if field.name.endswith("_at")
        and f"{field.name.removesuffix('_at')}_by" not in {other.name for other in model._meta.concrete_fields}
    }
    assert alone == set(NOBODY_S_MOMENT)


@pytest.mark.parametrize("model", OWN, ids=by_label)
def test_model_inherits_the_constraints_of_its_abstract_parents(model):
    names = {constraint.name for constraint in model._meta.constraints}
    filling = {"app_label": model._meta.app_label, "class": model._meta.model_name}
    for parent in model.__mro__[1:]:
        if issubclass(parent, models.Model) and getattr(parent, "_meta", None) and parent._meta.abstract:
            wanted = {constraint.name % filling for constraint in parent._meta.constraints}
            assert wanted <= names, parent.__name__


def test_dated_records_end_after_they_begin():
    dated = [model for model in OWN if issubclass(model, DatedRecord)]
    assert len(dated) >= 4
    for model in dated:
        assert any(c.name.endswith("_ends_after_it_begins") for c in model._meta.constraints), model


@pytest.mark.parametrize("model", REVIEWABLES, ids=by_label)
def test_moves_are_sound(model):
    known = set(Permission._meta.default_permissions)
    permissions = {
        f"{m._meta.app_label}.{name}"
        for m in OWN
        for name in (*(f"{verb}_{m._meta.model_name}" for verb in known), *(p[0] for p in m._meta.permissions))
    }
    verbs = [move.verb for move in model.MOVES]
    assert len(verbs) == len(set(verbs)) > 0
    for move in model.MOVES:
        assert {*move.sources, move.target} <= set(model.Status.values), move.verb
        assert move.permission in permissions, move.verb
        assert any(move.permission in role.permissions for role in ROLES), f"nobody may {move.verb}"
        for stamp in {*move.clears, *filter(None, [move.stamps])}:
            assert {f"{stamp}_at", f"{stamp}_by"} <= {field.name for field in model._meta.concrete_fields}, move.verb
        for person in move.apart_from:
            assert model._meta.get_field(person).related_model._meta.label == "eldercare.User"


@pytest.mark.parametrize("model", REVIEWABLES, ids=by_label)
def test_status_is_closed_and_tied_to_time_and_person(model):
    assert not model._meta.get_field("status").editable
    assert model.MOVES[0].sources
    checked = " ".join(str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint))
    assert "status" in checked
    for stamp in {move.stamps for move in model.MOVES if move.stamps}:
        assert f"{stamp}_at" in checked, stamp
        assert f"{stamp}_by" in checked, stamp


def test_every_permission_that_a_role_names_exists(db):
    stored = {f"{app}.{name}" for app, name in Permission.objects.values_list("content_type__app_label", "codename")}
    assert not {name for role in ROLES for name in role.permissions} - stored


@pytest.mark.parametrize("model", OWN, ids=by_label)
def test_model_speaks_chinese(model):
    han = re.compile("[\u4e00-\u9fff]")
    assert han.search(str(model._meta.verbose_name))
    for field in model._meta.concrete_fields:
        if field.editable and not field.primary_key and field.model.__module__.partition(".")[0] in PACKAGES:
            assert han.search(str(field.verbose_name)), field.name
