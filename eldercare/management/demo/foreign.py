"""What stands in the demo's way: it never touches a database that serves, or could serve, anything else."""

from django.conf import settings
from django.db import connection

from eldercare.accounts import User
from eldercare.management.demo import people
from eldercare.policies import Policy
from eldercare.regions import Region
from facilities.models import Facility

SHOWN = 5


def reasons(slugs: set[str]) -> list[str]:
    """Why the demo must not run here, in words; empty when it may. `slugs` are the policies it would load itself."""
    if settings.PRODUCTION:
        return ["这是生产环境（PORTAL_ENV=production）"]
    tables = set(connection.introspection.table_names())
    needed = {model._meta.db_table for model in (User, Policy, Region, Facility)}
    if not tables:
        return []
    if not needed <= tables:
        return ["数据库里有别的数据表，不是本门户建立的"]
    return [text for text in (_policies(slugs), _facilities(), _accounts()) if text]


def _policies(slugs: set[str]) -> str:
    return _named("其他政策", Policy.objects.exclude(slug__in=slugs).values_list("slug", flat=True))


def _facilities() -> str:
    return _named("非演示的设施", Facility.objects.filter(is_demo=False).values_list("code", flat=True))


def _accounts() -> str:
    township_codes = Region.objects.townships().filter(path__startswith=people.path_prefix()).values("code")
    rows = User.objects.exclude(username__in=people.USERNAMES).exclude(username__in=township_codes)
    return _named("其他账号", rows.values_list("username", flat=True))


def _named(label: str, names) -> str:
    count = len(names)
    more = "等" if count > SHOWN else ""
    return f"{label} {count} 个（{'、'.join(names[:SHOWN])}{more}）" if count else ""
