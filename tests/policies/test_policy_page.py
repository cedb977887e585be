"""The page of a policy: what it demands by clause, searchable, with what is unclear and what each load changed."""

import re
import shutil

import factories
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from policyfolders import FIXTURES, SLUGS

from eldercare.management import policyload
from facilities.models import Requirement
from plans.models import Target


@pytest.fixture
def read(five, client_for):
    """read(slug, **query) -> the page's words, as a clerk of the policy's own district sees them."""

    def page(slug: str, **query) -> str:
        client = client_for(factories.user("clerk", five[slug].district))
        answer = client.get(f"/policies/{slug}/", query)
        assert answer.status_code == 200
        return words(answer.content.decode())

    return page


def words(html: str) -> str:
    """What a reader sees: a tag that stands inside a sentence leaves no gap."""
    inline = re.sub(r"</?(?:strong|small|span|a)\b[^>]*>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", inline).split())


@pytest.mark.parametrize("slug", SLUGS)
def test_page_lists_every_requirement_and_target_with_its_clause(five, read, slug):
    page = read(slug)
    for model, owner in ((Requirement, "edition__policy"), (Target, "policy")):
        for row in model.objects.filter(**{owner: five[slug]}):
            assert row.label in page
            assert row.clause in page
    assert not re.search(r"\b(facility|village|community|township)\.\w+", page)


# policy, and what its page must say in these words
SAYS = {
    "wulong-2020": [
        "街道养老服务中心：建筑面积 不低于 1500 ㎡ 原则上不低于（原则性）", "不低于 300 ㎡；老年人口较少的社区：不低于 200 ㎡",
        "印发合计 23，各行相加 22", "200 万元", "每月报专项工作领导小组 次月5日前 各街道办事处", "养老护理员 2022年 36 人",
    ],
    "wuxi-2021": ["除外：即将合并撤销 或 乡镇养老服务中心所在村", "适用于：", "敬老院：耐火等级 不低于 三级"],
    "xqu-2020": [
        "街道 11、乡镇 41、社区 197、村 437", "责任：各镇、乡人民政府、各街道办事处", "可与养老机构床位新办补助并享", "金额未印",
    ],
    "gongqing-2020": [
        "13 间合计 525 ㎡，使用面积", "类别表：社区日间照料中心类别", "14 间合计 1070 ㎡ 705 ㎡ 488 ㎡ 315 ㎡",
        "休息室 321 ㎡ 180 ㎡ 101 ㎡ 60 ㎡",
        "分界处归较高一类", "工作人员 — — — 3 名以上",
    ],
    "changshou-2023": ["≥60%（现状 50.2%）", "分母可选：", "比较符未印", "目标值单位未印", "90岁以上", "3000"],
}  # fmt: skip


@pytest.mark.parametrize("slug", SLUGS)
def test_page_says_what_the_policy_demands(read, slug):
    page = read(slug)
    assert [sentence for sentence in SAYS[slug] if sentence not in page] == []


def test_page_prints_how_much_of_the_text_is_executed(read):
    page = read("wuxi-2021")
    assert (
        "全文 42 条：可执行 34 条（81.0%），人工核查 3 条（7.1%），引用标准 1 条（2.4%），仅文字 4 条（9.5%）" in page
    )


def test_contradictions_stand_beside_their_clause(read):
    page = read("xqu-2020")
    assert "存疑与矛盾（25）" in page
    assert "13; 附件2 同一床位数，正文“一般应”，附件2“应” 约束程度不一" in page


def test_search_keeps_only_lines_with_all_its_words(read):
    page = read("wulong-2020", q="养老服务站 面积")
    assert "社区养老服务站：面积" in page
    assert "街道养老服务中心：建筑面积" not in page
    assert "“养老服务站 面积”有 1 条" in page


def test_search_finds_clauses_numbers_rooms_and_contradictions(read):
    assert "乡镇养老服务中心及" in read("wulong-2020", q="100 万元")
    assert "报送推进落实情况" in read("wulong-2020", q="三(一)")
    assert "康复训练室 58 ㎡ 54 ㎡" in read("gongqing-2020", q="康复训练室")
    assert "存疑与矛盾（1）" in read("wulong-2020", q="印发合计23")


def test_search_without_a_hit_says_so(read):
    page = read("wulong-2020", q="游泳池")
    assert "没有找到" in page
    assert "<script>" not in read("wulong-2020", q="<script>alert(1)</script>")


def test_changed_folder_shows_its_differences(five, read, tmp_path):
    folder = shutil.copytree(FIXTURES / "wulong-2020", tmp_path / "wulong-2020")
    standards = folder / "standards.toml"
    standards.write_text(
        standards.read_text(encoding="utf-8").replace("value = 1500", "value = 1600", 1), encoding="utf-8"
    )
    policyload.load(folder)
    page = read("wulong-2020")
    assert "不低于 1600 ㎡" in page
    assert "新增 0 行，变更 1 行，删除 0 行" in page
    assert "标准条款：建筑面积：条款内容 value 1500 → 1600" in page


def test_edition_that_ended_points_to_the_one_in_its_place(five, read, tmp_path):
    folder = shutil.copytree(FIXTURES / "wulong-2020", tmp_path / "wulong-2023")
    head = folder / "policy.toml"
    text = head.read_text(encoding="utf-8").replace(
        'slug = "wulong-2020"', 'slug = "wulong-2023"\nsupersedes = "wulong-2020"'
    )
    head.write_text(text.replace('short_title = "武隆', 'short_title = "新武隆'), encoding="utf-8")
    standards = folder / "standards.toml"
    changed = standards.read_text(encoding="utf-8").replace("value = 1500", "value = 1800", 1)
    standards.write_text(changed.replace('id = "point.no_new_building"', 'id = "point.never_new"', 1), encoding="utf-8")
    five["wulong-2023"], _ = policyload.load(folder)
    assert "已被替代 新武隆" in read("wulong-2020")
    assert "相比" not in read("wulong-2020")
    assert "标准 建筑面积：value 1500 → 1800 标准 不新建：不再有" in read("wulong-2023")
    assert "替代 武隆全覆盖方案（2020）" in read("wulong-2023")


def test_foreign_policy_does_not_exist(five, clerk, township_user, client_for):
    assert client_for(clerk).get("/policies/xqu-2020/").status_code == 404
    assert client_for(clerk).get("/policies/nothing/").status_code == 404
    listed = words(client_for(clerk).get("/policies/").content.decode())
    assert "武隆全覆盖方案" in listed
    assert "X区" not in listed
    assert client_for(township_user).get("/policies/wulong-2020/").status_code == 403


def test_questions_to_the_database_do_not_grow_with_the_policy(five, client_for):
    asked = {}
    for slug in ("wulong-2020", "changshou-2023"):
        client = client_for(factories.user("clerk", five[slug].district))
        client.get("/policies/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/policies/{slug}/")
        asked[slug] = len(queries)
    # 武隆 has plan and quota tables: their cells and totals are two questions each, however many cells there are.
    assert asked["wulong-2020"] - asked["changshou-2023"] == 4
    assert asked["wulong-2020"] < 35
