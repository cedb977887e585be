"""Declared conditions in the admin: which facts a facility's own standard asks for, and a form typed for each."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from eldercare.importing.adminpages import RegisterPages
from eldercare.policies import unpack
from eldercare.regions import Region, district_of
from eldercare.scoping import visible_or_404
from facilities import checks, knowledge, places, unitquestions
from facilities.admin import answers, unitdeclarations
from facilities.admin.facilityform import DateInput
from facilities.admin.records import DatedAdmin
from facilities.models import Declaration, Facility, StandardEdition
from facilities.questions import FIGURE_QUESTIONS, of_others, questions
from facilities.questions import words as words
from facilities.resources import DeclarationResource
from facilities.rules.asked import Question, asked
from facilities.rules.catalogue import CORE_FACTS, FACILITY_TYPES
from facilities.rules.clauses import is_subject


def table(found: checks.Check, user) -> list[dict]:
    """The questions about a facility with what is declared on the day, by whom, on which evidence."""
    wanted = questions(found.edition, found.facility.type, found.facility.district_id)
    rows = _declared(found.facility, found.day)
    may_add = user.has_perm("facilities.add_declaration")
    return [_line(name, question, rows.get(name), found.facility, may_add) for name, question in wanted.items()]


def _declared(facility: Facility, day: date) -> dict[str, Declaration]:
    """The declaration in force for each fact: the latest of the facility, else of its village, else of its township."""
    own = Declaration.objects.on(day).filter(facility=facility).select_related("recorded_by")
    near = knowledge.about_regions([pk for pk in (facility.township_id, facility.village_id) if pk], day)
    near = sorted(near, key=lambda pair: pair[0] == facility.village_id)
    ordered = sorted(own, key=lambda row: (row.starts_on or date.min, row.pk))
    return {row.fact: row for _, row in near} | {row.fact: row for row in ordered}


def _line(name: str, question: Question, row: Declaration | None, facility: Facility, may_add: bool) -> dict:
    of_place = places.is_of_place(name)
    unit = facility.township_id if name.startswith("township.") else facility.village_id
    subject = {"region": unit} if of_place else {"facility": facility.pk}
    told = {"fact": name, "type": facility.type, "for": facility.pk} | {key: pk for key, pk in subject.items() if pk}
    return {
        "label": question.label,
        "clauses": "、".join(question.clauses),
        "wanted": question.evidence,
        "row": row,
        "text": answers.text(question, unpack(row.value)) if row else "",
        "add_url": f"{reverse('admin:facilities_declaration_add')}?{urlencode(told)}"
        if may_add and all(subject.values())
        else "",
        "needs_place": of_place and not unit,
        "units_url": unitdeclarations.address(name, facility.district) if of_place else "",
    }


class DeclarationForm(forms.ModelForm):
    """One answer to one question, from a day on, with its evidence. The admin sets what is asked of whom."""

    asking: "Asking | None" = None
    answer = forms.CharField(label="认定结果")

    class Meta:
        model = Declaration
        fields = ("starts_on", "ends_on", "evidence")
        widgets = {
            "starts_on": DateInput,
            "ends_on": DateInput,
            "evidence": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.asking is None:
            del self.fields["answer"]
            return
        self.instance.fact = self.asking.fact
        self.instance.facility, self.instance.region = self.asking.facility, self.asking.region
        question = self.asking.question
        self.fields["answer"] = answers.field(question)
        self.fields["starts_on"].initial = self.asking.district.default_as_of()
        self.fields["evidence"].required = question.needs_evidence
        if question.evidence:
            self.fields["evidence"].help_text = f"需要：{question.evidence}"

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("answer") is not None:
            self.instance.value = answers.stored(cleaned["answer"])
        return cleaned


@dataclass(frozen=True, slots=True)
class Asking:
    """A question put to one facility or one unit."""

    fact: str
    question: Question
    district: Region
    facility: Facility | None
    region: Region | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Asking":
        """What the address asks for: `fact`, `type` and `facility` or `region`, in the person's scope; else 404."""
        told = {name: request.GET.get(name, "") for name in ("fact", "type", "facility", "region")}
        facility = _visible(Facility.objects.select_related("district"), request.user, told["facility"])
        region = None if facility else _visible(Region.objects, request.user, told["region"])
        subject = facility.type if facility else told["type"]
        if (facility or region) is None or not is_subject(subject):
            raise Http404("请从设施页面的“条件认定”进入。")
        district = facility.district if facility else district_of(region)
        edition = StandardEdition.objects.in_force(district, district.default_as_of())
        question = questions(edition, subject, district.pk).get(told["fact"])
        of_unit = places.is_of_place(told["fact"]) or subject in unitquestions.UNITS
        if question is None or of_unit == bool(facility):
            raise Http404("本区县的标准没有要求认定这一项。")
        return cls(told["fact"], question, district, facility, region)


