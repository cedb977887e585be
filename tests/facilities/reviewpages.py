"""A township centre of 白马镇 on its way through acceptance, and the addresses of its review's page."""

import pytest
from django.urls import reverse

from eldercare import review
from facilities import services
from facilities.models import Declaration

QUEUE = reverse("admin:facilities_acceptancereview_changelist")
ZONES = ["托养护理", "生活照料", "医疗保健", "文体活动"]


def page(row) -> str:
    return reverse("admin:facilities_acceptancereview_change", args=[row.pk])


def move(row, verb: str, **more) -> tuple[str, dict]:
    """Address and form of a move as the footer of the page sends it."""
    return page(row).replace("change/", "move/"), {"verb": verb, "version": row.version, "comment": "", **more}


def returned(row, *lines: dict, **more) -> tuple[str, dict]:
    """Address and form of a return as the page sends it: `lines` with requirement, code, message, tick."""
    form = {"version": row.version, "lines": len(lines), "comment": "", **more}
    for place, line in enumerate(lines):
        form |= {f"{name}-{place}": value for name, value in line.items()}
    return page(row).replace("change/", "send-back/"), form


@pytest.fixture
def centre(register):
    """A completed centre that meets everything."""
    facility = register(type="TOWNSHIP_CENTRE", gross_area=900, beds=10, zones=ZONES, stage="completed")
    for fact in ("requirement.all.fire_code", "facility.integrated_with_disabled_care"):
        Declaration.objects.create(fact=fact, facility=facility, value=True, evidence="验收资料第三册")
    return facility


@pytest.fixture
def draft(centre, clerk):
    return services.open_review(centre, by=clerk)


@pytest.fixture
def submitted(draft, clerk):
    review.perform(draft, "submit", by=clerk)
    return draft


@pytest.fixture
def reviewing(submitted, reviewer):
    services.take(submitted, by=reviewer)
    return submitted
