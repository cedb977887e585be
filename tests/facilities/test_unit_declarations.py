"""单位认定: a clerk declares what the standard asks of villages and communities, one by one or many at once."""

from datetime import date

import factories
import pytest
from django.urls import reverse

from eldercare import figures
from eldercare.audit import AuditRecord
from eldercare.policies import Policy
from eldercare.regions import Kind, Region
from eldercare.review import Denied, MoveRefused
from facilities import checks, unitchecks, unitquestions
from facilities.models import Declaration, Exemption, OperatorContract, StandardEdition
from facilities.services import declaring
from facilities.statistics import standings
from plans.statistics import cover

PAGE = reverse("admin:facilities_declaration_units")
FEW = "community.few_elders"
DAY = date(2020, 12, 31)
PROOF = "2020年人口普查资料"


@pytest.fixture
def desk(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def communities(baima):
    return list(baima.children.filter(kind=Kind.COMMUNITY, valid_to__isnull=True).order_by("code"))


@pytest.fixture
def asked(wulong):
    edition = StandardEdition.objects.in_force(wulong, DAY)
    return unitquestions.of_units(edition)


@pytest.fixture
def extended(wulong):
    """武隆's edition with a duty of villages that a person judges, a size and an exemption."""
    edition = StandardEdition.objects.in_force(wulong, DAY)
    size = {
        "id": "large", "label": "规模较大", "kind": "declared", "fact": "village.size_class", "operator": "=",
        "value": "large", "evidence": "村人口说明", "clause": "三",
    }  # fmt: skip
    merged = {
        "id": "merged", "label": "即将合并撤销", "kind": "declared", "fact": "village.to_be_merged",
        "evidence": "调整方案", "clause": "三",
    }  # fmt: skip
    body = edition.body
    body["condition"] = [*body["condition"], size, merged]
    body["fact"] = [
        *body["fact"],
        {
            "id": "village.size_class", "subject": "village", "type": "text", "label": "村庄规模",
            "choices": {"large": "大村", "small": "小村"},
        },
        {"id": "township.remote", "subject": "township", "type": "boolean", "label": "边远乡镇"},
    ]  # fmt: skip
    far = {"id": "far", "label": "边远乡镇", "kind": "declared", "fact": "township.remote", "clause": "三"}
    body["condition"].append(far)
    edition.body = body
    edition.save()
    _clause(edition, "point.large", ["VILLAGE_POINT"], "facility", when=["large"])
    _clause(edition, "point.far", ["VILLAGE_POINT"], "facility", when=["far"])
    _clause(edition, "village.lead", [], "village", exempt_when=["merged"])
    return edition


def _clause(edition, key, types, subject, **conditions):
    body = {
        "id": key, "label": "要求", "kind": "manual", "wording": "应", "modality": "must", "clause": "三", **conditions,
    }  # fmt: skip
    body |= {"applies_to": types} if types else {"subject": subject}
    edition.requirements.create(
        position=edition.requirements.count() + 1, key=key, label="要求", clause="三", subject=subject,
        applies_to=types, kind="manual", modality="must", wording="应", body=body,
    )  # fmt: skip


def post(client, fact, units, **told):
    data = {"unit": [unit.pk for unit in units], "answer": "yes", "starts_on": "2020-06-01", "evidence": PROOF} | told
    return client.post(f"{PAGE}?fact={fact}", data)


def test_the_page_lists_every_unit_with_what_is_known_of_it(desk, communities, clerk):
    Declaration.objects.create(region=communities[0], fact=FEW, value=True, evidence=PROOF, recorded_by=clerk)
    response = desk.get(f"{PAGE}?fact={FEW}")
    lines = {line.answer.unit.pk: line for line in response.context["lines"]}

    assert len(lines) == Region.objects.filter(code__startswith="500156", kind="community", valid_to=None).count()
    assert (lines[communities[0].pk].text, lines[communities[1].pk].text) == ("是", "")
    assert PROOF in response.content.decode()


def test_the_list_is_filtered_by_township_and_undecided(desk, communities, baima):
    Declaration.objects.create(region=communities[0], fact=FEW, value=False)
    whole = desk.get(f"{PAGE}?fact={FEW}&township={baima.code}").context["lines"]
    open_ones = desk.get(f"{PAGE}?fact={FEW}&township={baima.code}&undecided=1").context["lines"]

    assert {line.answer.unit.pk for line in whole} == {unit.pk for unit in communities}
    assert {line.answer.unit.pk for line in open_ones} == {unit.pk for unit in communities[1:]}


def test_many_units_are_declared_at_once_on_one_evidence(desk, communities, clerk):
    assert post(desk, FEW, communities).status_code == 302

    rows = Declaration.objects.filter(fact=FEW)
    assert {row.region_id for row in rows} == {unit.pk for unit in communities}
    assert {(row.value, row.evidence, row.starts_on, row.recorded_by) for row in rows} == {
        (True, PROOF, date(2020, 6, 1), clerk)
    }
    assert AuditRecord.objects.filter(action="record.created", model="facilities.declaration").count() == len(rows)


def test_a_form_sent_twice_declares_once(desk, communities):
    post(desk, FEW, communities)
    response = desk.get(post(desk, FEW, communities).url)

    assert Declaration.objects.filter(fact=FEW).count() == len(communities)
    assert "没有重复登记" in response.content.decode()


def test_a_changed_answer_is_a_new_record_and_the_old_one_stays(desk, communities, wulong):
    post(desk, FEW, communities[:1])
    post(desk, FEW, communities[:1], answer="no", starts_on="2020-09-01")
    known = unitchecks.check_units(figures.scope_for(wulong, DAY), communities[:1])[0].facts

    assert Declaration.objects.filter(fact=FEW).count() == 2
    assert known[FEW] is False


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"unit": []}, "请至少勾选一个单位"),
        ({"answer": ""}, "认定结果"),
        ({"answer": "maybe"}, "认定结果"),
        ({"evidence": ""}, "依据或证据"),
        ({"evidence": "据" * 301}, "依据或证据"),
        ({"evidence": "证明\x07"}, "不能识别的字符"),
        ({"starts_on": ""}, "起始日期"),
        ({"starts_on": "2020-02-30"}, "起始日期"),
        ({"starts_on": "1899-01-01"}, "起始日期应在 2000 年到 2100 年之间"),
        ({"starts_on": "9999-01-01"}, "起始日期应在 2000 年到 2100 年之间"),
    ],
)
def test_a_wrong_form_declares_nothing_and_says_why(desk, communities, told, words):
    response = post(desk, FEW, communities, **told)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Declaration.objects.exists()


