"""The database itself refuses to change or delete a ledger row: by raw SQL, by hand, by whatever comes past the models.

SQLite remakes a table to alter it, and its triggers go with the old one: a later migration that alters the ledger sets
them anew with `stand`.
"""

from django.db import migrations

SAID = "拨付台账只增不改；登记错的，请登记追回后重新拨付。"
SQLITE = (
    *(
        f"CREATE TRIGGER subsidies_payment_no_{event.lower()} BEFORE {event} ON subsidies_payment "
        f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        for event in ("UPDATE", "DELETE")
    ),
)
POSTGRESQL = (
    "CREATE FUNCTION subsidies_ledger_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{SAID}' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER subsidies_payment_stands BEFORE UPDATE OR DELETE ON subsidies_payment "
    "FOR EACH ROW EXECUTE FUNCTION subsidies_ledger_stands()",
)
AWAY = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS subsidies_payment_no_update",
        "DROP TRIGGER IF EXISTS subsidies_payment_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS subsidies_payment_stands ON subsidies_payment",
        "DROP FUNCTION IF EXISTS subsidies_ledger_stands()",
    ),
}


def stand(apps, schema_editor) -> None:
    """Set the triggers of the database in use, in place of those that are there."""
    fall(apps, schema_editor)
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def fall(apps, schema_editor) -> None:
    """Take the triggers away."""
    for statement in AWAY[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("subsidies", "0002_claims_budgets_payments")]

    operations = [migrations.RunPython(stand, fall)]
