"""Training quotas that apply on a day. Completion joins the figures with the records it is counted from."""

from collections import defaultdict

from eldercare.figures import Scope
from training.models import TrainingQuota


def quotas_by_role(scope: Scope) -> dict[str, dict[int, int | None]]:
    """{role: {year: sum of printed quotas, None where nothing is printed}} of the district: one query."""
    sums: dict[str, dict[int, int | None]] = defaultdict(dict)
    rows = TrainingQuota.objects.filter(table__policy__district=scope.district)
    for role, year, quota in rows.values_list("role", "year", "quota"):
        known = sums[role].get(year)
        sums[role][year] = known if quota is None else (known or 0) + quota
    return dict(sums)
