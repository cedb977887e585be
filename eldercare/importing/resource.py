"""A register as a Resource: scoped, permitted, checked by its model, audited; its columns are those of its sheet."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from eldercare import audit
from eldercare.brokenrules import broken_rule
from eldercare.importing.formats import UNREAD
from eldercare.sheets.columns import NUMERIC, Reading, Sheet

READ_AT_A_TIME = 2000


class AsRead(Widget):
    """A value that the sheet's column has parsed already; a blank text is "" where the model keeps texts."""

    def __init__(self, field: models.Field | None) -> None:
        super().__init__()
        self.is_text = isinstance(field, models.CharField | models.TextField) and not field.null

    def clean(self, value, row=None, **kwargs):
        return "" if value is None and self.is_text else value

    def render(self, value, obj=None, **kwargs):
        return value


class Changes:
    """Old → new of one row by column, in place of the package's HTML diff."""

    def __init__(self, resource: "RegisterResource", instance: models.Model, new: bool) -> None:
        self.old = {} if new else resource.shown(instance)
        self.new: dict[str, str] = {}

    def compare_with(self, resource: "RegisterResource", instance: models.Model) -> None:
        self.new = resource.shown(instance)

    def as_html(self) -> list[tuple[str, str, str]]:
        return [(key, self.old.get(key, ""), text) for key, text in self.new.items() if text != self.old.get(key, "")]


