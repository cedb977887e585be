"""A street centre taken through acceptance with a deviation consented to, by the real services."""

from datetime import date

from eldercare import review
from facilities import services
from facilities.models import AcceptanceReview, Declaration, SiteVisit
from facilities.services import waiving

ZONES = ["生活照料", "托养护理", "医疗康复", "休闲娱乐", "文化教育", "人文关怀", "运营管理"]
DAY = date(2020, 12, 1)


def accepted_by_waiver(register, clerk, reviewer, approver, area) -> AcceptanceReview:
    """The accepted review of a centre that is short of the 1,500 ㎡ that a principle asks for."""
    built = {"stage": "completed", "gross_area": area, "beds": 30, "nursing_beds": 20, "zones": ZONES}
    centre = register(type="STREET_CENTRE", name="偏差中心", **built)
    for fact in ("requirement.all.jgj450", "requirement.all.fire_code"):
        Declaration.objects.create(fact=fact, facility=centre, value=True, evidence="验收资料第三册")
    row = services.open_review(centre, by=clerk)
    review.perform(row, "submit", by=clerk)
    services.take(row, by=reviewer)
    seen = {"attended": "街道办张某", "conclusion": "与登记一致"}
    SiteVisit.objects.create(review=row, visited_on=date(2020, 11, 20), recorded_by=reviewer, **seen)
    waiver = waiving.propose(
        row, "street.area", justification="老城区用地受限，相邻文化站可共用活动场地。", by=reviewer
    )
    waiving.consent(waiver, by=approver, effective_on=DAY)
    services.accept(row, by=reviewer, accepted_on=DAY, comment="资料齐全")
    row.facility.refresh_from_db()
    return row