def test_what_was_ticked_and_typed_stays_after_a_refusal(desk, communities):
    response = post(desk, FEW, communities[:1], evidence="据" * 301)

    assert [line.answer.unit for line in response.context["lines"] if line.is_ticked] == communities[:1]
    assert "据" * 301 in response.content.decode()


@pytest.mark.parametrize("unit", ["abc", "0", "99999999999999999999", "-1"])
def test_a_forged_unit_is_not_there(desk, communities, unit):
    response = desk.post(
        f"{PAGE}?fact={FEW}",
        {"unit": [communities[0].pk, unit], "answer": "yes", "starts_on": "2020-06-01", "evidence": PROOF},
    )
    assert response.status_code == 404
    assert not Declaration.objects.exists()


def test_a_unit_of_another_district_is_not_there(desk):
    stranger = Region.objects.filter(code__startswith="500115", kind="community").first()
    assert post(desk, FEW, [stranger]).status_code == 404


@pytest.mark.parametrize("query", ["fact=village.unknown", "fact=facility.gross_area", "district=500115"])
def test_what_the_standard_does_not_ask_and_a_foreign_district_are_not_there(desk, query):
    assert desk.get(f"{PAGE}?{query}").status_code == 404


@pytest.mark.parametrize(("role", "status"), [("reviewer", 302), ("approver", 403), ("admin", 403)])
def test_only_clerks_and_reviewers_declare(client_for, make_user, wulong, communities, role, status):
    client = client_for(make_user(role, wulong))

    assert client.get(f"{PAGE}?fact={FEW}").status_code == 200
    assert post(client, FEW, communities).status_code == status
    assert Declaration.objects.exists() == (status == 302)


def test_the_service_itself_asks_right_and_scope(asked, communities, approver, make_user, wulong):
    told = {"value": True, "evidence": PROOF, "starts_on": DAY}
    for person in (approver, make_user("clerk", Region.objects.get(name="长寿区"))):
        with pytest.raises(Denied):
            declaring.declare_units(communities, asked[FEW], by=person, **told)
    assert not Declaration.objects.exists()


