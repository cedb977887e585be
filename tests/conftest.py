"""The ground every test stands on: 武隆 and its policy loaded once, one account a role, and a served portal where asked for."""

import os
from io import StringIO
from pathlib import Path

import factories
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from portal import browser, page, portal, portal_template

__all__ = ["browser", "page", "portal", "portal_template"]

ROOT = Path(__file__).resolve().parent.parent
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
POSTGRESQL_MISSING = "需要 PostgreSQL：请设置 DATABASE_URL=postgres://…"


def pytest_addoption(parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="a test that would be skipped fails; used by .ci/run")


def pytest_collection_modifyitems(config, items) -> None:
    """PostgreSQL's own tests skip with the reason on SQLite; where nothing may skip, SQLite's run leaves them out."""
    if ON_POSTGRESQL:
        return
    others = [item for item in items if item.get_closest_marker("postgresql")]
    if config.getoption("--no-skips"):
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)
        return
    for item in others:
        item.add_marker(pytest.mark.skip(reason=POSTGRESQL_MISSING))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return _skip_as_failure(item.config, report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    return _skip_as_failure(collector.config, report)


def _skip_as_failure(config, report):
    if report.skipped and not hasattr(report, "wasxfail") and config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may be skipped here: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory):
    """Files go to a temporary folder; passwords of test accounts need no slow hash."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    folders = {"MEDIA_ROOT": tmp_path_factory.mktemp("files"), "STATIC_ROOT": tmp_path_factory.mktemp("static")}
    with override_settings(PASSWORD_HASHERS=hashers, **folders):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The divisions of all districts in all editions and the policy of 武隆, loaded once for all tests of this process."""
    with django_db_blocker.unblock():
        call_command("loaddivisions", stdout=StringIO())
        call_command("loadpolicy", str(ROOT / "fixtures/wulong-2020"), stdout=StringIO())


@pytest.fixture(autouse=True)
def _no_memory():
    """Throttles count per account number, parsed editions per edition; numbers come back when a test's rows are rolled back."""
    from facilities.standards import PARSED

    cache.clear()
    PARSED.clear()


@pytest.fixture
def wulong(db):
    """武隆区."""
    return factories.region("武隆区")


@pytest.fixture
def baima(db):
    """白马镇, the township of `township_user`."""
    return factories.region("白马镇")


@pytest.fixture
def jiangkou(db):
    """江口镇, a township that is foreign to `township_user`."""
    return factories.region("江口镇")


@pytest.fixture
def make_user(db):
    """make_user(role, region=None, username=None) -> User."""
    return factories.user


@pytest.fixture
def clerk(wulong):
    return factories.user("clerk", wulong, "clerk")


@pytest.fixture
def reviewer(wulong):
    return factories.user("reviewer", wulong, "reviewer")


@pytest.fixture
def approver(wulong):
    return factories.user("approver", wulong, "approver")


@pytest.fixture
def township_user(baima):
    return factories.user("township", baima, "township")


@pytest.fixture
def leader(wulong):
    return factories.user("leader", wulong, "leader")


@pytest.fixture
def apiclient(wulong):
    return factories.user("apiclient", wulong, "apiclient")


@pytest.fixture
def sysadmin(wulong):
    return factories.user("admin", wulong, "admin")


@pytest.fixture
def client_for():
    """client_for(user) -> a test client that is signed in as that account."""

    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def register(baima):
    """register(township=白马镇, type="VILLAGE_POINT", on=…, **state) -> a facility with its first dated record."""

    def make(township=baima, type="VILLAGE_POINT", **state):
        return factories.facility(township, type, **state)

    return make
