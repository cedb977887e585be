"""When a clerk settles what a printed name means, the plan rows that wait for it are linked, and unlinked when it is rejected."""

from eldercare import review
from eldercare.names import RegionAlias
from plans.models import PlanTarget


def _link(alias: RegionAlias, event, by) -> None:
    rows = PlanTarget.objects.filter(table__policy__district=alias.district, unit=alias.name, region__isnull=True)
    rows.update(region=alias.region)


def _unlink(alias: RegionAlias, event, by) -> None:
    rows = PlanTarget.objects.filter(table__policy__district=alias.district, unit=alias.name, region=alias.region)
    rows.update(region=None)


def connect() -> None:
    """Follow the decisions on names."""
    review.after(RegionAlias, "confirm", _link)
    review.after(RegionAlias, "reject", _unlink)
