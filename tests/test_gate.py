"""What every request passes: a password of one's own, readable text, a lock on guessing, and headers on every answer."""

import pytest
from django.test import Client
from factories import PASSWORD

from eldercare import tokens
from eldercare.accounts import accounts_for_townships
from eldercare.audit import AuditRecord

NEW = "hua-kai-shi-jie-2020"
LOGIN, CHANGE = "/accounts/login/", "/accounts/password/"


def answers(old: str = PASSWORD, new: str = NEW) -> dict:
    return {"old_password": old, "new_password1": new, "new_password2": new}


@pytest.fixture(params=["township", "leader", "clerk", "admin"])
def newcomer(request, make_user, wulong, baima):
    """An account of each kind of role with a password that somebody else made."""
    account = make_user(request.param, baima if request.param == "township" else wulong)
    account.must_change_password = True
    account.save()
    return account


@pytest.mark.parametrize("path", ["/", "/dashboard/", "/uploads/", "/admin/", "/admin/password_change/", "/help/"])
def test_first_password_opens_only_the_page_that_changes_it(newcomer, client_for, path):
    assert client_for(newcomer).get(path, follow=True).redirect_chain[-1][0] == CHANGE


def test_first_password_reaches_neither_api_nor_upload_contract(newcomer, client_for):
    client = client_for(newcomer)
    refused = client.get("/api/v1/coverage/")
    assert (refused.status_code, "修改密码" in refused.json()["detail"]) == (403, True)
    refused = client.post("/uploads/new/", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (403, "password_due")


@pytest.mark.parametrize("path", ["/uploads/", "/uploads/new/", "/uploads/1/", "/uploads/1/confirm/"])
def test_a_script_whose_session_is_over_is_told_so_and_gets_no_login_page(db, client, path):
    refused = client.get(path, headers={"Accept": "application/json"})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Session")
    assert (refused.json()["status"], refused.json()["problems"][0]["code"]) == ("refused", "login_required")
    assert client.get(path).url.startswith(LOGIN)


def test_changing_the_first_password_opens_the_portal(newcomer, client_for):
    client = client_for(newcomer)
    assert client.post(CHANGE, answers()).status_code == 302
    assert client.get("/", follow=True).status_code == 200
    newcomer.refresh_from_db()
    assert not newcomer.must_change_password
    assert newcomer.check_password(NEW)
    record = AuditRecord.objects.get(action="record.changed", object_id=str(newcomer.pk))
    assert (record.by_id, record.detail) == (newcomer.pk, {"fields": ["密码"]})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (answers(new=PASSWORD), "新密码不能与旧密码相同"),
        (answers(old="wrong-one-2020"), "旧密码"),
        (answers(new="1234567890"), "密码"),
        (answers() | {"new_password2": "another-one-2020"}, "不一致"),
    ],
)
def test_a_password_that_will_not_do_is_explained_and_the_change_stays_due(newcomer, client_for, given, reason):
    page = client_for(newcomer).post(CHANGE, given).content.decode()
    summary = page[page.index("密码没有修改") : page.rindex("<form")]
    assert reason in summary
    newcomer.refresh_from_db()
    assert newcomer.must_change_password
    assert newcomer.check_password(PASSWORD)


def test_everybody_may_change_the_own_password_at_any_time(township_user, client_for):
    client = client_for(township_user)
    assert CHANGE in client.get("/help/").content.decode()
    assert client.post(CHANGE, answers()).status_code == 302
    assert client.get("/help/").status_code == 200  # this session goes on


def test_other_sessions_end_with_the_old_password(township_user, client_for):
    here, elsewhere = client_for(township_user), client_for(township_user)
    here.post(CHANGE, answers())
    assert elsewhere.get("/help/").url.startswith(LOGIN)


def test_session_and_token_end_with_the_account(clerk, client_for):
    client, secret = client_for(clerk), tokens.issue(clerk, days=1)
    clerk.is_active = False
    clerk.save()
    assert client.get("/dashboard/").url.startswith(LOGIN)
    assert client.get("/api/v1/coverage/", headers={"Authorization": f"Token {secret}"}).status_code == 401


def test_password_set_by_the_administrator_is_changed_by_its_owner(sysadmin, township_user, client_for):
    address = f"/admin/eldercare/user/{township_user.pk}/password/"
    client_for(sysadmin).post(address, {"password1": NEW, "password2": NEW})
    township_user.refresh_from_db()
    assert township_user.check_password(NEW)
    assert township_user.must_change_password


