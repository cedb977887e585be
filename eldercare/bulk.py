"""Writing many rows in one statement of each kind, however many they are.

PostgreSQL takes the rows as one JSON text that it reads as rows of the table, which is near the speed of COPY, needs no
temporary table and hands the new keys back. SQLite runs one prepared statement over all rows, or reads a JSON text too
where the new keys are needed.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, ForeignKey, IntegerField, JSONField

# What these fields hold as one of these types goes into the database as it is.
PLAIN_FIELDS = (CharField, IntegerField, ForeignKey)
PLAIN_KINDS = {str, int, type(None)}


def insert(rows: Sequence[models.Model], *, keyed: bool = True) -> None:
    """Add rows of one model, which get their keys; without `keyed`, when nobody needs them, they may not."""
    if not rows:
        return
    model, connection = _where(rows)
    if connection.vendor == "postgresql":
        _insert_json(connection, model, rows)
    elif keyed:
        _insert_list(connection, model, rows)
    else:
        _insert_each(connection, model, rows)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def overwrite(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some fields (`village` or `village_id`) of rows of one model that exist."""
    if not rows:
        return
    model, connection = _where(rows)
    key = model._meta.pk
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in names]
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        pairs = ", ".join(f"{column} = given.{column}" for column in _columns(connection, fields))
        sql = f"UPDATE {table} SET {pairs} FROM json_populate_recordset(NULL::{table}, %s) AS given"
        _run(connection, f"{sql} WHERE {table}.{key.column} = given.{key.column}", _as_json([*fields, key], rows))
        return
    pairs = ", ".join(f"{column} = %s" for column in _columns(connection, fields))
    sql = f"UPDATE {table} SET {pairs} WHERE {connection.ops.quote_name(key.column)} = %s"
    _run_each(connection, sql, _prepared([*fields, key], rows, connection))


def _where(rows: Sequence[models.Model]) -> tuple[type[models.Model], BaseDatabaseWrapper]:
    model = type(rows[0])
    return model, connections[router.db_for_write(model)]


def _columns(connection, fields: Iterable[models.Field]) -> list[str]:
    return [connection.ops.quote_name(field.column) for field in fields]


def _insert_json(connection, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Rows come back in the order in which they were given: one plain scan feeds the insert."""
    fields, into = _into(connection, model)
    columns, table = ", ".join(_columns(connection, fields)), connection.ops.quote_name(model._meta.db_table)
    sql = f"INSERT {into} SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
    _run_keyed(connection, sql, _as_json(fields, rows), rows)


def _as_json(fields: list[models.Field], rows: Sequence[models.Model]) -> str:
    """The rows as PostgreSQL reads them: numbers and days as texts, what is JSON in the table as it is."""
    names = [field.column for field in fields]
    columns = [_column(field, rows, _as_it_is if isinstance(field, JSONField) else _prepare(field)) for field in fields]
    listed = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return json.dumps(listed, ensure_ascii=False, default=str)


def _prepare(field: models.Field):
    """How a value of the field is prepared; a relation's is that of the key it holds."""
    return getattr(field, "target_field", field).get_prep_value


def _as_it_is(value: object) -> object:
    return value


def _insert_list(connection, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    fields, into = _into(connection, model)
    values = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(fields)))
    given = json.dumps(_prepared(fields, rows, connection), ensure_ascii=False, default=str)
    _run_keyed(connection, f"INSERT {into} SELECT {values} FROM json_each(%s)", given, rows)


def _insert_each(connection, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    fields, into = _into(connection, model)
    places = ", ".join(["%s"] * len(fields))
    _run_each(connection, f"INSERT {into} VALUES ({places})", _prepared(fields, rows, connection))


def _into(connection, model: type[models.Model]) -> tuple[list[models.Field], str]:
    """The fields to fill, the database numbering the rows itself, and the clause that names them."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    table = connection.ops.quote_name(model._meta.db_table)
    return fields, f"INTO {table} ({', '.join(_columns(connection, fields))})"


def _prepared(fields: Iterable[models.Field], rows: Sequence[models.Model], connection) -> list[tuple]:
    """The rows as parameters."""
    columns = [_column(field, rows, partial(field.get_db_prep_save, connection=connection)) for field in fields]
    return list(zip(*columns, strict=True))


def _column(field: models.Field, rows: Sequence[models.Model], prepare: Callable) -> list:
    """One field of all rows as the database takes it: most hold plain values, or few different ones."""
    name = field.attname
    values = [row.__dict__[name] for row in rows]
    kinds = set(map(type, values))
    if isinstance(field, JSONField):
        return [prepare(value) for value in values]
    if isinstance(field, PLAIN_FIELDS) and kinds <= PLAIN_KINDS:
        return values
    known = {value: prepare(value) for value in set(values)}
    return [known[value] for value in values]


def _run_keyed(connection, sql: str, given: str, rows: Sequence[models.Model]) -> None:
    """Run an insert of all rows and give each the key that came back for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING {rows[0]._meta.pk.column}", [given])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


def _run(connection, sql: str, *parameters) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _run_each(connection, sql: str, parameters: list[tuple]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, parameters)
