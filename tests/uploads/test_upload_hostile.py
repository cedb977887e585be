"""What a stranger wrote stays a text on the pages; the files themselves are tried in test_corpus_hostile.py."""

import pytest
from filled import MONTH, Desk

from eldercare.uploads import Upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["../../etc/月报.xlsx", "x" * 400 + ".xlsx", "<script>alert(1)</script>.xlsx", "=1+1.xlsx"]
)
def test_strange_file_name_stays_a_text(desk, name):
    answer = desk.send(desk.template(), MONTH, name=name).json()
    page = desk.page(answer["id"])
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    original = desk.client.get(f"/uploads/{answer['id']}/original/")
    assert original.status_code == 200
    assert len(b"".join(original.streaming_content)) == Upload.objects.get().size


def test_text_of_a_cell_is_shown_as_text(desk, point):
    answer = desk.staged(desk.template().put(issues="<img src=x onerror=alert(1)>", remark="{{ request }}"))
    page = desk.page(answer["id"]).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_request_without_a_file_is_explained(desk: Desk):
    response = desk.client.post("/uploads/new/", {"kind": "progress", "period": MONTH})
    assert response.status_code == 422
    assert "请选择要上传的文件" in response.content.decode()