def test_made_accounts_start_with_a_password_to_change(wulong, client):
    account, secret = accounts_for_townships(wulong)[0]
    assert client.post(LOGIN, {"username": account.username, "password": secret}).status_code == 302
    assert client.get("/uploads/").url == CHANGE


def test_signing_out_of_the_admin_is_on_record(clerk, client_for):
    client = client_for(clerk)
    assert client.get("/admin/logout/").status_code == 405
    client.post("/admin/logout/")
    assert AuditRecord.objects.filter(action="logout", by_id=clerk.pk).count() == 1
    assert client.get("/admin/").url.startswith("/admin/login/")


def test_guessing_locks_the_account_and_says_so_in_chinese(clerk, client):
    guesses = [client.post(LOGIN, {"username": "clerk", "password": f"wrong-{n}"}) for n in range(6)]
    assert guesses[-1].status_code == 429
    assert "账号暂时锁定" in guesses[-1].content.decode()
    right = client.post(LOGIN, {"username": "clerk", "password": PASSWORD})
    assert right.status_code == 429
    assert AuditRecord.objects.filter(action="login.failed").count() >= 5


def test_locks_are_not_shown_in_english(sysadmin, client_for):
    client = client_for(sysadmin)
    assert "axes" not in client.get("/admin/").content.decode()
    assert client.get("/admin/axes/accessattempt/").status_code == 404


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
@pytest.mark.parametrize("door", [LOGIN, "/admin/login/"])
def test_signing_in_leads_to_no_other_site(clerk, client, target, door):
    page = client.get(door, {"next": target}, follow=True)
    given = page.context["form"].data.get("next", "") or page.context.get("next", "")
    data = {"username": "clerk", "password": PASSWORD, "next": given or target}
    assert client.post(LOGIN, data).url == "/"


def test_forms_from_elsewhere_are_refused_in_chinese(clerk):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    for address in (CHANGE, "/accounts/logout/", "/uploads/new/", "/admin/facilities/facility/add/"):
        refused = strict.post(address, {})
        assert refused.status_code == 403
        assert "页面已过期" in refused.content.decode()


NUL_REQUESTS = [
    ("get", "/dashboard/%00/", {}),
    ("get", "/uploads/template/?township=%00", {}),
    ("get", "/admin/facilities/facility/?zones=%00", {}),
    ("post", LOGIN, {"username": "a\0", "password": "b"}),
    ("post", "/uploads/new/", {"kind": "progress", "period": "2020-11", "township": "5\0"}),
    ("post", "/uploads/1/undo/", {"comment": "\0"}),
]


@pytest.mark.parametrize(("method", "path", "data"), NUL_REQUESTS)
def test_text_that_no_database_holds_is_refused(clerk, client_for, method, path, data):
    client = Client() if path == LOGIN else client_for(clerk)
    refused = getattr(client, method)(path, data)
    assert refused.status_code == 400
    assert "请求有误，没有执行" in refused.content.decode()


def test_text_that_no_database_holds_is_refused_to_scripts_in_their_words(clerk, client_for):
    client = client_for(clerk)
    refused = client.get("/uploads/?status=%00", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (400, "unreadable_text")
    refused = client.get("/api/v1/facilities/?type=%00")
    assert (refused.status_code, bool(refused.json()["detail"])) == (400, True)


ADDRESSES = [LOGIN, CHANGE, "/help/", "/dashboard/500156/", "/uploads/", "/admin/", "/admin/nothing/", "/nothing/",
             "/uploads/new/?x=%00", "/admin/axes/", "/healthz", "/api/v1/coverage/", "/api/v1/docs/"]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_answer_carries_the_protecting_headers(clerk, client_for, path):
    for visitor in (client_for(clerk), Client()):
        answer = visitor.get(path)
        _is_protected(answer)
        assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_a_fault_tells_nothing_and_is_protected(clerk, client_for, monkeypatch):
    def broken(request):
        raise RuntimeError("机密：数据库口令")

    client = client_for(clerk)
    client.raise_request_exception = False
    monkeypatch.setattr("eldercare.uploadpages.listing._sheets", broken)
    answer = client.get("/uploads/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "系统出了问题" in text
    assert "机密" not in text
    assert "Traceback" not in text
    _is_protected(answer)


def _is_protected(answer) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", [LOGIN, "/dashboard/500156/", "/uploads/", "/help/", "/nowhere/"])
def test_pages_leave_no_copy_in_the_browser(leader, client_for, path):
    assert "no-store" in client_for(leader).get(path)["Cache-Control"]