def test_the_service_refuses_units_the_question_is_not_about(asked, baima, clerk):
    with pytest.raises(MoveRefused, match="不适用于白马镇"):
        declaring.declare_units([baima], asked[FEW], value=True, evidence=PROOF, starts_on=DAY, by=clerk)


def test_nothing_the_register_records_is_asked(asked):
    assert set(asked) == {FEW}


def test_a_question_that_only_facilities_clauses_ask_is_asked_of_units(extended):
    found = unitquestions.of_units(extended)
    subjects = {fact: (question.subject, question.asked_of) for fact, question in found.items()}

    assert subjects == {
        "village.to_be_merged": ("village", "village"),
        "requirement.village.lead": ("village", "village"),
        FEW: ("community", "community"),
        "village.size_class": ("village", "VILLAGE_POINT"),
        "township.remote": ("township", "VILLAGE_POINT"),
    }


def test_twenty_villages_become_small_ones_together(desk, extended, wulong):
    villages = list(Region.objects.filter(code__startswith="500156", kind="village", valid_to=None)[:20])
    assert post(desk, "village.size_class", villages, answer="small").status_code == 302

    assert set(Declaration.objects.values_list("fact", "value")) == {("village.size_class", "small")}
    assert Declaration.objects.count() == 20


def test_each_unit_has_its_own_form_which_leads_back(desk, extended, baima):
    village = baima.children.filter(kind="village", valid_to=None).first()
    for fact in ("village.size_class", "requirement.village.lead"):
        lines = desk.get(f"{PAGE}?fact={fact}").context["lines"]
        url = next(line.add_url for line in lines if line.answer.unit == village)
        answer = "small" if fact == "village.size_class" else "yes"
        done = desk.post(url, {"answer": answer, "starts_on": "2020-06-01", "evidence": PROOF})
        assert done.status_code == 302
        assert f"fact={fact}" in done.url
    assert Declaration.objects.filter(region=village).count() == 2


def test_township_facts_join_those_of_its_facilities(extended, register, baima):
    point = register()
    before = {row.requirement: row.outcome for row in checks.check(point, DAY).findings}
    Declaration.objects.create(region=baima, fact="township.remote", value=False)
    after = {row.requirement: row.outcome for row in checks.check(point, DAY).findings}

    assert (before["point.far"], after["point.far"]) == ("no_data", "not_applicable")


def test_the_village_has_the_last_word_over_the_township(extended, register, baima):
    village = baima.children.filter(kind="village", valid_to=None).first()
    point = register(village=village)
    Declaration.objects.create(region=baima, fact="village.size_class", value="large")
    Declaration.objects.create(region=village, fact="village.size_class", value="small")

    assert checks.check(point, DAY).facts["village.size_class"] == "small"


def test_a_facility_under_a_former_township_knows_what_is_declared_of_its_successor(extended, wulong):
    old = Region.objects.get(code__startswith="500156", short_name="羊角镇")
    heir = old.as_of(DAY)
    point = factories.facility(old, "VILLAGE_POINT")
    Declaration.objects.create(region=heir, fact="township.remote", value=True)

    assert heir != old
    assert checks.check(point, DAY).facts["township.remote"] is True


@pytest.mark.parametrize("way", ["exemption", "declaration"])
def test_exemption_and_declaration_free_the_village_alike(extended, wulong, baima, way):
    village = baima.children.filter(kind="village", valid_to=None).first()
    if way == "exemption":
        Exemption.objects.create(region=village, reason="to_be_merged")
    else:
        Declaration.objects.create(region=village, fact="village.to_be_merged", value=True)
    scope = figures.scope_for(wulong, DAY)
    (check,) = unitchecks.check_units(scope, [village])

    assert {row.requirement: row.outcome for row in check.findings}["village.lead"] == "not_applicable"
    assert cover(scope).exempt == {village.pk}


