"""The kinds of printed tables: what an app declares so that pages and imports can read, write and name its cells."""

from dataclasses import dataclass

from django.db import models

from eldercare.annexes.rows import AnnexEntry, AnnexTable


@dataclass(frozen=True, slots=True)
class AnnexKind:
    """One kind of table: its models, and the fields of an entry that hold the type or role and the number.

    `subject` is also what the reader calls such columns ("type" or "role"); `head` are fields of the table that only
    this kind has.
    """

    code: str
    label: str
    table: type[AnnexTable]
    entry: type[AnnexEntry]
    total: type[models.Model]
    subject: str
    value: str
    head: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """The types or roles in Chinese by code."""
        return dict(self.entry._meta.get_field(self.subject).flatchoices)

    @property
    def subject_label(self) -> str:
        return str(self.entry._meta.get_field(self.subject).verbose_name)

    @property
    def change_permission(self) -> str:
        return f"{self.table._meta.app_label}.change_{self.table._meta.model_name}"

    @property
    def add_permission(self) -> str:
        return f"{self.table._meta.app_label}.add_{self.table._meta.model_name}"

    def admin_address(self, page: str) -> str:
        """Name of an address of this kind's admin pages, for `reverse`."""
        return f"admin:{self.table._meta.app_label}_{self.table._meta.model_name}_{page}"

    @property
    def change_address(self) -> str:
        """Name of the address of a table's own page."""
        return self.admin_address("change")


_kinds: dict[str, AnnexKind] = {}


def declare(kind: AnnexKind) -> None:
    """Register a kind of table."""
    _kinds[kind.code] = kind


def kind_of(model: type[AnnexTable]) -> AnnexKind:
    """The kind whose tables that model holds; KeyError when no app declares one."""
    return {kind.table: kind for kind in _kinds.values()}[model]


def named(code: str) -> AnnexKind:
    """The kind of that code; KeyError when no app declares one."""
    return _kinds[code]
