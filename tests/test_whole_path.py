"""The main job from end to end, as people do it: sheet down, sheet up, confirm, submit, accept, and the leader's page moves."""

import re

import openpyxl
import pytest

pytestmark = pytest.mark.browser

CENTRE = "白马镇演示养老服务中心"
ZONES = "托养护理、生活照料、医疗保健、文体活动"
ACCEPTED = re.compile(r"已验收合格 (\d+) 个")


def accepted_count(portal, page) -> int:
    """The number in the first sentence of the leader's page."""
    portal.sign_in(page, "leader")
    page.goto(f"{portal.url}/dashboard/500156/?as_of=2020-12-31")
    number = int(ACCEPTED.search(page.inner_text(".lead"))[1])
    sign_out(portal, page)
    return number


def sign_out(portal, page) -> None:
    page.context.clear_cookies()


def fill(path) -> None:
    """What the official types: the centre is complete, its areas, beds and zones are known."""
    book = openpyxl.load_workbook(path)
    tab = book.worksheets[0]
    header = next(row for row in tab.iter_rows() if any(str(cell.value).startswith("设施编码") for cell in row))
    columns = {str(cell.value).rstrip("*").replace("\n", ""): cell.column for cell in header}
    row = next(cell.row for cells in tab.iter_rows() for cell in cells if cell.value == CENTRE)
    entries = {"建设阶段": "完工", "形象进度（%）": 100, "建筑面积（㎡）": 960, "使用面积（㎡）": 720, "床位数": 24,
               "护理型床位数": 20, "功能区": ZONES}  # fmt: skip
    for heading, value in entries.items():
        tab.cell(row, columns[heading], value)
    book.save(path)


def download(page, selector, folder):
    with page.expect_download() as waiting:
        page.click(selector)
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def report_month(portal, page, folder) -> None:
    """The township official's two minutes."""
    portal.sign_in(page, "township")
    path = download(page, "text=下载12月表格", folder)
    fill(path)
    page.set_input_files("input[type=file]", path)
    page.click("main form[enctype] button.is-primary")
    page.wait_for_selector("dl.counts")
    preview = page.inner_text("main")
    assert CENTRE in preview
    assert "完工" in preview
    page.click("main form[action*=confirm] button")
    page.wait_for_url(re.compile(r"/uploads/\d+/"))
    assert "已入库" in page.inner_text("main")
    sign_out(portal, page)


def open_facility(portal, page) -> None:
    page.goto(f"{portal.url}/admin/facilities/facility/?q={CENTRE}")
    page.click(f"#result_list a >> text={CENTRE}")


def move(page, label: str) -> None:
    """Press one of the moves in the fixed footer."""
    page.click(f".moves button:has-text('{label}')")
    page.wait_for_load_state()


def test_report_acceptance_and_dashboard(portal, page, tmp_path):
    page.on("dialog", lambda dialog: dialog.accept())
    before = accepted_count(portal, page)

    report_month(portal, page, tmp_path)

    portal.sign_in(page, "clerk")
    open_facility(portal, page)
    page.click("button:has-text('申请验收')")
    page.wait_for_load_state()
    move(page, "提交审核")
    review_address = page.url
    sign_out(portal, page)

    portal.sign_in(page, "reviewer")
    page.goto(review_address)
    move(page, "受理")
    page.fill(".moves textarea[name=comment]", "资料齐全，现场已由专班核查")
    move(page, "验收合格")
    assert "验收合格" in page.inner_text(".moves")
    sign_out(portal, page)

    assert accepted_count(portal, page) == before + 1
