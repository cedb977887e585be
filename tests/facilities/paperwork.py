"""A street centre of 武隆 on its way through acceptance with all the papers there are, and the addresses of its documents."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from eldercare import review
from facilities import services
from facilities.models import Attachment, Declaration, SiteVisit
from facilities.services import rectifying, returning, waiving

ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]
WHY = "老城区用地受限，相邻文化站可共用活动场地，不影响服务功能。"
BACK = "消防验收文件已过期，请补新的。"


def address(row) -> str:
    return reverse("admin:facilities_acceptancereview_form", args=[row.pk])


def file_address(facility) -> str:
    return reverse("admin:facilities_facility_file", args=[facility.pk])


def text(html: str) -> str:
    """What a reader sees, in reading order."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


@pytest.fixture
def centre(register):
    """A street centre of 武隆, 80 ㎡ short of a principle, all else met."""
    made = register(
        type="STREET_CENTRE", stage="completed", gross_area=Decimal(1420), beds=30, nursing_beds=20, zones=ZONES,
        name="纸上中心",
    )  # fmt: skip
    for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
        Declaration.objects.create(fact=fact, facility=made, value=True, evidence="验收资料第三册")
    return made


@pytest.fixture
def submitted(centre, clerk):
    row = services.open_review(centre, by=clerk, note="按计划完工")
    review.perform(row, "submit", by=clerk)
    return row


@pytest.fixture
def reviewing(submitted, clerk, reviewer):
    """Returned once, submitted again, with a visit, an open rectification and a document."""
    services.take(submitted, by=reviewer)
    returning.send_back(submitted, by=reviewer, reasons=[{"code": "documents", "requirement": "", "message": BACK}])
    review.perform(submitted, "submit", by=clerk)
    services.take(submitted, by=reviewer)
    SiteVisit.objects.create(
        review=submitted,
        visited_on=date(2020, 11, 20),
        recorded_by=reviewer,
        attended="街道办张某",
        conclusion="与登记一致",
    )
    rectifying.open_item(
        submitted.facility, by=reviewer, label="消防通道", problem="堆放杂物", measure="清理", owner="街道办",
        due_on=timezone.localdate(), review=submitted,
    )  # fmt: skip
    Attachment.objects.create(
        facility=submitted.facility, review=submitted, filename="门头.jpg", file="x.jpg", content_type="image/jpeg",
        size=10, sha256="ab" * 32, attached_by=reviewer, caption="正门",
    )  # fmt: skip
    return submitted


@pytest.fixture
def accepted(reviewing, reviewer, approver):
    """Accepted by a waiver that the approver consented to."""
    waiver = waiving.propose(reviewing, "street.area", justification=WHY, by=reviewer)
    waiving.consent(waiver, by=approver, effective_on=date(2020, 12, 1))
    services.accept(reviewing, by=reviewer, accepted_on=date(2020, 12, 1), comment="资料齐全")
    return reviewing
