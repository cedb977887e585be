"""The bare writing of what a confirmation wrote: the least that the database takes for the same rows.

The rows are the sheet's dated records, the records that these closed, and the register's rows. Each is written once more
under another key into the real table, with its checks, indexes and foreign keys, in a transaction that is rolled back.
"""

from io import StringIO

import ground

BEYOND = 100_000_000
COPIED = {"id": f"id + {BEYOND}", "facility_id": f"facility_id + {BEYOND}", "code": "'~' || substr(code, 2)"}
"""Columns in which a copy differs from its original, so that both may stand."""


def writing(upload) -> float:
    """Seconds of COPY (PostgreSQL) or executemany (SQLite), prepared beforehand; foreign keys are checked in it."""
    from django.db import connection, transaction

    from facilities.models import Facility, FacilityRecord

    records = FacilityRecord._meta.db_table
    sheet = f"SELECT %s FROM {records} WHERE upload_id = {upload.pk}"
    theirs = sheet % "facility_id"
    closed = f"until = ({sheet % 'MIN(effective_on)'}) AND facility_id IN ({theirs})"
    write = _copy if connection.vendor == "postgresql" else _insert
    with transaction.atomic(), connection.cursor() as cursor:
        took = write(cursor, Facility, f"id IN ({theirs})")
        took += write(cursor, FacilityRecord, f"upload_id = {upload.pk} OR {closed}")
        transaction.set_rollback(True)
    return took


def _columns(model) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _copies(model, condition: str) -> str:
    listed = ", ".join(COPIED.get(name, name) for name in _columns(model))
    return f"SELECT {listed} FROM {model._meta.db_table} WHERE {condition} ORDER BY id"


def _into(model) -> str:
    return f"{model._meta.db_table} ({', '.join(_columns(model))})"


def _copy(cursor, model, condition: str) -> float:
    text = StringIO()
    cursor.cursor.copy_expert(f"COPY ({_copies(model, condition)}) TO STDOUT", text)
    text.seek(0)

    def write() -> None:
        cursor.cursor.copy_expert(f"COPY {_into(model)} FROM STDIN", text)
        ground.check_keys()

    return ground.seconds(write)[0]


def _insert(cursor, model, condition: str) -> float:
    # The connection itself: Django's cursors would look for their own placeholders in every row.
    bare = cursor.connection
    rows = bare.execute(_copies(model, condition)).fetchall()
    places = ", ".join("?" * len(_columns(model)))
    return ground.seconds(lambda: bare.executemany(f"INSERT INTO {_into(model)} VALUES ({places})", rows))[0]
