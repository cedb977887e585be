"""单位认定: what a district's standard asks of its villages, communities and townships, declared one by one or together."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from eldercare import figures
from eldercare.figures import Scope
from eldercare.regions import Region, district_of
from eldercare.review import Denied, MoveRefused
from facilities.admin import answers
from facilities.admin.facilityform import DateInput
from facilities.models import StandardEdition
from facilities.rules.catalogue import SUBJECTS
from facilities.services import declaring
from facilities.unitquestions import Answer, UnitQuestion, of_units
from facilities.unitquestions import answers as answers_of

NAME = "facilities_declaration_units"


class BulkForm(forms.Form):
    """One answer for the ticked units, from a day on, with its evidence."""

    starts_on = forms.DateField(label="起始日期", widget=DateInput, help_text="从这一天起这样认定。")
    evidence = forms.CharField(
        label="依据或证据", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, asked: UnitQuestion, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"answer": answers.field(asked.question), **self.fields}
        self.fields["answer"].label = "认定结果"
        self.fields["evidence"].required = asked.question.needs_evidence
        if asked.question.evidence:
            self.fields["evidence"].help_text = f"需要：{asked.question.evidence}"


@dataclass(frozen=True, slots=True)
class Tab:
    """One question as an entry of the page, with how many units are still undecided."""

    asked: UnitQuestion
    undecided: int
    url: str
    is_current: bool

    @property
    def subject(self) -> str:
        return SUBJECTS[self.asked.subject]


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of the list."""

    answer: Answer
    text: str
    add_url: str
    is_ticked: bool


def urls(admin) -> list:
    """The page's address below the register of declarations."""

    def page(request: HttpRequest) -> HttpResponse:
        return Desk(request).respond(admin)

    return [path("units/", admin.admin_site.admin_view(page), name=NAME)]


def address(fact: str = "", district: Region | None = None, **more: str) -> str:
    """The page at one question of one district."""
    told = {"district": district.code if district else "", "fact": fact} | more
    query = urlencode({name: value for name, value in told.items() if value})
    return reverse(f"admin:{NAME}") + (f"?{query}" if query else "")


def district_for(request: HttpRequest) -> Region:
    """The district asked for, in scope; else the person's own, or the first visible one. 404 when there is none."""
    visible = Region.objects.visible_to(request.user).districts().today()
    if code := request.GET.get("district", ""):
        found = visible.filter(code=code).first()
    else:
        own = request.user.region
        found = (own if own and own.kind == "district" else None) or visible.order_by("path").first()
    if found is None:
        raise Http404("没有找到，或不在您的管理范围内。")
    return found


class Desk:
    """One visit of the page."""

    def __init__(self, request: HttpRequest) -> None:
        if not request.user.has_perm("facilities.view_declaration"):
            raise PermissionDenied
        self.request = request
        self.district = district_for(request)
        self.day = self.district.default_as_of()
        self.asked = of_units(StandardEdition.objects.select_related("policy").in_force(self.district, self.day))
        self.scope: Scope = figures.scope_for(self.district, self.day)
        self.known = answers_of(self.scope, self.asked.values())
        self.current = self._current()
        self.may_add = request.user.has_perm("facilities.add_declaration")

    def _current(self) -> UnitQuestion | None:
        told = self.request.GET.get("fact", "")
        if told and told not in self.asked:
            raise Http404("本区县的标准没有要求认定这一项。")
        return self.asked.get(told) or next(iter(self.asked.values()), None)

    def respond(self, admin) -> HttpResponse:
        """The page, or the posted declarations and the way back."""
        if self.request.method != "POST":
            return self._page(admin, self._form(), ())
        if not self.may_add or self.current is None:
            raise PermissionDenied
        form, ticked = self._form(self.request.POST), self._ticked()
        if form.is_valid() and self._declared(form, ticked):
            return redirect(self.request.get_full_path())
        return self._page(admin, form, ticked, status=422)

    def _form(self, data=None) -> BulkForm | None:
        if self.current is None or not self.may_add:
            return None
        return BulkForm(self.current, data, initial={"starts_on": self.day})

    def _ticked(self) -> list[Region]:
        """The chosen units of this question; one that is not on the page is refused with the rest."""
        chosen = set(self.request.POST.getlist("unit"))
        units = [answer.unit for answer in self.known[self.current.fact] if str(answer.unit.pk) in chosen]
        if len(units) != len(chosen):
            raise Http404("所选单位中有不在您管理范围内的。")
        return units

    def _declared(self, form: BulkForm, units: list[Region]) -> bool:
        told = form.cleaned_data
        by = {"evidence": told["evidence"], "starts_on": told["starts_on"], "by": self.request.user}
        try:
            done = declaring.declare_units(units, self.current, value=told["answer"], **by)
        except (MoveRefused, Denied) as refused:
            messages.error(self.request, str(refused))
            return False
        said = f"已认定 {len(done.rows)} 个单位。" if done.rows else "没有新增记录。"
        same = f"{len(done.unchanged)} 个单位已有同样的认定，没有重复登记。" if done.unchanged else ""
        messages.success(self.request, said + same)
        return True

    def _page(self, admin, form: BulkForm | None, ticked, status: int = 200) -> HttpResponse:
        context = {
            **admin.admin_site.each_context(self.request),
            "title": "单位认定",
            "opts": admin.opts,
            "district": self.district,
            "day": self.day,
            "tabs": self._tabs(),
            "current": self.current,
            "subject": SUBJECTS[self.current.subject] if self.current else "",
            "lines": self._lines({unit.pk for unit in ticked}),
            "townships": self.scope.townships,
            "township": self.request.GET.get("township", ""),
            "undecided": self.request.GET.get("undecided") == "1",
            "bulk": form,
        }
        return TemplateResponse(self.request, "admin/facilities/declaration/units.html", context, status=status)

    def _tabs(self) -> list[Tab]:
        return [
            Tab(
                asked,
                sum(not answer.is_known for answer in self.known[fact]),
                address(fact, self.district, township=self.request.GET.get("township", "")),
                asked is self.current,
            )
            for fact, asked in self.asked.items()
        ]

    def _lines(self, ticked: set[int]) -> list[Line]:
        if self.current is None:
            return []
        township, undecided = self.request.GET.get("township", ""), self.request.GET.get("undecided") == "1"
        return [
            Line(answer, self._text(answer), self._add_url(answer), answer.unit.pk in ticked)
            for answer in self.known[self.current.fact]
            if (not township or (answer.township and answer.township.code == township))
            and not (undecided and answer.is_known)
        ]

    def _text(self, answer: Answer) -> str:
        return answers.text(self.current.question, answer.value) if answer.is_known else ""

    def _add_url(self, answer: Answer) -> str:
        if not self.may_add or answer.by_register:
            return ""
        query = {"fact": self.current.fact, "type": self.current.asked_of, "region": answer.unit.pk, "from": "units"}
        return f"{reverse('admin:facilities_declaration_add')}?{urlencode(query)}"


def back_to(row) -> str:
    """The page at the question that a declaration of a unit answered."""
    return address(row.fact, district_of(row.region))
