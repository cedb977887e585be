"""Writing many rows in a fixed number of statements.

PostgreSQL takes any number of rows in one statement. SQLite limits the parameters of a statement, so there one prepared
statement runs over all rows; Django's own batches would grow with the rows.
"""

from collections.abc import Sequence

from django.db import connections, models, router


def insert(rows: Sequence[models.Model]) -> None:
    """Add rows of one model, which get their keys. Call it inside a transaction that already writes."""
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "sqlite":
        model._base_manager.bulk_create(rows)
        return
    for key, row in enumerate(rows, _last_key(connection, model) + 1):
        row.pk = key
    fields = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({places})"
    _run(connection, sql, ([_stored(field, row, connection, add=True) for field in fields] for row in rows))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def overwrite(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write some fields (`village` or `village_id`) of rows of one model that exist."""
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in names]
    if connection.vendor != "sqlite":
        model._base_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=[field.name for field in fields]
        )
        return
    assignments = ", ".join(f"{connection.ops.quote_name(field.column)} = %s" for field in fields)
    key = model._meta.pk
    table, key_column = (connection.ops.quote_name(name) for name in (model._meta.db_table, key.column))
    sql = f"UPDATE {table} SET {assignments} WHERE {key_column} = %s"
    _run(connection, sql, ([_stored(field, row, connection) for field in (*fields, key)] for row in rows))


def _last_key(connection, model: type[models.Model]) -> int:
    """The last key that SQLite gave to this table; its transaction keeps every other writer out until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
        found = cursor.fetchone()
    return found[0] if found else 0


def _stored(field: models.Field, row: models.Model, connection, *, add: bool = False) -> object:
    value = field.pre_save(row, add) if add else getattr(row, field.attname)
    return field.get_db_prep_save(value, connection)


def _run(connection, sql: str, parameters) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(parameters))
