"""To a stranger another township's upload does not exist, and asking for it changes nothing."""

import pytest
from filled import JSON, MONTH, Desk
from test_upload_refusals import census

from eldercare.uploads import Upload

pytestmark = pytest.mark.django_db
ADDRESSES = [("get", ""), ("post", "confirm/"), ("post", "undo/"), ("get", "annotated/"), ("get", "original/")]


@pytest.fixture
def foreign(bureau, register, jiangkou):
    """An upload of 江口镇, which the clerk sent."""
    register(township=jiangkou, name="江口镇的点", planned_year=2020)
    sheet = bureau.template(township=jiangkou.code).put(beds=3)
    return Upload.objects.get(pk=bureau.staged(sheet, township=jiangkou.code)["id"])


@pytest.mark.parametrize("headers", [{}, JSON])
@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_foreign_upload_is_not_found(desk, foreign, method, address, headers):
    before = census(), foreign.status
    response = getattr(desk.client, method)(f"/uploads/{foreign.pk}/{address}", headers=headers)
    foreign.refresh_from_db()
    assert response.status_code == 404
    assert (census(), foreign.status) == before


@pytest.mark.parametrize("headers", [{}, JSON])
def test_foreign_township_is_not_found(desk, jiangkou, headers):
    query = {"period": MONTH, "township": jiangkou.code}
    assert desk.client.get("/uploads/template/", query, headers=headers).status_code == 404
    response = desk.send(b"x", headers=headers, township=jiangkou.code)
    assert response.status_code == 404
    assert not Upload.objects.exists()


def test_foreign_upload_is_not_listed(desk, foreign, point):
    own = desk.staged(desk.template().put(progress=80))
    page = desk.client.get("/uploads/").content.decode()
    assert f"/uploads/{own['id']}/" in page
    assert f"/uploads/{foreign.pk}/" not in page


def test_clerk_sees_the_uploads_of_every_township(bureau, foreign, desk, point):
    desk.staged(desk.template().put(progress=80))
    page = bureau.client.get("/uploads/").content.decode()
    assert "白马镇" in page
    assert "江口镇" in page
    assert bureau.page(foreign.pk).status_code == 200


@pytest.mark.parametrize("role", ["leader", "apiclient"])
def test_role_without_uploads_is_refused_everywhere(request, client_for, role, foreign):
    client = client_for(request.getfixturevalue(role))
    for method, address in ADDRESSES:
        assert getattr(client, method)(f"/uploads/{foreign.pk}/{address}", headers=JSON).status_code == 403
    for address in ("/uploads/", "/uploads/new/", "/uploads/template/"):
        assert client.get(address).status_code == 403
    assert Desk(client).send(b"x").status_code == 403


@pytest.mark.parametrize("role", ["reviewer", "approver", "sysadmin"])
def test_reader_sees_the_preview_and_decides_nothing(request, client_for, role, foreign):
    desk = Desk(client_for(request.getfixturevalue(role)))
    page = desk.page(foreign.pk)
    assert page.status_code == 200
    assert "确认之后" not in page.content.decode()
    assert desk.confirm(foreign.pk).status_code == 403
    assert desk.send(b"x").status_code == 403
    foreign.refresh_from_db()
    assert foreign.status == "staged"


def test_stranger_is_sent_to_the_login(client, foreign):
    for method, address in ADDRESSES:
        response = getattr(client, method)(f"/uploads/{foreign.pk}/{address}")
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")


def test_sheet_sent_after_the_session_ended_is_not_lost_without_a_word(client):
    login = client.post("/uploads/new/", {"kind": "progress", "period": "2020-12"}, follow=True)
    assert "刚才提交的内容没有收到" in login.content.decode()
    assert 'name="next" value="/uploads/new/"' in login.content.decode()
    assert "刚才提交的内容没有收到" not in client.get("/uploads/new/", follow=True).content.decode()
