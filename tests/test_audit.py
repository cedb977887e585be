"""The audit trail: declared actions only, written once, never changed."""

import pytest
from django.db import transaction

from eldercare import audit
from eldercare.audit import ACTIONS, AuditRecord


def test_record_names_who_what_and_where(clerk, baima):
    row = audit.record("export", by=clerk, target=baima, detail={"rows": 3}, address="10.0.0.8")
    row.refresh_from_db()
    assert (row.by_id, row.by_name, row.region_path) == (clerk.pk, "clerk", clerk.region.path)
    assert (row.model, row.object_id, row.object_name) == ("eldercare.region", str(baima.pk), "白马镇")
    assert row.detail == {"rows": 3}
    assert row.address == "10.0.0.8"


def test_record_outlives_the_account(make_user):
    user = make_user("clerk", username="gone")
    row = audit.record("login", by=user)
    user.delete()
    row.refresh_from_db()
    assert row.by_name == "gone"


def test_record_without_a_person(db):
    assert audit.record("login.failed", detail={"username": "x"}).by_id is None


def test_undeclared_action_is_refused(db):
    with pytest.raises(ValueError, match="undeclared"):
        audit.record("made.up")
    assert not AuditRecord.objects.filter(action="made.up").exists()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: AuditRecord.objects.filter(pk=row.pk).update(by_name="别人"),
        lambda row: AuditRecord.objects.filter(pk=row.pk).delete(),
        lambda row: AuditRecord.objects.bulk_update([row], ["by_name"]),
    ],
    ids=["save", "delete", "update", "bulk delete", "bulk update"],
)
def test_record_is_never_changed_or_deleted(clerk, attempt):
    row = audit.record("login", by=clerk)
    with pytest.raises(TypeError), transaction.atomic():
        attempt(row)
    assert AuditRecord.objects.get(pk=row.pk).by_name == "clerk"


def test_every_action_has_a_chinese_label():
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in label) for label in ACTIONS.values())
