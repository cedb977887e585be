"""The register in the admin: scope, forms that become dated records, and what a forged or stale form cannot do."""

from datetime import date

import pytest
from django.urls import reverse

from eldercare.audit import AuditRecord
from eldercare.regions import Region
from facilities import history
from facilities.models import Declaration, Facility, FacilityRecord, OperatorContract, ServiceLink

LIST = reverse("admin:facilities_facility_changelist")
JUNE = "2020-06-01"


def page(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def management(**counts) -> dict:
    forms = {"contracts": 0, "links": 0} | counts
    return {
        f"{name}-{key}": value
        for name, total in forms.items()
        for key, value in (("TOTAL_FORMS", total), ("INITIAL_FORMS", 0))
    }


def filled(facility: Facility, **changes) -> dict:
    """What the browser would post from the page of a facility, with some fields changed."""
    zones = ["无"] if facility.zones == [] else facility.zones or []
    seen = FacilityRecord.objects.filter(facility=facility).order_by("-pk").values_list("pk", flat=True).first()
    names = ("name", "type", "planned_year", "stage", "gross_area", "usable_area", "beds", "nursing_beds", "operation")
    fields = {name: getattr(facility, name) for name in names}
    posted = {**fields, "zones": zones, "effective_on": JUNE, "seen": seen, "_save": "1"} | changes | management()
    return {name: value for name, value in posted.items() if value is not None}


@pytest.fixture
def point(register):
    return register(beds=5, stage="building", zones=None)


@pytest.fixture
def desk(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def elsewhere(make_user):
    """A clerk of another district."""
    return make_user("clerk", Region.objects.get(name="长寿区"))


def test_saving_writes_a_dated_record_and_an_audit_record(desk, point, clerk):
    response = desk.post(page(point), filled(point, beds=8, reason="补录"))
    assert response.status_code == 302
    point.refresh_from_db()
    record = FacilityRecord.objects.filter(facility=point).latest("pk")
    assert (point.beds, record.asserted, record.reason) == (8, ["beds"], "补录")
    assert (record.recorded_by, record.effective_on) == (clerk, date(2020, 6, 1))
    audit = AuditRecord.objects.get(action="record.changed", object_id=str(point.pk))
    assert "床位数" in audit.detail["fields"]


def test_an_unchanged_form_writes_no_record(desk, point):
    desk.post(page(point), filled(point))
    assert FacilityRecord.objects.filter(facility=point).count() == 1


def test_a_new_facility_gets_code_district_and_first_record(desk, baima, clerk, wulong):
    told = {"name": "演示新点", "type": "VILLAGE_POINT", "township": baima.pk, "stage": "sited", "effective_on": JUNE}
    response = desk.post(reverse("admin:facilities_facility_add"), told)
    assert response.status_code == 302
    new = Facility.objects.get(name="演示新点")
    assert (new.district, new.created_by, new.stage) == (wulong, clerk, "sited")
    assert new.code.startswith("500156-")
    assert new.records.get().asserted == ["name", "stage", "type"]


@pytest.mark.parametrize(("ticked", "stored"), [([], None), (["无"], []), (["生活照料", "康复"], ["生活照料", "康复"])])
def test_zones_tell_none_from_not_recorded(desk, register, ticked, stored):
    facility = register(zones=["助餐"])
    desk.post(page(facility), filled(facility, zones=ticked))
    facility.refresh_from_db()
    assert facility.zones == stored


def test_zones_cannot_be_none_and_some(desk, point):
    response = desk.post(page(point), filled(point, zones=["无", "康复"]))
    assert "勾选“无”时不能再勾选功能区" in response.content.decode()


@pytest.mark.parametrize("stage", ["accepted", "operating", "suspended"])
def test_acceptance_is_never_typed(desk, register, stage):
    facility = register(stage="completed")
    response = desk.post(page(facility), filled(facility, stage=stage))
    facility.refresh_from_db()
    assert (response.status_code, facility.stage) == (200, "completed")
    assert "验收合格”只能由验收审核产生" in response.content.decode()


@pytest.mark.parametrize(("stage", "moved"), [("operating", True), ("suspended", True), ("completed", False)])
def test_an_accepted_facility_operates_or_stops_and_steps_back_by_revocation_only(desk, register, stage, moved):
    facility = register(stage="accepted", accepted_on=date(2020, 3, 1))
    desk.post(page(facility), filled(facility, stage=stage, reason="说明"))
    facility.refresh_from_db()
    assert (facility.stage == stage) is moved


def test_operation_is_not_dated_before_acceptance(desk, register):
    facility = register(stage="accepted", accepted_on=date(2020, 9, 1))
    response = desk.post(page(facility), filled(facility, stage="operating"))
    assert "此前不能登记为运营" in response.content.decode()


def test_a_step_back_needs_its_reason(desk, register):
    facility = register(stage="completed")
    assert "建设阶段退回须填写说明" in desk.post(page(facility), filled(facility, stage="building")).content.decode()
    assert desk.post(page(facility), filled(facility, stage="building", reason="返工")).status_code == 302


def test_wrong_figures_come_back_in_words(desk, point):
    response = desk.post(page(point), filled(point, beds=2, nursing_beds=5, effective_on="2199-01-01"))
    body = response.content.decode()
    assert "护理型床位数不能多于床位数" in body
    assert "生效日期不能晚于今天" in body


def test_a_change_of_the_past_that_contradicts_what_followed_is_explained(desk, point):
    history.record_one(point, {"nursing_beds": 5}, effective_on=date(2020, 9, 1), by=None)
    point.refresh_from_db()
    response = desk.post(page(point), filled(point, beds=5, gross_area=50), follow=True)
    assert response.status_code == 200
    point.refresh_from_db()
    response = desk.post(page(point), filled(point, beds=3, nursing_beds=None), follow=True)
    assert "矛盾" in response.content.decode()


def test_a_stale_form_does_not_overwrite_a_colleague(desk, point):
    form = filled(point, name="改名")
    history.record_one(point, {"beds": 20}, effective_on=date(2020, 5, 1), by=None)
    response = desk.post(page(point), form)
    point.refresh_from_db()
    assert "刚被别人更新过" in response.content.decode()
    assert (point.beds, point.name) != (5, "改名")
    assert point.beds == 20


def test_a_forged_post_reaches_no_hidden_field(desk, point, jiangkou):
    forged = filled(point, beds=6, code="500156-9999", township=jiangkou.pk, accepted_on="2020-01-01", is_demo="on")
    desk.post(page(point), forged)
    before = (point.code, point.township, None, False)
    point.refresh_from_db()
    assert (point.code, point.township, point.accepted_on, point.is_demo) == before


def test_another_districts_facility_is_not_there(client_for, elsewhere, point):
    client = client_for(elsewhere)
    urls = [page(point), page(point).replace("change/", "history/"), page(point).replace("change/", "open-review/")]
    assert {client.get(url).status_code for url in urls} == {404}
    assert client.post(page(point), filled(point, beds=99)).status_code == 404
    assert point.code not in client.get(LIST).content.decode()
    point.refresh_from_db()
    assert point.beds == 5


def test_choices_lie_in_the_scope(client_for, elsewhere, baima):
    told = {"name": "越界", "type": "VILLAGE_POINT", "township": baima.pk, "stage": "sited", "effective_on": JUNE}
    response = client_for(elsewhere).post(reverse("admin:facilities_facility_add"), told)
    assert response.status_code == 200
    assert not Facility.objects.filter(name="越界").exists()


@pytest.mark.parametrize(("role", "status"), [("reviewer", 200), ("approver", 200), ("admin", 200)])
def test_who_may_look_sees_facts_and_no_form(client_for, make_user, wulong, point, role, status):
    client = client_for(make_user(role, wulong))
    body = client.get(page(point)).content.decode()
    assert "现状与来源" in body
    assert 'name="effective_on"' not in body
    assert client.post(page(point), filled(point, beds=9)).status_code == 403


@pytest.mark.parametrize("role", ["township", "leader", "apiclient"])
def test_who_has_no_desk_in_the_admin_is_told_so(client_for, make_user, baima, role):
    response = client_for(make_user(role, baima)).get(LIST, follow=True)
    assert response.status_code == 403


def test_contracts_and_links_are_signed(desk, point, clerk, baima):
    village = Region.objects.filter(parent=baima).first()
    posted = filled(point) | management(contracts=1, links=1)
    posted |= {"contracts-0-operator": "演示运营机构甲", "contracts-0-operation": "public_built_private_run"}
    posted |= {"contracts-0-starts_on": "2020-01-01", "links-0-region": village.pk}
    assert desk.post(page(point), posted).status_code == 302
    assert OperatorContract.objects.get(facility=point).recorded_by == clerk
    assert ServiceLink.objects.get(facility=point).region == village


def ask(facility, fact: str, **more) -> str:
    query = "&".join(f"{key}={value}" for key, value in {"fact": fact, "facility": facility.pk, **more}.items())
    return f"{reverse('admin:facilities_declaration_add')}?{query}"


def test_a_declaration_is_typed_by_its_fact_and_asks_for_evidence(desk, register, clerk):
    facility = register(type="TOWNSHIP_CENTRE")
    url = ask(facility, "facility.has_capacity")
    assert desk.post(url, {"answer": "no", "starts_on": JUNE}).status_code == 200
    assert desk.post(url, {"answer": "no", "starts_on": JUNE, "evidence": "现场核实"}).status_code == 302
    row = Declaration.objects.get(facility=facility)
    assert (row.fact, row.value, row.recorded_by) == ("facility.has_capacity", False, clerk)


def test_a_coded_answer_is_offered_and_shown_in_words(desk, point):
    url = ask(point, "facility.host")
    assert "依托村级公共服务设施" in desk.get(url).content.decode()
    assert desk.post(url, {"answer": "barn"}).status_code == 200
    assert desk.post(url, {"answer": "farm_household"}).status_code == 302
    assert "邻近农户" in desk.get(page(point)).content.decode()
    assert "邻近农户" in desk.get(reverse("admin:facilities_declaration_changelist")).content.decode()


def test_a_condition_of_a_community_is_declared_of_the_community(desk, register, baima):
    village = Region.objects.filter(parent=baima, kind="community").first()
    station = register(type="COMMUNITY_STATION", village=village, gross_area=230)
    url = f"{reverse('admin:facilities_declaration_add')}?fact=community.few_elders&type=COMMUNITY_STATION"
    answer = {"answer": "yes", "starts_on": JUNE, "evidence": "人口统计"}
    response = desk.post(f"{url}&region={village.pk}&for={station.pk}", answer)
    assert response.url == f"{page(station)}#declared"
    assert Declaration.objects.get(region=village).value is True
    assert "可按 200 ㎡ 认定" in desk.get(page(station)).content.decode()


@pytest.mark.parametrize("fact", ["facility.gross_area", "facility.standalone", "village.points", "x"])
def test_only_what_the_own_standard_asks_for_can_be_declared(desk, point, fact):
    assert desk.get(ask(point, fact)).status_code == 404


def test_the_check_and_its_clauses_stand_on_the_page(desk, register):
    centre = register(type="STREET_CENTRE", gross_area=1420, stage="completed")
    body = desk.get(page(centre)).content.decode()
    assert "还差 80 ㎡" in body
    assert "武隆全覆盖方案（2020）" in body
    assert "申请验收" in body


def test_the_list_costs_the_same_at_any_length(desk, register, django_assert_max_num_queries):
    register()
    desk.get(LIST)
    # the list's own and the one check of its page, see test_admin_conclusions
    with django_assert_max_num_queries(11 + 7) as one:
        desk.get(LIST)
    for _ in range(30):
        register(planned_year=2020)
    with django_assert_max_num_queries(len(one)):
        desk.get(f"{LIST}?all=")


def test_filters_offer_the_scope_and_find(desk, register, baima, jiangkou):
    here, there = register(planned_year=2019), register(township=jiangkou, planned_year=2020)
    body = desk.get(f"{LIST}?township={baima.code}").content.decode()
    assert here.code in body
    assert there.code not in body
    assert there.code in desk.get(f"{LIST}?year=2020").content.decode()
    assert desk.get(f"{LIST}?year=abc").status_code == 200
