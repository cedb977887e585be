"""No file brings the page down: hostile ones are refused with their reason, in the page and in JSON."""

import pytest
from filled import MONTH, Desk

from eldercare.uploads import Upload

pytestmark = pytest.mark.django_db
CHOSEN = (
    "truncated", "half_downloaded", "duplicate_entry", "path_traversal", "dense_zip_bomb", "macro_project",
    "entity_bomb", "deep_nesting", "no_sheet_part", "column_16384", "row_twice", "control_character",
    "nothing", "11_megabytes", "double_suffix", "html_as_xls", "pdf", "encrypted_xlsx",
    "xls_truncated", "csv_damaged_utf8",
    "csv_open_quote", "no_suffix",
)  # fmt: skip


def cases() -> list:
    """The chosen cases of the guard's own collection."""
    import hostile

    return [case for case in hostile.CASES if case.name in CHOSEN]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_hostile_file_is_refused_with_its_reason(desk, case):
    response = desk.send(case.build(), name=case.filename)
    answer = response.json()
    assert response.status_code == 422
    assert answer["problems"][0]["code"] == case.code
    if answer["id"]:
        page = desk.page(answer["id"])
        assert page.status_code == 200
        assert "什么都没有改动" in page.content.decode()
        assert desk.client.get(f"/uploads/{answer['id']}/annotated/").status_code == 200
        assert desk.confirm(answer["id"]).status_code == 409


def test_workbook_of_something_else_is_refused(desk):
    import packages

    answer = desk.send(packages.xlsx()).json()
    assert answer["status"] == "refused"
    assert desk.page(answer["id"]).status_code == 200


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
