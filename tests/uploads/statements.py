"""Counting what one request asks of the database."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

# What every page costs whatever it does: transactions, the session, the account, its roles, one line of the audit trail.
EVERY_PAGE = re.compile(
    r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK)"
    r'|"django_session"|FROM "eldercare_user" |"auth_permission"|"auth_group"|INSERT INTO "eldercare_auditrecord"'
)


def own_statements(act) -> list[str]:
    """The statements of one request, without those that every page costs."""
    with CaptureQueriesContext(connection) as queries:
        assert act().status_code in (200, 201)
    return [query["sql"] for query in queries if not EVERY_PAGE.search(query["sql"])]
