"""The registers of kernel, plans, training and subsidies in the admin: scope, trails, roles, printed tables, months."""

from datetime import date

import factories
import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from eldercare import review
from eldercare.accounts import ROLES, User, accounts_for_townships, grant
from eldercare.audit import AuditRecord
from eldercare.names import RegionAlias
from eldercare.regions import PopulationFact, Region
from eldercare.tokens import ApiToken, issue
from plans import periods
from plans.models import PlanTable, PlanTarget, ProgressReport, ReportingPeriod
from training.models import QuotaTable, TrainingQuota


def page(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


@pytest.fixture
def as_clerk(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def as_admin(client_for, sysadmin):
    return client_for(sysadmin)


@pytest.fixture
def elsewhere(db) -> Region:
    """巫溪县, a district that nobody of 武隆 sees."""
    return Region.objects.districts().get(code="500238")


@pytest.fixture
def stranger_clerk(client_for, make_user, elsewhere):
    return client_for(make_user("clerk", elsewhere, "stranger"))


SEEN_BY_CLERKS = (
    "eldercare_region", "eldercare_regionalias", "eldercare_populationfact", "eldercare_divisionedition",
    "eldercare_policy", "eldercare_upload", "plans_plantable", "plans_plantarget", "plans_reportingperiod",
    "plans_progressreport", "training_quotatable", "training_trainingquota", "subsidies_subsidyscheme",
)  # fmt: skip
SEEN_BY_ADMINS = ("eldercare_user", "eldercare_apitoken", "eldercare_auditrecord", "eldercare_reviewevent")


@pytest.mark.parametrize("register", SEEN_BY_CLERKS)
def test_clerk_and_admin_open_every_register(as_clerk, as_admin, register):
    assert as_clerk.get(page(f"{register}_changelist")).status_code == 200
    assert as_admin.get(page(f"{register}_changelist")).status_code == 200


@pytest.mark.parametrize("register", SEEN_BY_ADMINS)
def test_accounts_and_trails_are_for_the_admin_alone(as_clerk, as_admin, register):
    assert as_clerk.get(page(f"{register}_changelist")).status_code == 403
    assert as_admin.get(page(f"{register}_changelist")).status_code == 200


@pytest.mark.parametrize("model", [PlanTable, PlanTarget, QuotaTable, TrainingQuota, RegionAlias])
def test_rows_of_another_district_do_not_exist(stranger_clerk, model):
    row = model.objects.first()
    name = f"{model._meta.app_label}_{model._meta.model_name}_change"
    assert stranger_clerk.get(page(name, row.pk)).status_code == 404


def test_lists_of_another_district_are_empty(stranger_clerk):
    reply = stranger_clerk.get(page("plans_plantarget_changelist"))
    assert reply.context["cl"].result_count == 0


# -- names


@pytest.fixture
def proposal(wulong) -> RegionAlias:
    return RegionAlias.objects.get(district=wulong, name="庙坪乡")


def move(client, row, verb: str, comment: str = "", **data):
    name = f"{row._meta.app_label}_{row._meta.model_name}"
    form = {"verb": verb, "comment": comment, "version": row.version, **data}
    return client.post(page(f"{name}_move", row.pk), form, follow=True)


def test_proposed_name_shows_how_near_it_is_and_where_it_comes_from(as_clerk, proposal):
    shown = as_clerk.get(page("eldercare_regionalias_change", proposal.pk)).content.decode()
    assert "0.67" in shown
    assert "附件5" in shown
    assert "确认为同一单位" in shown


def test_confirming_a_name_links_the_rows_that_wait_for_it(as_clerk, proposal):
    assert "已办理" in move(as_clerk, proposal, "confirm", "系同一单位").content.decode()
    rows = TrainingQuota.objects.filter(unit="庙坪乡")
    assert {row.region.short_name for row in rows} == {"庙垭乡"}


def test_name_without_a_unit_cannot_be_confirmed(as_clerk, proposal):
    RegionAlias.objects.filter(pk=proposal.pk).update(region=None)
    assert "确认前先选择对应单位" in move(as_clerk, proposal, "confirm").content.decode()
    proposal.refresh_from_db()
    assert proposal.status == "proposed"


def test_unit_of_a_confirmed_name_is_not_editable(as_clerk, clerk, proposal, baima):
    review.perform(proposal, "confirm", by=clerk)
    as_clerk.post(page("eldercare_regionalias_change", proposal.pk), {"region": baima.pk})
    proposal.refresh_from_db()
    assert proposal.region.short_name == "庙垭乡"


def test_new_name_offers_the_units_in_scope_and_waits_for_confirmation(as_clerk, wulong, baima):
    form = {"district": wulong.pk, "name": "白马", "region": baima.pk, "source": "2020年10月来文"}
    as_clerk.post(page("eldercare_regionalias_add"), form)
    assert RegionAlias.objects.get(name="白马").status == "proposed"


def test_reviewer_sees_names_and_decides_none(client_for, reviewer, proposal):
    signed_in = client_for(reviewer)
    assert "确认为同一单位" not in signed_in.get(page("eldercare_regionalias_change", proposal.pk)).content.decode()
    move(signed_in, proposal, "confirm")
    proposal.refresh_from_db()
    assert proposal.status == "proposed"


# -- regions and their accounts


def select(client, regions):
    form = {"action": "make_accounts", "_selected_action": [region.pk for region in regions]}
    return client.post(page("eldercare_region_changelist"), form)


def test_admin_makes_the_accounts_of_a_district_and_sees_their_passwords_once(as_admin, wulong, township_user):
    shown = select(as_admin, [wulong]).content.decode()
    made = User.objects.filter(username__startswith="500156")
    assert made.count() == 25
    assert township_user.region.code not in set(made.values_list("username", flat=True))
    assert all(user.username in shown and user.is_township_user for user in made)
    assert AuditRecord.objects.filter(action="record.created", model="eldercare.user").count() == 25


def test_accounts_of_a_region_sign_in_with_their_first_password(wulong):
    [(user, password)] = accounts_for_townships(factories.region("江口镇"))
    assert user.check_password(password)
    assert [role.code for role in user.roles] == ["township"]
    assert user.must_change_password
    assert accounts_for_townships(factories.region("江口镇")) == []


def test_clerk_is_not_offered_to_make_accounts(as_clerk, wulong):
    assert "make_accounts" not in as_clerk.get(page("eldercare_region_changelist")).content.decode()
    select(as_clerk, [wulong])
    assert not User.objects.filter(username__startswith="500156").exists()


def test_region_page_shows_how_documents_write_its_name(as_clerk, proposal):
    assert "庙坪乡" in as_clerk.get(page("eldercare_region_change", proposal.region_id)).content.decode()


def test_population_is_kept_apart_by_day_and_checked(as_clerk, baima):
    form = {"region": baima.pk, "basis": "resident", "counted_on": "2020-11-01", "total": 100, "source": "七普"}
    wrong = as_clerk.post(page("eldercare_populationfact_add"), form | {"aged_60_plus": 101})
    assert "不能多于总人口" in wrong.content.decode()
    as_clerk.post(page("eldercare_populationfact_add"), form | {"aged_60_plus": 30})
    assert PopulationFact.objects.get().aged_60_plus == 30


# -- accounts


def account_form(region, *roles, **values) -> dict:
    secret = "chang-an-2020-ok"
    return {"region": region.pk, "roles": roles, "password1": secret, "password2": secret, **values}


def test_account_form_explains_every_role(as_admin):
    shown = as_admin.get(page("eldercare_user_add")).content.decode()
    assert all(role.description in shown for role in ROLES)
    assert "superuser" not in shown


def test_new_account_gets_its_roles_and_staff_access_from_them(as_admin, wulong):
    as_admin.post(page("eldercare_user_add"), account_form(wulong, "clerk", "leader", username="wang"))
    user = User.objects.get(username="wang")
    assert {role.code for role in user.roles} == {"clerk", "leader"}
    assert user.is_staff
    assert not user.is_superuser
    assert user.check_password("chang-an-2020-ok")


def test_posted_superuser_flag_is_ignored(as_admin, wulong, clerk):
    form = {"username": "clerk", "region": wulong.pk, "roles": ["clerk"], "is_active": "on"}
    as_admin.post(page("eldercare_user_change", clerk.pk), form | {"is_superuser": "on", "is_staff": "on"})
    clerk.refresh_from_db()
    assert not clerk.is_superuser


def test_roles_can_be_taken_away_again(as_admin, wulong, clerk):
    form = {"username": "clerk", "region": wulong.pk, "roles": ["leader"], "is_active": "on"}
    as_admin.post(page("eldercare_user_change", clerk.pk), form)
    user = User.objects.get(pk=clerk.pk)
    assert [role.code for role in user.roles] == ["leader"]
    assert not user.is_staff
    changed = AuditRecord.objects.get(action="record.changed")
    assert "角色" in changed.detail["fields"]


@pytest.mark.parametrize(("roles", "place"), [(["township"], "武隆区"), (["clerk"], None)])
def test_roles_need_a_fitting_region(as_admin, roles, place):
    region = factories.region(place) if place else None
    form = {"username": "wang", "roles": roles, "region": region.pk if region else ""}
    form |= {"password1": "chang-an-2020-ok", "password2": "chang-an-2020-ok"}
    assert as_admin.post(page("eldercare_user_add"), form).context["errors"]
    assert not User.objects.filter(username="wang").exists()


def test_nobody_changes_the_own_roles_or_leaves(as_admin, sysadmin, wulong):
    form = {"username": "admin", "region": wulong.pk, "roles": ["admin", "reviewer"]}
    as_admin.post(page("eldercare_user_change", sysadmin.pk), form)
    user = User.objects.get(pk=sysadmin.pk)
    assert [role.code for role in user.roles] == ["admin"]
    assert user.is_active
    assert as_admin.post(page("eldercare_user_delete", sysadmin.pk), {"post": "yes"}).status_code == 403


def test_superusers_are_not_there_for_the_admin_role(as_admin):
    keeper = User.objects.create_superuser("keeper", password="x")
    assert "keeper" not in as_admin.get(page("eldercare_user_changelist")).content.decode()
    assert as_admin.get(page("eldercare_user_change", keeper.pk)).status_code == 404
    assert as_admin.get(page("auth_user_password_change", keeper.pk)).status_code == 404


def test_password_is_set_on_its_own_page(as_admin, clerk):
    new = {"password1": "qing-feng-2020-ok", "password2": "qing-feng-2020-ok"}
    as_admin.post(page("auth_user_password_change", clerk.pk), new)
    clerk.refresh_from_db()
    assert clerk.check_password("qing-feng-2020-ok")


def test_password_page_takes_no_empty_password(as_admin, clerk):
    reply = as_admin.post(page("auth_user_password_change", clerk.pk), {"usable_password": "false"})
    assert reply.context["form"].errors
    clerk.refresh_from_db()
    assert clerk.has_usable_password()


def test_token_can_be_withdrawn_and_not_read(as_admin, apiclient):
    secret = issue(apiclient, days=30)
    token = ApiToken.objects.get()
    shown = as_admin.get(page("eldercare_apitoken_change", token.pk)).content.decode()
    assert secret not in shown
    assert token.digest not in shown
    as_admin.post(page("eldercare_apitoken_delete", token.pk), {"post": "yes"})
    assert not ApiToken.objects.exists()


# -- trails


@pytest.mark.parametrize("register", ["eldercare_auditrecord", "eldercare_reviewevent"])
def test_trails_take_no_new_rows(as_admin, register):
    assert as_admin.get(page(f"{register}_add")).status_code == 403


def test_audit_record_shows_what_was_done_and_cannot_be_changed(as_admin, sysadmin):
    as_admin.post(page("eldercare_user_add"), account_form(sysadmin.region, "leader", username="wang"))
    record = AuditRecord.objects.get(action="record.created")
    address = page("eldercare_auditrecord_change", record.pk)
    assert "wang" in as_admin.get(address).content.decode()
    assert as_admin.post(address, {"by_name": "别人"}).status_code == 403
    assert as_admin.post(page("eldercare_auditrecord_delete", record.pk), {"post": "yes"}).status_code == 403


# -- printed tables


def annex(number: str, model=PlanTable):
    return model.objects.get(policy__slug="wulong-2020", annex=number)


def test_plan_table_is_shown_in_the_shape_of_its_paper(as_clerk):
    paper = as_clerk.get(page("plans_plantable_change", annex("2").pk)).context["paper"]
    assert paper.groups == [("养老服务中心 (个)", 4), ("村级互助养老点 (个)", 4)]
    assert paper.headings[0] == ("2019 年 拟建数", "乡镇养老服务中心 2019")
    assert [(line.number, line.unit) for line in paper.lines][:2] == [("1", "凤山街道"), ("2", "芙蓉街道")]
    assert paper.lines[2].values == [None, 1, None, None, 1, 1, 2, 1]
    assert sum(value is None for line in paper.lines for value in line.values) == 118


def test_only_the_wrong_printed_total_is_marked(as_clerk):
    reply = as_clerk.get(page("plans_plantable_change", annex("2").pk))
    totals = reply.context["paper"].totals
    assert [(total.printed, total.computed) for total in totals if total.differs] == [(23, 22)]
    assert reply.content.decode().count("is-differs") == 1
    assert "各行相加 22" in reply.content.decode()


def test_printed_zero_is_shown_as_zero(as_clerk):
    paper = as_clerk.get(page("plans_plantable_change", annex("4").pk)).context["paper"]
    assert paper.groups == []
    assert paper.lines[0].values == [0, 1, 0]


def test_quota_table_shows_the_unit_that_is_no_township(as_clerk):
    reply = as_clerk.get(page("training_quotatable_change", annex("5", QuotaTable).pk))
    lines = {line.unit: line.region for line in reply.context["paper"].lines}
    assert lines["区民政局直属机构"] is None
    assert "不对应乡镇（街道）" in reply.content.decode()
    assert [total.printed for total in reply.context["paper"].totals] == [11, 11, 11, 11, 10, 10, 30, 35, 36]


def test_planned_number_is_corrected_and_may_be_empty_while_the_rest_stands(as_clerk, jiangkou):
    target = PlanTarget.objects.get(table=annex("2"), unit="白马镇", type="TOWNSHIP_CENTRE", year=2020)
    address = page("plans_plantarget_change", target.pk)
    as_clerk.post(address, {"planned": "3", "year": "2022", "unit": "江口镇"})
    target.refresh_from_db()
    assert (target.planned, target.year, target.unit) == (3, 2020, "白马镇")
    as_clerk.post(address, {"planned": ""})
    target.refresh_from_db()
    assert target.planned is None


def test_planned_number_out_of_reason_is_refused_in_words(as_clerk):
    target = PlanTarget.objects.filter(table=annex("2")).first()
    reply = as_clerk.post(page("plans_plantarget_change", target.pk), {"planned": "100001"})
    assert "没有计划请留空" in reply.content.decode()


def test_policy_page_leads_to_standards_tables_targets_schemes_and_contradictions(as_clerk):
    policy = annex("2").policy
    shown = as_clerk.get(page("eldercare_policy_change", policy.pk)).content.decode()
    assert page("plans_plantable_change", annex("2").pk) in shown
    for label in ("标准版本", "培训指标表", "量化目标", "报送职责", "补助政策", "印发合计23，各行相加22"):
        assert label in shown


@pytest.mark.parametrize(
    "register", ["plans_plantarget", "eldercare_policy", "training_trainingquota", "eldercare_region"]
)
def test_what_comes_from_documents_is_not_added_by_hand(as_clerk, register):
    assert as_clerk.get(page(f"{register}_add")).status_code == 403


# -- months


@pytest.fixture
def november(wulong) -> ReportingPeriod:
    return ReportingPeriod.objects.create(district=wulong, month=date(2020, 11, 1), due_on=date(2020, 12, 5))


@pytest.fixture
def handed_in(november, baima, township_user) -> ProgressReport:
    report = ProgressReport.objects.create(period=november, township=baima)
    review.perform(report, "submit", by=township_user, number=1)
    return report


def period_form(**values) -> dict:
    return {"due_on": "2020-12-05", "lock_reason": "", **values}


def test_moving_the_deadline_of_a_month_needs_a_reason(as_clerk, november):
    address = page("plans_reportingperiod_change", november.pk)
    assert "请写明理由" in as_clerk.post(address, period_form(due_on="2020-12-10")).content.decode()
    as_clerk.post(address, period_form(due_on="2020-12-10", lock_reason="年终汇总"))
    november.refresh_from_db()
    assert (str(november.due_on), november.lock_reason) == ("2020-12-10", "年终汇总")
    trail = AuditRecord.objects.get(action="record.changed", model="plans.reportingperiod")
    assert trail.detail == {"fields": ["截止日期：2020-12-05 → 2020-12-10"], "rows": ["年终汇总"]}


def test_locking_and_unlocking_a_month_needs_a_reason(as_clerk, november):
    for verb, before, after in (("lock", "open", "locked"), ("unlock", "locked", "open")):
        assert "必须填写理由" in move(as_clerk, november, verb).content.decode()
        november.refresh_from_db()
        assert november.status == before
        move(as_clerk, november, verb, "年终汇总")
        november.refresh_from_db()
        assert november.status == after
    assert [event.comment for event in november.events()] == ["年终汇总", "年终汇总"]


def test_month_and_district_of_a_period_stay(as_clerk, november):
    as_clerk.post(page("plans_reportingperiod_change", november.pk), period_form(month="2020-01-01"))
    november.refresh_from_db()
    assert november.month == date(2020, 11, 1)


def test_clerk_receives_a_report(as_clerk, clerk, handed_in):
    move(as_clerk, handed_in, "accept")
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.decided_by) == ("accepted", clerk)


def test_sending_a_report_back_needs_a_reason(as_clerk, handed_in):
    assert "必须填写理由" in move(as_clerk, handed_in, "send_back").content.decode()
    move(as_clerk, handed_in, "send_back", "床位数漏填")
    handed_in.refresh_from_db()
    assert handed_in.status == "returned"
    assert handed_in.events().last().comment == "床位数漏填"


@pytest.mark.parametrize("verb", ["submit", "recall"])
def test_handing_in_and_taking_back_is_not_done_from_the_admin(as_clerk, handed_in, verb):
    address = page("plans_progressreport_change", handed_in.pk)
    assert f'value="{verb}"' not in as_clerk.get(address).content.decode()
    assert "月报上传" in move(as_clerk, handed_in, verb).content.decode()
    handed_in.refresh_from_db()
    assert (handed_in.status, handed_in.number) == ("submitted", 1)


def test_a_stale_page_does_not_decide_twice(as_clerk, clerk, handed_in):
    old = ProgressReport.objects.get(pk=handed_in.pk)
    review.perform(handed_in, "accept", by=clerk)
    assert "请刷新页面" in move(as_clerk, old, "send_back", "晚了一步").content.decode()
    handed_in.refresh_from_db()
    assert handed_in.status == "accepted"


def test_status_cannot_be_posted_past_the_moves(as_clerk, handed_in):
    as_clerk.post(page("plans_progressreport_change", handed_in.pk), {"status": "accepted"})
    handed_in.refresh_from_db()
    assert handed_in.status == "submitted"


def test_late_report_is_marked(as_clerk, handed_in):
    assert "迟报" in as_clerk.get(page("plans_progressreport_changelist")).content.decode()


@pytest.mark.parametrize("role", ["reviewer", "approver", "admin"])
def test_other_roles_read_reports_and_decide_none(client_for, make_user, wulong, handed_in, role):
    signed_in = client_for(make_user(role, wulong))
    shown = signed_in.get(page("plans_progressreport_change", handed_in.pk)).content.decode()
    assert 'value="accept"' not in shown
    move(signed_in, handed_in, "accept")
    handed_in.refresh_from_db()
    assert handed_in.status == "submitted"


# -- queries


def test_report_list_asks_as_often_for_27_rows_as_for_one(
    as_clerk, clerk, handed_in, township_user, wulong, django_assert_max_num_queries
):
    address = page("plans_progressreport_changelist")
    with django_assert_max_num_queries(12) as one:
        as_clerk.get(address)
    for township in wulong.below().townships().exclude(pk=handed_in.township_id):
        report = ProgressReport.objects.create(period=handed_in.period, township=township)
        review.perform(report, "submit", by=clerk, number=1)
    with django_assert_max_num_queries(len(one)):
        as_clerk.get(address)


def test_account_list_asks_as_often_for_27_rows_as_for_two(as_admin, wulong, clerk, django_assert_max_num_queries):
    address = page("eldercare_user_changelist")
    with django_assert_max_num_queries(12) as few:
        as_admin.get(address)
    accounts_for_townships(wulong, password="mingxin-2020-pass")
    with django_assert_max_num_queries(len(few)):
        as_admin.get(address)


@pytest.mark.parametrize("register", ["plans_plantarget", "training_trainingquota", "eldercare_region"])
@pytest.mark.parametrize("rows", [25, 100])
def test_long_lists_stay_within_eight_data_queries(
    as_clerk, register, rows, monkeypatch, django_assert_max_num_queries
):
    model = next(model for model in admin.site._registry if model._meta.label_lower.replace(".", "_") == register)
    monkeypatch.setattr(admin.site._registry[model], "list_per_page", rows)
    # session, account and its roles' permissions come on top
    with django_assert_max_num_queries(8 + 4):
        reply = as_clerk.get(page(f"{register}_changelist"))
    assert len(reply.context["cl"].result_list) == rows


def test_printed_table_costs_the_same_whatever_its_size(as_clerk, django_assert_max_num_queries):
    as_clerk.get(page("plans_plantable_change", annex("4").pk))
    with django_assert_max_num_queries(16) as small:
        as_clerk.get(page("plans_plantable_change", annex("4").pk))
    with django_assert_max_num_queries(len(small)):
        as_clerk.get(page("plans_plantable_change", annex("2").pk))


def test_two_roles_of_one_person_add_up(wulong):
    user = User.objects.create_user("both", region=wulong)
    grant(user, "leader", "apiclient")
    assert user.has_perm("eldercare.view_dashboard")
    assert user.has_perm("eldercare.use_api")


def test_admin_speaks_chinese_and_writes_dates_as_the_pages_do(as_clerk, handed_in):
    shown = as_clerk.get(page("plans_progressreport_changelist")).content.decode()
    stamp = timezone.localtime(handed_in.submitted_at)
    assert f"{stamp:%Y-%m-%d %H:%M}" in shown
    assert not any(words in shown for words in ("Model name", "Add link", "Search", f"{stamp:%Y}年{stamp.month}月"))
    assert all(words in shown for words in ("共 1 条", "按状态", "退出登录"))


def test_trail_tells_an_administrator_what_was_exported_and_how_much(as_clerk, as_admin, wulong):
    assert b"".join(as_clerk.get(page("eldercare_populationfact_export"), {"format": "xlsx"}))
    record = AuditRecord.objects.get(action="export")
    for address in (page("eldercare_auditrecord_changelist"), page("eldercare_auditrecord_change", record.pk)):
        assert "登记表：人口数据；行：0；格式：xlsx" in as_admin.get(address).content.decode()


def test_refused_login_speaks_of_the_account_as_the_page_does(client, clerk):
    told = client.post("/accounts/login/", {"username": clerk.username, "password": "wrong"}).content.decode()
    assert "账号或密码不对" in told
    assert "用户名" not in told


def test_field_of_a_day_shows_it_as_every_page_does(as_clerk, wulong):
    """Expected: the deadline of November 2020, the 5th of December."""
    period = periods.period_of(wulong, date(2020, 11, 1))
    assert 'value="2020-12-05"' in as_clerk.get(page("plans_reportingperiod_change", period.pk)).content.decode()
