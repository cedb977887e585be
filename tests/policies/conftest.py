"""All five policies loaded once for a file of tests, and taken back afterwards."""

import pytest
from django.db import transaction
from policyfolders import FIXTURES, SLUGS

from eldercare.management import policyload
from eldercare.policies import Policy


class TakeBack(Exception):
    """Ends a transaction whose work must not stay."""


@pytest.fixture(scope="module")
def all_five(django_db_setup, django_db_blocker):
    """What the load of each folder into a portal without policies did: {slug: changes}."""
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        Policy.objects.all().delete()
        yield {slug: policyload.load(FIXTURES / slug)[1] for slug in SLUGS}
        block.__exit__(TakeBack, TakeBack(), None)


@pytest.fixture
def five(all_five, db):
    """The five policies by slug, stored with everything they hold."""
    return {policy.slug: policy for policy in Policy.objects.select_related("district")}
