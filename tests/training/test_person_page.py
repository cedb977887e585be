"""The page of a person of the rosters: a clerk moves, corrects, merges and takes back there, and is told what is wrong."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from trainingoffice import LATER, PHONE

from training.models import Change, Person, PersonChange
from training.services import people

pytestmark = pytest.mark.django_db
OTHER_PHONE = "13800000002"
WHY = "调令2020年9号"


@pytest.fixture
def at_page(person, clerk, client_for):
    """The page of the person: post(what, **form) -> what it says then."""
    client = client_for(clerk)

    def post(what, **form):
        return client.post(f"/admin/training/person/{person.pk}/{what}/", form, follow=True).content.decode()

    return post


def test_a_clerk_moves_corrects_and_takes_back_on_the_page_of_the_person(person, at_page):
    assert "1 条参训记录改计到江口镇" in at_page("transfer", on="2020-09-01", unit="江口镇", reason=WHY)
    told = at_page("correct", name="演示乙", reason="写错")
    assert "演示甲 → 演示乙" in told
    move = PersonChange.objects.get(kind=Change.MOVED)
    assert "已撤销这次调动" in at_page("retract", change=move.pk)
    person.refresh_from_db()
    assert (person.name, person.unit_name) == ("演示乙", "白马镇")


@pytest.mark.parametrize(
    ("what", "form", "words"),
    [
        ("transfer", {"on": "2020-09-01", "unit": "某县", "reason": WHY}, "不是本区县的单位"),
        ("transfer", {"on": "gestern", "unit": "江口镇"}, "原因："),
        ("transfer", {"on": "2099-01-01", "unit": "江口镇", "reason": WHY}, "还没有到"),
        ("correct", {"phone": "12", "reason": "写错"}, "不是电话号码"),
        ("correct", {"reason": "写错"}, "没有改动"),
        ("merge", {"other": "x", "sure": "yes", "reason": "同一个人"}, "另一条登记的编号"),
        ("retract", {"change": "0"}, "最近一次"),
    ],
)
def test_the_page_says_field_by_field_what_is_wrong_and_changes_nothing(person, at_page, what, form, words):
    told = at_page(what, **form)
    assert "没有办理" in told
    assert words in told
    assert not PersonChange.objects.exists()


def test_the_page_merges_after_a_tick_only_and_keeps_the_other_entry_findable(office, clerk, client_for):
    office.hold(("演示甲", "白马镇", PHONE))
    office.hold(("演示甲", "江口镇", OTHER_PHONE), ended=LATER)
    kept, other = Person.objects.order_by("pk")
    client = client_for(clerk)
    page = f"/admin/training/person/{kept.pk}/"
    text = client.get(f"{page}change/").content.decode()
    assert f"{other.pk} 号 演示甲，江口镇，电话 138****0002；参训 1 次" in text
    form = {"other": other.pk, "reason": "同一个人"}
    assert "没有办理" in client.post(f"{page}merge/", form, follow=True).content.decode()
    assert "已并入" in client.post(f"{page}merge/", form | {"sure": "yes"}, follow=True).content.decode()
    assert client.post(f"{page}merge/", form | {"sure": "yes", "other": 999999}).status_code == 404
    listed = client.get("/admin/training/person/").context["cl"].result_list
    assert [row.pk for row in listed] == [kept.pk]
    assert client.get("/admin/training/person/?merged=yes").context["cl"].result_count == 1
    told = client.get(f"/admin/training/person/{other.pk}/change/").content.decode()
    assert f'并入 <a href="/admin/training/person/{kept.pk}/change/"' in told


def test_the_page_takes_the_same_queries_whatever_hangs_on_the_person(office, person, clerk, client_for):
    client, counts = client_for(clerk), []
    address = f"/admin/training/person/{person.pk}/change/"
    client.get(address)
    for number in (1, 8):
        for each in range(number):
            office.hold(("演示甲", "白马镇", PHONE, f"ZS{number}{each}", "证"), ended=date(2020, 11, 1 + each))
            Person.objects.create(district=person.district, name=person.name, unit=person.unit)
            people.correct(person, phone=f"138000001{number}{each}", reason="写错", by=clerk)
            people.correct(person, phone=PHONE, reason="写错", by=clerk)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
