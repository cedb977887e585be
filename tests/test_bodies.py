"""What is too much to send at once is turned away before it is read, whoever sends it and wherever to."""

import pytest
from django.conf import settings

from eldercare.bodies import MOST_BYTES, STRANGERS_BYTES
from eldercare.sheets.limits import LIMITS

JSON = {"Accept": "application/json"}
ADDRESSES = ("/uploads/new/", "/accounts/login/", "/nowhere/", "/admin/facilities/attachment/attach/")


def announced(client, path, size, **headers):
    """The answer to a request that says it brings so many bytes; a view that read them would find none and break."""
    form = "multipart/form-data; boundary=x"
    return client.generic("POST", path, b"", form, headers=headers, CONTENT_LENGTH=str(size))


@pytest.mark.parametrize("path", ADDRESSES)
def test_stranger_may_send_no_more_than_a_sign_in_needs(db, client, path, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = announced(client, path, STRANGERS_BYTES + 1)
    assert (answer.status_code, "没有接收" in answer.content.decode()) == (413, True)


@pytest.mark.parametrize("path", ADDRESSES)
def test_more_than_all_files_of_a_form_together_is_turned_away(client_for, make_user, baima, path):
    page = announced(client_for(make_user("township", baima)), path, MOST_BYTES + 1)
    assert page.status_code == 413
    assert "请分成几次上传" in page.content.decode()
    assert "script-src" in page["Content-Security-Policy"]


def test_script_is_told_in_its_own_form(client_for, make_user, baima):
    client = client_for(make_user("township", baima))
    refused = announced(client, "/uploads/new/", 10**12, **JSON)
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (413, "too_big")
    refused = announced(client, "/api/v1/facilities/", 10**12)
    assert (refused.status_code, "没有接收" in refused.json()["detail"]) == (413, True)


def test_every_file_that_a_page_takes_goes_through():
    assert LIMITS.file_bytes < MOST_BYTES
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE < MOST_BYTES
