"""The division tree: paths, days, short names, and how printed names find their unit."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from factories import region

from eldercare.divisions import Unit, load_edition, township_kind
from eldercare.names import NameBook, RegionAlias
from eldercare.regions import VILLAGE_KINDS, Kind, Region, district_of, short_name

DAY = date(2020, 12, 31)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("石桥苗族土家族乡", "石桥乡"),
        ("浩口苗族仡佬族乡", "浩口乡"),
        ("白马镇", "白马镇"),
        ("铁佛村村民委员会", "铁佛村"),
        ("六方坪社区居民委员会", "六方坪社区"),
        ("六方坪社区居委会", "六方坪社区"),
        ("前山村民委员会（赣江新区共青组团）", "前山村"),
        ("复元村委会", "复元村"),
        ("羽博居民居委会", "羽博"),
        ("村民委员会", "村民委员会"),
    ],
)
def test_short_name_drops_what_people_leave_out(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("name", "kind"),
    [("凤山街道", Kind.STREET), ("白马镇", Kind.TOWN), ("赵家乡", Kind.TOWNSHIP), ("白马林场", Kind.OTHER)],
)
def test_township_kind_comes_from_the_ending(name, kind):
    assert township_kind(name) == kind


def test_wulong_has_the_units_of_its_edition(wulong):
    below = wulong.below().on(DAY)
    assert below.townships().count() == 26
    assert below.filter(kind=Kind.STREET).count() == 4
    assert below.filter(kind=Kind.COMMUNITY).count() == 30
    assert below.filter(kind=Kind.VILLAGE).count() == 185


def test_path_leads_from_the_province_to_the_unit(baima, wulong):
    assert baima.ancestor_codes == ["500000", "500156", baima.code]
    assert district_of(baima) == wulong
    assert district_of(wulong) == wulong
    assert district_of(baima.children.first()) == wulong


def test_subtree_holds_nothing_of_a_neighbour_whose_code_begins_alike(db, wulong):
    near = Region.objects.create(code="5001561", name="邻县", kind=Kind.DISTRICT, parent=wulong.parent)
    assert near not in wulong.below()


def test_code_without_edition_exists_once(db, wulong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(code=wulong.code, name="又一个武隆区", kind=Kind.DISTRICT, parent=wulong.parent)


def test_region_cannot_end_before_it_begins(db, wulong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(
            code="500156999", name="某镇", kind=Kind.TOWN, parent=wulong,
            valid_from=date(2020, 6, 30), valid_to=date(2020, 6, 30),
        )  # fmt: skip


def test_next_edition_ends_what_is_gone_begins_what_is_new_and_keeps_the_rest(db):
    upper = Region.objects.create(code="990000", name="某省", kind=Kind.PROVINCE)
    district = Region.objects.create(code="990101", name="某县", kind=Kind.DISTRICT, parent=upper)
    old = [Unit("990101100", "东镇", Kind.TOWN, "990101"), Unit("990101200", "西乡", Kind.TOWNSHIP, "990101")]
    new = [Unit("990101100", "东镇", Kind.TOWN, "990101"), Unit("990101101", "西镇", Kind.TOWN, "990101")]
    load_edition(district, date(2019, 10, 31), old)
    counts = load_edition(district, date(2020, 6, 30), new)
    assert counts == {"begun": 1, "ended": 1, "kept": 1}
    for day, names in (
        (date(2018, 1, 1), {"东镇", "西乡"}),
        (date(2020, 6, 29), {"东镇", "西乡"}),
        (date(2020, 6, 30), {"东镇", "西镇"}),
    ):
        assert set(district.below().on(day).townships().values_list("name", flat=True)) == names


def test_loading_an_edition_again_changes_nothing(wulong):
    before = list(Region.objects.order_by("pk").values())
    assert load_edition(wulong, date(2019, 10, 31), [])["ended"] == 0
    assert list(Region.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("written", ["石桥苗族土家族乡", "石桥乡", "石 桥 乡", "石桥乡\n"])
def test_name_book_finds_full_and_short_names_despite_spaces(wulong, written):
    assert NameBook(wulong, DAY).match(written) == region("石桥乡")


def test_name_book_proposes_a_similar_unit_but_never_uses_it(wulong):
    book = NameBook(wulong, DAY)
    assert book.match("庙坪乡") is None
    unit, similarity = book.proposal("庙坪乡")
    assert unit == region("庙垭乡")
    assert similarity == pytest.approx(0.67)


def test_name_book_proposes_the_only_unit_whose_own_name_stands_in_a_longer_text(baima):
    book = NameBook(baima.parent, DAY, VILLAGE_KINDS, within_region=baima)
    unit, similarity = book.proposal("武隆区白马镇板桥村村民委员会办公室")
    assert (unit.short_name, similarity < 0.6) == ("板桥村", True)
    assert book.proposal("武隆区白马镇板桥村、东升村村民委员会办公室") is None


def test_name_book_proposes_nothing_when_nothing_is_near(wulong):
    assert NameBook(wulong, DAY).proposal("区民政局直属机构") is None


def test_confirmed_alias_matches_and_a_waiting_or_rejected_one_does_not(wulong):
    alias = RegionAlias.objects.get(district=wulong, name="庙坪乡")
    for status, found in (("proposed", None), ("rejected", None), ("confirmed", region("庙垭乡"))):
        RegionAlias._base_manager.filter(pk=alias.pk).update(status=status)
        assert NameBook(wulong, DAY).match("庙坪乡") == found


def test_name_that_two_units_share_is_no_match(wulong, baima, jiangkou):
    for township in (baima, jiangkou):
        Region.objects.create(code=f"{township.code}999", name="同名村村民委员会", kind=Kind.VILLAGE, parent=township)
    assert NameBook(wulong, DAY, (Kind.VILLAGE,)).match("同名村") is None
    inside = NameBook(wulong, DAY, (Kind.VILLAGE,), within_region=baima)
    assert inside.match("同名村").parent == baima


def test_name_book_asks_two_queries_however_many_names(wulong, django_assert_num_queries):
    with django_assert_num_queries(2):
        book = NameBook(wulong, DAY)
        for name in ("白马镇", "江口镇", "庙坪乡", "没有的乡") * 20:
            book.match(name)


def test_demo_district_stands_still_in_its_demo_year(wulong):
    wulong.is_demo = True
    assert wulong.default_as_of() == date(2020, 12, 31)
