"""Units that are written together are locked together, in one order for everybody, before anything else is."""

import re

import factories
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from eldercare.regions import Region
from eldercare.uploads import Upload

pytestmark = pytest.mark.django_db
LOCKS = re.compile(r'SELECT "eldercare_region"\."id".* WHERE "eldercare_region"\."id" IN \((?P<ids>[\d, ]+)\) ORDER BY')


def locked(region: Region, by, kind: str) -> list[set[int]]:
    """What a move of an upload locks beforehand: the units of each locking statement."""
    upload = Upload(kind=kind, region=region, district=region if region.kind == "district" else region.parent)
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        upload.hold(by)
    found = [(query["sql"], LOCKS.search(query["sql"])) for query in queries]
    if connection.features.has_select_for_no_key_update:
        assert all(sql.endswith("FOR NO KEY UPDATE") for sql, match in found if match)
    return [{int(text) for text in match["ids"].split(",")} for _, match in found if match]


def test_a_successors_sheet_locks_its_whole_line_in_one_statement(wulong):
    heir = factories.region("羊角街道")
    line = {heir.pk, *Region.objects.filter(successor=heir).values_list("pk", flat=True)}
    assert len(line) == 3
    assert locked(heir, factories.user("township", heir), "progress") == [line]
    assert locked(heir, factories.user("clerk", wulong), "progress") == [line]


def test_a_township_without_predecessors_needs_no_lock_of_its_own(baima):
    assert locked(baima, factories.user("township", baima), "progress") == []


def test_the_register_sheet_of_one_township_locks_all_of_the_district(wulong, baima):
    townships = set(wulong.below().townships().values_list("pk", flat=True))
    clerk = factories.user("clerk", wulong)
    assert locked(baima, clerk, "facilities") == [townships]
    assert locked(wulong, clerk, "facilities") == [townships | {wulong.pk}]