class RegisterResource(ModelResource):
    """Base of the registers' resources; made for one person, whose scope and permissions it keeps to.

    `sheet` declares the columns. `paths` leads from a column to what is exported (default: the column's key); `readonly`
    columns are exported and, when a file holds them, passed over. A subclass that can be imported names in `keys` the
    columns that tell one row from another, gives `key_of(instance)` in the same order, and turns names into rows in
    `meant(row)`. With no `keys` it is for export alone.
    """

    sheet: ClassVar[Sheet]
    paths: ClassVar[dict[str, str]] = {}
    attributes: ClassVar[dict[str, str]] = {}
    readonly: ClassVar[frozenset[str]] = frozenset()
    keys: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ()

    class Meta:
        # skip_diff would silently switch skip_unchanged off, and every row would be written again.
        skip_unchanged = True
        skip_diff = False
        report_skipped = True
        use_transactions = True
        clean_model_instances = True
        store_instance = True

    def __init__(self, *, by, reading: Reading | None = None, filename: str = "", **kwargs) -> None:
        super().__init__(**kwargs)
        self.by, self.reading, self.filename = by, reading or Reading(), filename
        self.existing: dict[tuple, models.Model] = {}
        self.unmeant: dict[str, ValidationError] = {}
        self.unfound: set[str] = set()
        self.key: tuple = ()
        self.fields = {column.key: self._field(column.key) for column in self.sheet.columns}

    def _field(self, key: str) -> Field:
        attribute = self.attributes.get(key, key)
        known = {field.name: field for field in self._meta.model._meta.concrete_fields}
        return Field(attribute, key, AsRead(known.get(attribute)), readonly=key in self.readonly)

    # What is seen

    def get_queryset(self) -> QuerySet:
        return self._meta.model._default_manager.visible_to(self.by).select_related(*self.related)

    def may(self, verb: str) -> bool:
        """Whether the person may add or change rows of this register."""
        options = self._meta.model._meta
        return self.by.has_perm(f"{options.app_label}.{verb}_{options.model_name}")

    def shown(self, instance: models.Model) -> dict[str, str]:
        """The columns of a row as text."""
        return {column.key: column.show(self._plain(column.key, instance)) for column in self.sheet.columns}

    def _plain(self, key: str, instance: models.Model) -> object:
        if key in self.readonly or key in self.paths:
            value = instance
            for part in self.paths.get(key, key).split("__"):
                value = getattr(value, part, None)
            return value
        return self.fields[key].get_value(instance)

    # One row in

    def key_of(self, instance: models.Model) -> tuple:
        """What tells this row from the others: the values of `keys`, other rows by their database key."""
        raise NotImplementedError

    def meant(self, row: dict) -> None:
        """Turn names and codes of a row into rows, by `look`."""

    def look(self, row: dict, key: str, find: Callable[[], object]) -> None:
        """Put what `find` finds in the place of a name; its ValidationError({column key: message}) is the cell's."""
        try:
            row[key] = find()
        except ValidationError as error:
            self.unmeant = error.update_error_dict(self.unmeant)
            self.unfound.add(self.attributes.get(key, key))
            row.pop(key, None)

    def judged(self, instance: models.Model, new: bool) -> None:
        """Rules of the register beside those of the model; ValidationError({column key: message})."""

    def signed(self, instance: models.Model) -> None:
        """Write the person into a row that is new."""

    def read(self, key: str) -> set:
        """What the file holds in a column."""
        return {row.values[key] for row in self.reading.rows if row.values.get(key)}

    def before_import(self, dataset, **kwargs) -> None:
        rows = self.get_queryset()
        if not self._is_dry_run(kwargs):
            rows = rows.select_for_update(of=("self",))
        self.existing = {self.key_of(instance): instance for instance in rows}

    def before_import_row(self, row, **kwargs) -> None:
        """Keep what was read, and look up what it means."""
        self.unmeant, self.unfound = {}, set()
        for key in [key for key, value in row.items() if value is UNREAD]:
            del row[key]
        self.meant(row)
        self.key = tuple(getattr(row.get(key), "pk", row.get(key)) for key in self.keys)

    def get_instance(self, instance_loader, row):
        return self.existing.get(self.key)

    def import_instance(self, instance, row, **kwargs) -> None:
        errors = dict(self.unmeant)
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True) -> None:
        """The model's own rules, then the register's; all of them at once."""
        errors = dict(import_validation_errors or {})
        new = instance.pk is None
        if not self.may("add" if new else "change"):
            refused = "您的角色不能新增" if new else "您的角色不能修改已登记的行"
            errors.setdefault(NON_FIELD_ERRORS, []).append(ValidationError(refused))
        try:
            instance.full_clean(exclude=(set(errors) | self.unfound) - {NON_FIELD_ERRORS})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        try:
            self.judged(instance, new)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def before_save_instance(self, instance, row, **kwargs) -> None:
        if instance.pk is None:
            self.signed(instance)

    def do_instance_save(self, instance, is_create) -> None:
        """A savepoint of its own, so that one refused row does not spoil the reading of the others."""
        with transaction.atomic():
            instance.save(force_insert=is_create)

    def after_import_row(self, row, row_result, **kwargs) -> None:
        """One audit record a written row, with the fields and the file they came from."""
        if self._is_dry_run(kwargs) or row_result.is_skip():
            return
        headings = [self.sheet[key].heading for key, _, _ in row_result.diff]
        place = self.reading.rows[kwargs["row_number"] - 1]
        source = f"来自 {self.filename} {place.sheet} 第 {place.number} 行"
        action = "record.created" if row_result.is_new() else "record.changed"
        detail = {"fields": [*headings, source]}
        audit.record(action, by=self.by, target=row_result.instance, detail=detail)

    def after_import(self, dataset, result, **kwargs) -> None:
        """No sequence is reset, no key was given by hand; instead the scope is looked at again, after the writing."""
        written = {row.object_id for row in result.rows if row.is_new() or row.is_update()}
        if self.get_queryset().filter(pk__in=written).count() != len(written):
            raise ValidationError("有行不在您的管理范围内，没有写入任何数据。")

    @classmethod
    def get_diff_class(cls):
        return Changes

    # The whole register out

    def rows(self, queryset: QuerySet) -> Iterator[list[object]]:
        """The columns of every row, streamed from one query; numbers and dates stay what they are."""
        paths = [self.paths.get(column.key, column.key) for column in self.sheet.columns]
        cells = [column.cell if column.kind not in NUMERIC else None for column in self.sheet.columns]
        for values in queryset.values_list(*paths).iterator(chunk_size=READ_AT_A_TIME):
            yield [cell(value) if cell else value for cell, value in zip(cells, values, strict=True)]

    def headings(self) -> list[str]:
        return [column.heading for column in self.sheet.columns]


def broken(error: Exception) -> str:
    """What to tell of an exception that a row ended in."""
    return broken_rule(error) if isinstance(error, IntegrityError) else str(error)
