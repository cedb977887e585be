"""Who gets what: every role, its own and the foreign, by every endpoint."""

from datetime import date

import factories
import pytest
from endpoints import LISTS

from eldercare.audit import AuditRecord
from eldercare.regions import Kind, Region

ALL = (*LISTS, "coverage")
DISTRICT_ROLES = ("clerk", "reviewer", "approver", "leader", "apiclient")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("role", DISTRICT_ROLES)
def test_a_district_account_reads_its_own_and_finds_nothing_foreign(
    ask, make_user, wulong, baima, neighbour, role, name
):
    caller = ask(make_user(role, wulong))
    assert caller.get(f"{name}/?district=500156").status_code == 200
    assert caller.get(f"{name}/?township={baima.code}").status_code == 200
    assert caller.get(f"{name}/?district=500238").status_code == 404
    assert caller.get(f"{name}/?township={neighbour.code}").status_code == 404


@pytest.mark.parametrize("name", ALL)
def test_a_township_account_reads_its_own_and_finds_nothing_foreign(
    ask, township_user, baima, jiangkou, neighbour, name
):
    caller = ask(township_user)
    assert caller.get(f"{name}/").status_code == 200
    assert caller.get(f"{name}/?township={baima.code}").status_code == 200
    for foreign in (jiangkou.code, neighbour.code):
        assert caller.get(f"{name}/?township={foreign}").status_code == 404
    assert caller.get(f"{name}/?district=500156").status_code == 404


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("code", ["999999", "abc", "50015６", "500156' OR 1=1"])
def test_a_code_that_does_not_exist_reads_like_a_foreign_one(api, name, code):
    response = api.client.get(f"/api/v1/{name}/", {"district": code})
    assert response.status_code == 404
    assert response.json() == {"detail": "没有找到，或不在您的管理范围内。"}


@pytest.mark.parametrize("name", ALL)
def test_a_district_whose_code_is_letters_is_asked_for_like_any_other(ask, make_user, name):
    masked = Region.objects.get(code="XQU")
    assert ask(make_user("apiclient", masked)).get(f"{name}/?district=XQU").status_code == 200
    assert (
        ask(make_user("apiclient", Region.objects.get(code="500156"))).get(f"{name}/?district=XQU").status_code == 404
    )


@pytest.mark.parametrize("name", ALL)
def test_without_a_login_nothing_is_read(client, db, name):
    response = client.get(f"/api/v1/{name}/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert "令牌" in response.json()["detail"]


@pytest.mark.parametrize("name", ALL)
def test_an_account_without_the_role_is_refused(ask, make_user, wulong, name):
    status, words = ask(make_user(None, wulong)).detail(f"{name}/")
    assert (status, "权限" in words) == (403, True)


def test_an_account_without_a_region_sees_nothing(ask, make_user, register):
    register()
    caller = ask(make_user("apiclient"))
    assert all(caller.body(f"{name}/")["count"] == 0 for name in LISTS if name != "findings")
    assert caller.get("coverage/").status_code == 400
    assert caller.get("findings/?district=500156").status_code == 404


def test_unfiltered_lists_hold_only_rows_of_the_callers_region(
    ask, apiclient, township_user, baima, jiangkou, neighbour
):
    own, other = factories.facility(baima), factories.facility(jiangkou)
    assert {row["code"] for row in ask(township_user).rows("facilities/")} == {own.code}
    assert {row["code"] for row in ask(apiclient).rows("facilities/")} == {own.code, other.code}
    assert {row["subject"] for row in ask(township_user).rows("findings/?subject_kind=facility")} == {own.code}
    assert {row["township"] for row in ask(township_user).rows("findings/?page_size=200")} == {baima.code}
    assert {row["policy"] for row in ask(apiclient).rows("policies/")} == {"wulong-2020"}
    assert all(row["code"].startswith(baima.code) for row in ask(township_user).rows("regions/"))
    for name in ("plan-targets", "training-quotas"):
        assert {row["region"] for row in ask(township_user).rows(f"{name}/")} == {baima.code}


@pytest.mark.parametrize("name", ["plan-targets", "training-quotas"])
def test_a_printed_total_of_the_district_is_not_shown_to_a_township(ask, township_user, name):
    assert {row["printed_total"] for row in ask(township_user).rows(f"{name}/")} == {None}


@pytest.mark.parametrize("address", ["facilities/?as_of=2020-12-31", "facilities/?format=csv", "findings/?format=csv"])
def test_states_of_a_day_and_exports_keep_to_the_region(ask, township_user, baima, jiangkou, address):
    own, other = factories.facility(baima), factories.facility(jiangkou)
    response = ask(township_user).get(address)
    body = b"".join(response.streaming_content if response.streaming else [response.content]).decode()
    assert own.code in body
    assert other.code not in body


def test_an_attempt_on_a_foreign_region_is_remembered(api, neighbour, apiclient):
    api.get(f"facilities/?township={neighbour.code}")
    denial = AuditRecord.objects.get(action="access.denied")
    assert (denial.by_id, neighbour.code in denial.detail["address"]) == (apiclient.pk, True)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("name", ALL)
def test_nothing_is_written_through_the_api(api, name, method):
    response = getattr(api.client, method)(f"/api/v1/{name}/")
    assert response.status_code == 405
    assert response.json()["detail"].startswith("数据接口只读")
    assert response["Allow"] == "GET, HEAD"


def test_a_token_reads_as_its_account(bearer, township_user, baima, jiangkou):
    caller = bearer(township_user)
    assert caller.body(f"coverage/?township={baima.code}")["townships"][0]["code"] == baima.code
    assert caller.get(f"coverage/?township={jiangkou.code}").status_code == 404


def test_an_expired_or_wrong_token_is_refused_with_the_reason(bearer, apiclient, client):
    status, words = bearer(apiclient, days=-1).detail("regions/")
    assert (status, "过期" in words) == (401, True)
    wrong = client.get("/api/v1/regions/", headers={"Authorization": "Token nonsense"})
    assert (wrong.status_code, wrong.json()["detail"]) == (401, "令牌无效。")


def test_a_token_of_a_closed_account_is_refused(bearer, apiclient):
    caller = bearer(apiclient)
    apiclient.is_active = False
    apiclient.save()
    assert caller.get("regions/").status_code == 401


def test_what_a_former_township_registered_belongs_to_its_successor(ask, clerk, township_user, wulong, baima, jiangkou):
    gone = {"kind": Kind.TOWN, "parent": wulong, "valid_to": date(2019, 1, 1)}
    oldest = Region.objects.create(code="500156190", name="旧镇", **gone)
    former = Region.objects.create(code="500156191", name="前镇", successor=baima, **gone)
    Region.objects.filter(pk=oldest.pk).update(successor=former)
    codes = {factories.facility(unit).code for unit in (baima, former, oldest)}
    for caller in (ask(clerk), ask(township_user)):
        assert {row["code"] for row in caller.rows(f"facilities/?township={baima.code}")} == codes
    assert ask(clerk).body(f"facilities/?township={jiangkou.code}")["count"] == 0


@pytest.mark.parametrize("name", ALL)
def test_a_code_with_a_control_character_is_refused_in_words(api, name):
    response = api.client.get(f"/api/v1/{name}/", {"district": "500156\x00"})
    assert response.status_code == 400
    assert response.json()["detail"]