def test_the_latest_declaration_ends_an_exemption_that_was_only_declared(extended, wulong, baima):
    village = baima.children.filter(kind="village", valid_to=None).first()
    told = {"region": village, "fact": "village.to_be_merged"}
    Declaration.objects.create(**told, value=True, starts_on=date(2020, 1, 1))
    Declaration.objects.create(**told, value=False, starts_on=date(2020, 9, 1))

    assert cover(figures.scope_for(wulong, date(2020, 6, 30))).exempt == {village.pk}
    assert cover(figures.scope_for(wulong, DAY)).exempt == set()


def test_a_recorded_exemption_is_not_asked_again(desk, extended, baima, wulong):
    village = baima.children.filter(kind="village", valid_to=None).first()
    Exemption.objects.create(region=village, reason="to_be_merged")
    lines = desk.get(f"{PAGE}?fact=village.to_be_merged").context["lines"]
    line = next(line for line in lines if line.answer.unit == village)

    assert (line.text, line.add_url) == ("是", "")


def test_a_declared_exemption_can_be_declared_anew(desk, extended, baima):
    village = baima.children.filter(kind="village", valid_to=None).first()
    Declaration.objects.create(region=village, fact="village.to_be_merged", value=True, evidence=PROOF)
    lines = desk.get(f"{PAGE}?fact=village.to_be_merged").context["lines"]
    line = next(line for line in lines if line.answer.unit == village)

    assert (line.text, bool(line.add_url), line.answer.by_register) == ("是", True, False)


def test_the_facility_page_leads_to_the_units(desk, register):
    station = register(type="COMMUNITY_STATION")
    page = desk.get(reverse("admin:facilities_facility_change", args=[station.pk])).content.decode()
    assert f"{PAGE}?district=500156&amp;fact={FEW}" in page


def test_the_page_asks_the_same_number_of_questions_whatever_is_declared(
    desk, extended, communities, clerk, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14) as few:
        desk.get(f"{PAGE}?fact={FEW}")
    for unit in Region.objects.filter(code__startswith="500156", kind="community"):
        Declaration.objects.create(region=unit, fact=FEW, value=True, recorded_by=clerk)
    with django_assert_max_num_queries(len(few)):
        desk.get(f"{PAGE}?fact={FEW}")


# What the register records reaches the rules: who runs a facility.


def operated(facility, day=DAY):
    from eldercare import facts

    return facts.known([facility.pk], day, "facility.operated").get(facility.pk, {}).get("facility.operation")


def test_operation_is_what_the_register_says_until_a_contract_says_otherwise(register, wulong):
    point = register(operation="public", stage="operating", accepted_on=date(2019, 1, 1))
    blank = register()
    assert (operated(point), operated(blank)) == ("public", None)

    told = {"facility": point, "operator": "某公司", "operation": "public_built_private_run"}
    OperatorContract.objects.create(**told, starts_on=date(2020, 3, 1), ends_on=date(2020, 6, 30))

    days = [date(2020, 2, 29), date(2020, 3, 1), date(2020, 6, 30), date(2020, 7, 1)]
    assert [operated(point, day) for day in days] == ["public", *["public_built_private_run"] * 2, "none"]
    for day in days:
        (row,) = [row for row in standings(figures.scope_for(wulong, day)) if row.id == point.pk]
        assert row.operation == operated(point, day)


def test_operation_reaches_the_clauses_that_ask_it_and_is_asked_of_nobody(register, wulong):
    policy = Policy.objects.get(slug="wulong-2020")
    edition = policy.standard_editions.get()
    edition.body["fact"].append(
        {"id": "facility.operation", "subject": "facility", "type": "text", "label": "运营方式"}
    )
    edition.save()
    body = {
        "id": "point.operation", "label": "公建民营", "applies_to": ["VILLAGE_POINT"], "kind": "attribute",
        "fact": "facility.operation", "operator": "=", "value": "public_built_private_run", "wording": "应",
        "modality": "must", "clause": "三",
    }  # fmt: skip
    edition.requirements.create(
        position=99, key="point.operation", label="公建民营", clause="三", applies_to=["VILLAGE_POINT"],
        kind="attribute", modality="must", wording="应", body=body,
    )  # fmt: skip
    from facilities.questions import questions

    point = register(operation="public_built_private_run")
    outcome = {row.requirement: row.outcome for row in checks.check(point, DAY).findings}["point.operation"]

    assert outcome == "met"
    assert "facility.operation" not in questions(edition, "VILLAGE_POINT")
