"""Reviews decided before cases were assigned: who decided them was their reviewer."""

from django.db import migrations
from django.db.models import F


def name_reviewers(apps, schema_editor) -> None:
    reviews = apps.get_model("facilities", "AcceptanceReview")
    decided = reviews.objects.filter(decided_by__isnull=False, reviewer__isnull=True)
    decided.update(reviewer=F("decided_by"), assigned_by=F("decided_by"), assigned_at=F("decided_at"))
    reviews.objects.exclude(status__in=["accepted", "revoked"]).update(frozen=None)


class Migration(migrations.Migration):
    dependencies = [("facilities", "0002_review_workflow")]

    operations = [migrations.RunPython(name_reviewers, migrations.RunPython.noop)]
