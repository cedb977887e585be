"""Pages of training: board, district and township, figure rows, sessions, ledger of certificates, papers and exports."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from trainingoffice import sheet

from eldercare.audit import AuditRecord
from eldercare.uploads import Upload
from training.models import TrainingSession
from training.services import sessions

pytestmark = pytest.mark.django_db
PHONE, NUMBER = "13800000001", "YL2020000123456"
FULL = ("演示甲", "白马镇", PHONE, NUMBER, "养老护理员证", date(2020, 6, 30), date(2021, 1, 31))
SESSIONS = "/admin/training/trainingsession/"


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def test_the_board_has_quotas_of_three_years_beside_the_targets_of_the_body(office, client_for, leader):
    office.hold(FULL)
    text = page(client_for(leader), "/dashboard/500156/training/?as_of=2020-12-31")
    for role, quota, target in (
        ("养老护理主管", 33, "至少30名"),
        ("养老管理院长", 31, "30名"),
        ("养老护理员", 101, "100名"),
    ):
        row = text.split(f'data-label="培训对象">{role}</th>')[1].split("</tr>")[0]
        assert f'data-label="各年指标合计">{quota}</td>' in row
        assert target in row
    assert "1 ÷ 30 = 3.3%" in text
    assert "演示甲" not in text


def test_district_and_township_pages_carry_training(office, client_for, leader, baima):
    office.hold(FULL)
    client = client_for(leader)
    assert "1 / 30" in page(client, "/dashboard/500156/?as_of=2020-12-31")
    assert "人员培训" in page(client, f"/dashboard/500156/{baima.code}/?as_of=2020-12-31")


def test_the_figure_page_names_people_only_to_those_who_may_see_them(office, client_for, leader, clerk):
    office.hold(FULL, ("演示乙", "白马镇", "13800000002"))
    address = "/dashboard/500156/figures/training_completion.caregiver/?as_of=2020-12-31"
    for who, sees in ((leader, False), (clerk, True)):
        text = page(client_for(who), address)
        assert ("演示甲" in text) is sees
        assert "演示培训班1" in text
        assert "超出指标，另列" in text
        assert PHONE not in text


def test_the_board_takes_the_same_queries_for_one_person_and_for_many(office, client_for, leader):
    client, counts = client_for(leader), []
    page(client, "/dashboard/500156/training/")
    for rows in ([FULL], [(f"演示{number}", "江口镇", f"138000001{number:02}") for number in range(20)]):
        office.hold(*rows)
        with CaptureQueriesContext(connection) as captured:
            page(client, "/dashboard/500156/training/?as_of=2020-12-31")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_clerk_enters_a_session_sends_a_roster_answers_and_confirms(office, client_for, clerk):
    office.hold(FULL)
    client = client_for(clerk)
    form = {"title": "新班", "role": "caregiver", "starts_on": "2020-09-01", "ends_on": "2020-09-04"}
    assert client.post(f"{SESSIONS}add/", form).status_code == 302
    session = TrainingSession.objects.get(title="新班")
    file = BytesIO(sheet(("演示甲", "白马镇", "13800000009")))
    file.name = "名册.xlsx"
    sent = client.post(f"{SESSIONS}{session.pk}/roster/", {"file": file})
    upload = Upload.objects.get(subject=str(session.pk))
    assert "是不是同一个人" in page(client, sent.url)
    client.post(f"{SESSIONS}{session.pk}/answers/", {"upload": upload.pk, "choice:A2": "nonsense"})
    assert "是不是同一个人" in page(client, sent.url)
    client.post(f"{SESSIONS}{session.pk}/answers/", {"upload": upload.pk, "choice:A2": "other"})
    upload.refresh_from_db()
    assert client.post(f"{sent.url}confirm/", {"version": upload.version}).status_code in (200, 302)
    text = page(client, f"{SESSIONS}{session.pk}/change/")
    assert "演示甲" in text
    assert "138****0009" in text
    assert "13800000009" not in text


def test_a_refused_form_says_why(office, client_for, clerk):
    session = office.hold(FULL)
    client = client_for(clerk)
    twin = {"title": session.title, "role": "caregiver", "starts_on": "2020-06-30", "ends_on": "2020-06-30"}
    assert "已经登记" in client.post(f"{SESSIONS}add/", twin).content.decode()
    backwards = twin | {"title": "另一班", "ends_on": "2020-06-01"}
    assert "结业日期不能早于开班日期" in client.post(f"{SESSIONS}add/", backwards).content.decode()
    other_role = client.post(f"{SESSIONS}{session.pk}/change/", twin | {"role": "home_director"})
    assert "培训对象不能再改" in other_role.content.decode()
    assert client.post(f"{SESSIONS}{session.pk}/roster/").status_code == 422


def test_cancelling_asks_for_a_reason_and_closes_the_form(office, client_for, clerk):
    session = office.hold(FULL)
    client = client_for(clerk)
    client.post(f"{SESSIONS}{session.pk}/cancel/", {"reason": ""})
    session.refresh_from_db()
    assert session.cancelled_at is None
    client.post(f"{SESSIONS}{session.pk}/cancel/", {"reason": "改期"})
    text = page(client, f"{SESSIONS}{session.pk}/change/")
    assert "已取消" in text
    assert "上传名册" not in text
    assert client.get(f"{SESSIONS}{session.pk}/roster/").status_code == 200
    file = BytesIO(sheet(FULL))
    file.name = "名册.xlsx"
    assert client.post(f"{SESSIONS}{session.pk}/roster/", {"file": file}).status_code == 422


@pytest.mark.parametrize("address", ["print/", "print/?list=certificates", "export/"])
def test_papers_and_exports_mask_numbers(office, client_for, reviewer, address):
    session = office.hold(FULL, ("演示乙", "白马镇", "13800000002", None, None, None, None, "否"))
    content = client_for(reviewer).get(f"{SESSIONS}{session.pk}/{address}").content
    if address == "export/":
        book = openpyxl.load_workbook(BytesIO(content))
        content = "".join(str(cell) for row in book.active.values for cell in row).encode()
        assert AuditRecord.objects.filter(action="export").exists()
    text = content.decode()
    assert "演示甲" in text
    assert ("演示乙" in text) is ("certificates" not in address)
    assert PHONE not in text
    assert NUMBER not in text
    assert "YL2********3456" in text


def test_the_ledger_of_certificates_flags_the_expired_and_those_about_to(office, client_for, clerk):
    office.district.below().update(is_demo=True)
    rows = [("演示甲", "白马镇", PHONE, "Z1", "证", date(2020, 1, 1), date(2020, 12, 30))]
    rows += [("演示乙", "白马镇", "13800000002", "Z2", "证", date(2020, 1, 1), date(2021, 3, 31))]
    rows += [("演示丙", "白马镇", "13800000003", "Z3", "证", date(2020, 1, 1), date(2021, 4, 1))]
    rows += [("演示丁", "白马镇", "13800000004", "Z4", "证")]
    office.hold(*rows)
    client = client_for(clerk)
    for expiry, name, words in (
        ("expired", "演示甲", "已过期"), ("soon", "演示乙", "90天内到期"), ("valid", "演示丙", "有效"),
        ("open", "演示丁", "没有写有效期")
    ):  # fmt: skip
        text = page(client, f"/admin/training/certificate/print/?expiry={expiry}")
        assert name in text
        assert words in text
        assert sum(other in text for other in ("演示甲", "演示乙", "演示丙", "演示丁")) == 1
    assert "90天内到期" in page(client, "/admin/training/certificate/")
    assert client.get("/admin/training/certificate/export/").status_code == 200


@pytest.mark.parametrize(
    ("days", "found"), [("30", ["演示甲"]), ("91", ["演示甲", "演示乙"]), ("1000", ["演示甲", "演示乙"])]
)
def test_certificates_that_expire_within_so_many_days_print_under_their_own_title(
    office, client_for, clerk, days, found
):
    office.district.below().update(is_demo=True)
    rows = [("演示甲", "白马镇", PHONE, "Z1", "证", date(2020, 1, 1), date(2021, 1, 30))]
    rows += [("演示乙", "白马镇", "13800000002", "Z2", "证", date(2020, 1, 1), date(2021, 4, 1))]
    rows += [("演示丙", "白马镇", "13800000003", "Z3", "证", date(2020, 1, 1), date(2020, 12, 30))]
    rows += [("演示丁", "白马镇", "13800000004", "Z4", "证")]
    office.hold(*rows)
    text = page(client_for(clerk), f"/admin/training/certificate/print/?within={days}")
    assert f"{days}天内到期的养老服务人员证书" in text
    assert [name for name in ("演示甲", "演示乙", "演示丙", "演示丁") if name in text] == found


@pytest.mark.parametrize("odd", ["x", "0", "-1", "99999"])
def test_days_that_are_none_lead_back_to_the_whole_ledger(client_for, clerk, odd):
    assert client_for(clerk).get(f"/admin/training/certificate/print/?within={odd}").status_code == 302
    assert client_for(clerk).get(f"/admin/training/certificate/?within={odd}").status_code == 302


def test_the_board_has_each_year_of_the_annex_beside_its_printed_totals(client_for, leader, wulong):
    """武隆 annex 5, by hand: 11, 11, 11 / 11, 10, 10 / 30, 35, 36; the body wants 30 / 30 / 100."""
    text = page(client_for(leader), "/dashboard/500156/training/?as_of=2022-12-31")
    for label in ("指标各行相加", "指标印发合计"):
        row = text.split(f'<th scope="row">{label}</th>')[1].split("</tr>")[0]
        numbers = [int(cell.split("<")[0]) for cell in row.split('">')[1:]]
        assert numbers == [11, 11, 11, 11, 10, 10, 30, 35, 36]
    rows = text.split('id="roles-heading"')[1].split("</table>")[0]
    wanted = {"养老护理主管": (33, 30), "养老管理院长": (31, 30), "养老护理员": (101, 100)}
    for role, (quota, target) in wanted.items():
        row = " ".join(rows.split(f">{role}</th>")[1].split("</tr>")[0].split())
        assert f'data-label="各年指标合计">{quota}</td>' in row
        assert f"{target}名" in row.split('data-label="正文目标">')[1].split("<small")[0]
        assert f"0 ÷ {quota} = 0.0%" in row


def test_the_list_of_sessions_prints_as_filtered_and_adds_up_what_was_held(office, client_for, clerk, reviewer):
    office.hold(FULL, ("演示乙", "白马镇", "13800000002", None, None, None, None, "否"))
    office.hold(("演示丙", "白马镇", "13800000003"), role="home_director")
    gone = office.hold(("演示丁", "白马镇", "13800000004"))
    sessions.cancel(gone, by=clerk, reason="改期")
    text = page(client_for(reviewer), "/admin/training/trainingsession/print/")
    assert "演示培训班1" in text
    assert "合计（2 个班，取消的不计）" in text
    total = text.split("<tfoot>")[1].split("</tfoot>")[0]
    assert '<th class="num">3</th><th class="num">2</th>' in total
    only = page(client_for(reviewer), "/admin/training/trainingsession/print/?role__exact=home_director")
    assert "演示培训班2" in only
    assert "演示培训班1" not in only
    assert "/admin/training/trainingsession/print/?role__exact=home_director" in page(
        client_for(reviewer), "/admin/training/trainingsession/?role__exact=home_director"
    )
