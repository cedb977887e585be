"""Lists of the admin: statements of every register at 5, 25 and 100 rows a page, in the year of the demo.

python tests/benchmarks/admin_lists.py [--rows 5,25,100]

Each list is asked for as the clerk, those that a clerk does not have as the administrator. Printed are the lists with the
most statements, how many lists ask more often the more rows they show, and which ask for DISTINCT values or count all rows.
"""

import os
import re
from io import StringIO

import ground

ground.prepare()

PASSWORD = "mingxin-2020-pass"
HEADINGS = ("list", "asked as", "rows in it")
CALLER = re.compile(
    r'^(BEGIN|SAVEPOINT|RELEASE)|"django_session"|WHERE "eldercare_user"\."id" = |"auth_permission"'
    r'|"eldercare_user_groups"\."user_id" = '
)
"""What belongs to the person who asks: session, account, roles."""
WHOLE_COUNT = re.compile(r'^SELECT COUNT\(\*\) AS "__count" FROM "\w+"$')
MOST = 8


def main() -> None:
    """Print a line for each register, the ones with the most statements first."""
    options = ground.arguments(__doc__, rows="5,25,100")
    with ground.database():
        _demo()
        lines = sorted(_measured(options.rows), key=lambda line: (-max(line[3 : 3 + len(options.rows)]), line[0]))
    sizes = [f"statements at {rows}" for rows in options.rows]
    ground.say(f"Lists of the admin (at most {MOST})", (*HEADINGS, *sizes, "against the rule"), lines)


def _demo() -> None:
    """The demo's year, which has rows in every register; the policies it loads again stay as they are."""
    from django.core.management import call_command

    os.environ["DEMO_PASSWORD"] = PASSWORD
    call_command("demo", no_serve=True, stdout=StringIO())


def _measured(sizes: list[int]):
    from django.contrib import admin
    from django.test import Client

    from eldercare.accounts import User

    clients = []
    for name in ("clerk", "admin"):
        client = Client()
        client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
        clients.append((name, client))
    for model, register in admin.site._registry.items():
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        name, client = next(((name, one) for name, one in clients if one.get(address).status_code == 200), (None, None))
        if client is not None:
            yield (str(model._meta.label), name, *_list(client, register, address, sizes))


def _list(client, register, address: str, sizes: list[int]) -> tuple:
    counts, broken = [], set()
    for size in sizes:
        register.list_per_page = size
        found = _statements(client, address)
        counts.append(len(found))
        broken |= {"DISTINCT" for sql in found if "SELECT DISTINCT" in sql}
        broken |= {"counts all" for sql in found if WHOLE_COUNT.match(sql)}
    if len(set(counts)) > 1:
        broken.add("grows")
    if max(counts) > MOST:
        broken.add("too many")
    total = client.get(address).context["cl"].result_count
    return total, *counts, ", ".join(sorted(broken)) or "-"


def _statements(client, address: str) -> list[str]:
    """The statements of a page, without those that concern whoever asks."""
    from django.db import connection

    found = []

    def keep(execute, sql, params, many, context):
        if not CALLER.search(sql):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        assert client.get(address).status_code == 200
    return found


if __name__ == "__main__":
    main()
