"""Writing many rows in one statement of each kind, however many they are.

PostgreSQL takes the rows as one JSON text that it reads as rows of the table, which is near the speed of COPY, needs no
temporary table and hands the new keys back. SQLite runs one prepared statement over all rows, or reads a JSON text too
where the new keys are needed.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import StringIO

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, ForeignKey, IntegerField, JSONField

# What these fields hold as one of these types goes into the database as it is.
PLAIN_FIELDS = (CharField, IntegerField, ForeignKey)
PLAIN_KINDS = {str, int, type(None)}
_JSON = json.JSONEncoder(ensure_ascii=False)


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


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[tuple]) -> None:
    """Add rows of prepared values (`Prepared`, or as the database gave them) in the columns of that name."""
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.copy_expert(f"COPY {table} ({quoted}) FROM STDIN", StringIO(_copied(rows)))
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({places})", rows)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[tuple]) -> None:
    """Write prepared values into columns of rows that exist; each ends with its key."""
    if not rows or not names:
        return
    connection = connections[router.db_for_write(model)]
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in names]
    table, key = connection.ops.quote_name(model._meta.db_table), model._meta.pk.column
    columns = _columns(connection, fields)
    if connection.vendor == "postgresql":
        pairs = ", ".join(f"{column} = given.{column}" for column in columns)
        lists = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
        given = f"unnest({lists}, %s::bigint[]) AS given ({', '.join(columns)}, key)"
        texts = [_array(column) for column in zip(*rows, strict=True)]
        _run(connection, f"UPDATE {table} SET {pairs} FROM {given} WHERE {table}.{key} = given.key", *texts)
        return
    pairs = ", ".join(f"{column} = %s" for column in columns)
    _run_each(connection, f"UPDATE {table} SET {pairs} WHERE {key} = %s", rows)


def set_all(model: type[models.Model], name: str, value: object, keys: Sequence[int]) -> None:
    """Give one column of many rows the same value."""
    if not keys:
        return
    connection = connections[router.db_for_write(model)]
    table, key = connection.ops.quote_name(model._meta.db_table), model._meta.pk.column
    listed = "= ANY(%s::bigint[])" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    given = _array(keys) if connection.vendor == "postgresql" else json.dumps(keys)
    _run(connection, f"UPDATE {table} SET {connection.ops.quote_name(name)} = %s WHERE {key} {listed}", value, given)


def free_keys(connection: BaseDatabaseWrapper, model: type[models.Model], count: int) -> str:
    """An expression that a statement may return: keys for so many rows that are added in the same transaction.

    On SQLite it is the last key used, and good only under the write lock that the statement takes.
    """
    table, key = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "postgresql":
        numbers = f"pg_get_serial_sequence('{table}', '{key}')"
        return f"(SELECT array_agg(nextval({numbers})) FROM generate_series(1, {int(count)}))"
    return f"(SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = '{table}')"


def keys_of(given: int | list[int], count: int) -> Sequence[int]:
    """The keys out of what `free_keys` gave."""
    return range(given + 1, given + count + 1) if isinstance(given, int) else given


class Prepared:
    """Values as the database takes them, by column; most columns hold few different ones, each worked out once.

    Texts and whole numbers are those of text and integer columns, lists those of JSON columns.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self._connection = connections[router.db_for_write(model)]
        self._fields = {field.attname: field for field in model._meta.concrete_fields}
        self._known: dict[tuple[str, object], object] = {}

    def value(self, name: str, value: object) -> object:
        """One value of one column."""
        kind = type(value)
        if kind in PLAIN_KINDS:
            return value
        if kind is list or kind is dict:
            return as_json(value)
        key = name, value
        if key not in self._known:
            field = self._fields[name]
            self._known[key] = getattr(field, "target_field", field).get_db_prep_save(value, self._connection)
        return self._known[key]

    def values(self, given: dict) -> dict:
        """Values by column name."""
        return {name: v if type(v) in PLAIN_KINDS else self.value(name, v) for name, v in given.items()}


def as_json(value: object) -> str:
    """The text that a JSON column takes."""
    return _JSON.encode(value)


def _copied(rows: Sequence[tuple]) -> str:
    """Rows in the text form of COPY."""
    columns = []
    for column in zip(*rows, strict=True):
        known = {value: _field(value) for value in set(column)}
        columns.append(map(known.__getitem__, column))
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r") if not text.isprintable() else text


def _array(values: Iterable[object]) -> str:
    """A list in the text form of an array."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


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