def _visible(rows, user, pk: str):
    return visible_or_404(rows, user, pk=pk) if pk.isdecimal() and len(pk) < 19 else None


class Book:
    """The questions of all editions a person can see, read when the first label is asked for."""

    def __init__(self, editions) -> None:
        self.editions = editions

    @cached_property
    def questions(self) -> dict[str, Question]:
        found: dict[str, Question] = dict(FIGURE_QUESTIONS)
        editions = list(self.editions.select_related("policy"))
        for district in {edition.policy.district_id for edition in editions} - {None}:
            for also in of_others(district).values():
                found |= also
        for edition in editions:
            rules = edition.rules()
            for subject in (*FACILITY_TYPES, "village", "community", "township"):
                found |= asked(rules, subject)
        return found

    def label(self, row: Declaration) -> str:
        """What was asked."""
        question = self.questions.get(row.fact)
        known = question.fact if question else CORE_FACTS.get(row.fact)
        return known.label if known else row.fact

    def answer(self, row: Declaration) -> str:
        """What was answered."""
        return answers.text(self.questions.get(row.fact), unpack(row.value))


@admin.register(Declaration)
class DeclarationAdmin(RegisterPages, DatedAdmin):
    """条件认定: begun from the facility's page; a new answer is a new record, the old one only ends."""

    form = DeclarationForm
    resource = DeclarationResource
    list_display = ("subject", "starts_on", "ends_on", "recorded_by", "evidence")
    list_display_links = ("subject",)
    list_select_related = ("facility", "region", "recorded_by")
    search_fields = ("facility__name", "facility__code", "region__short_name", "evidence")
    add_form_template = "admin/facilities/declaration/add_form.html"
    change_list_template = "admin/facilities/declaration/change_list.html"

    def get_urls(self):
        return [*unitdeclarations.urls(self), *super().get_urls()]

    @admin.display(description="认定对象")
    def subject(self, row: Declaration) -> str:
        return str(row.facility or row.region)

    @admin.display(description="认定事项")
    def asked_text(self, row: Declaration) -> str:
        return self._book(row).label(row)

    @admin.display(description="认定结果")
    def answer_text(self, row: Declaration) -> str:
        return self._book(row).answer(row)

    def _book(self, row: Declaration) -> Book:
        codes = row.scope_region.ancestor_codes
        return Book(StandardEdition.objects.filter(policy__district__code__in=codes))

    def get_list_display(self, request):
        """Labels come from the visible standards, read once a page."""
        book = Book(StandardEdition.objects.visible_to(request.user))
        label = admin.display(description="认定事项")(lambda row: book.label(row))
        answer = admin.display(description="认定结果")(lambda row: book.answer(row))
        return (self.list_display[0], label, answer, *self.list_display[1:])

    def has_add_permission(self, request):
        """Offered on the facility's page, where the standard's questions are; the bare list has nothing to add."""
        return super().has_add_permission(request) and "fact" in request.GET

    def get_fields(self, request, obj=None):
        if obj is None:
            return ("answer", "starts_on", "ends_on", "evidence")
        return (
            "subject",
            "asked_text",
            "answer_text",
            "starts_on",
            "ends_on",
            "evidence",
            "recorded_by",
            "recorded_at",
        )

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return ()
        return ("subject", "asked_text", "answer_text", "starts_on", "recorded_by", "recorded_at")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.asking = None if obj else Asking.of(request)
        return form

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        asking = Asking.of(request)
        context = {"asking": asking, "title": f"条件认定：{asking.question.label}"} | (extra_context or {})
        return super().add_view(request, form_url, context)

    def response_post_save_add(self, request, obj):
        """Back to the facility that the question was asked for, or to the list of units."""
        if obj.region_id and request.GET.get("from") == "units":
            return redirect(unitdeclarations.back_to(obj))
        facility = obj.facility or _visible(Facility.objects, request.user, request.GET.get("for", ""))
        if facility is None:
            return super().response_post_save_add(request, obj)
        return redirect(f"{reverse('admin:facilities_facility_change', args=[facility.pk])}#declared")
