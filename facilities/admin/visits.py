"""On-site findings: what visits found, on the review page, and the form that is filled in on the spot or printed blank."""

from dataclasses import dataclass, replace
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from eldercare.review import Denied, MoveRefused
from facilities import checks
from facilities.admin import answers
from facilities.admin.facilityform import DateInput
from facilities.models import Attachment, FunctionZone, SiteVisit
from facilities.services import visiting
from facilities.services.acceptance import review_day
from facilities.services.seen import Asked

PAGE = "facilities_acceptancereview_visit"
SAME = "与登记一致"


def panel(request, row, found) -> dict:
    """The visits of this review with what they found otherwise than registered; the way to the form for who may fill it."""
    visits = list(SiteVisit.objects.filter(review=row).select_related("recorded_by"))
    photos = Attachment.objects.filter(visit__in=visits, removed_at__isnull=True).order_by("pk") if visits else ()
    may = not visiting.refusal(row, request.user)
    return {
        "visits": [_shown(visit, [photo for photo in photos if photo.visit_id == visit.pk]) for visit in visits],
        "visits_count": len(visits),
        "visit_url": reverse(f"admin:{PAGE}", args=[row.pk]) if may else "",
    }


def _shown(visit: SiteVisit, photos: list[Attachment]) -> dict:
    lines = visit.observations
    return {
        "row": visit,
        "photos": photos,
        "differing": [line for line in lines if line["agrees"] is False],
        "agreeing": [line for line in lines if line["agrees"]],
        "noted": [line for line in lines if line["agrees"] is None],
    }


def urls(admin) -> list:
    """The form below the review."""
    view = admin.admin_site.admin_view(partial(visit_page, admin))
    return [path("<path:object_id>/visit/", view, name=PAGE)]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the form: what is asked, and its fields (`same` is None where nothing is registered to agree with)."""

    asked: Asked
    registered: str
    seen: forms.BoundField
    same: forms.BoundField | None
    note: forms.BoundField


class VisitForm(forms.Form):
    """A visit: the day, who attended, a line for each fact, and the conclusion. A line left open was not looked at."""

    visited_on = forms.DateField(label="核查日期", widget=DateInput)
    attended = forms.CharField(label="参加人员", max_length=visiting.ATTENDED, required=False)
    conclusion = forms.CharField(
        label="核查情况", max_length=visiting.CONCLUSION, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data=None, *, asked: list[Asked], **options) -> None:
        super().__init__(data, **options)
        self.asked = asked
        for one in asked:
            self.fields[f"seen-{one.fact}"] = answers.field(_offered(one), required=False)
            if one.registered is not None:
                self.fields[f"same-{one.fact}"] = forms.BooleanField(label=SAME, required=False)
            self.fields[f"note-{one.fact}"] = forms.CharField(label="备注", max_length=visiting.NOTE, required=False)

    def lines(self) -> list[Line]:
        """The facts in the order of the page."""
        return [
            Line(
                one,
                one.text(one.registered),
                self[f"seen-{one.fact}"],
                self[f"same-{one.fact}"] if one.registered is not None else None,
                self[f"note-{one.fact}"],
            )
            for one in self.asked
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        for one in self.asked:
            if cleaned.get(f"same-{one.fact}") and cleaned.get(f"seen-{one.fact}") is not None:
                self.add_error(f"seen-{one.fact}", f"勾选了“{SAME}”，又填了所见；请只留一个。")
        return cleaned

    @property
    def seen(self) -> dict[str, object]:
        """What was seen, by fact id; a tick at 与登记一致 stands for the registered value."""
        told = self.cleaned_data
        return {
            one.fact: _as_list(one.registered) if told.get(f"same-{one.fact}") else told.get(f"seen-{one.fact}")
            for one in self.asked
        }

    @property
    def notes(self) -> dict[str, str]:
        """The remarks by fact id."""
        return {one.fact: self.cleaned_data.get(f"note-{one.fact}", "") for one in self.asked}

    def take(self, refused: visiting.VisitRefused) -> None:
        """Put each problem beside the field it is about."""
        for name, why in refused.problems.items():
            own = name if name in self.fields else f"seen-{name}"
            self.add_error(own if own in self.fields else None, why)


def _offered(one: Asked):
    """The question with every name to tick: those of the standard, those registered, and for zones the catalogue."""
    question = one.question
    if question.fact.type != "names":
        return question
    catalogue = FunctionZone.objects.values_list("name", flat=True) if one.column == "zones" else ()
    names = dict.fromkeys([*question.choices, *catalogue, *(one.registered or ())])
    return replace(question, choices={name: name for name in names})


def _as_list(value: object) -> object:
    return sorted(value) if isinstance(value, (set, frozenset, tuple)) else value


def visit_page(admin, request, object_id: str):
    """`…/visit/`: the blank form, which prints as 现场核查表; posted, the visit is recorded."""
    row = admin.get_object(request, unquote(object_id))
    if not request.user.has_perm("facilities.add_sitevisit"):
        raise PermissionDenied
    if why := visiting.refusal(row, request.user):
        messages.error(request, why)
        return redirect(f"{admin._page(row)}#visits")
    found = checks.check(row.facility, review_day(row))
    asked = visiting.questions(found)
    form = VisitForm(request.POST or None, asked=asked, initial={"visited_on": row.facility.district.default_as_of()})
    if request.method == "POST" and form.is_valid() and _recorded(request, row, form):
        return redirect(f"{admin._page(row)}#visits")
    context = {
        "form": form, "row": row, "facility": row.facility, "edition": found.edition,
        "back_url": f"{admin._page(row)}#visits",
    }  # fmt: skip
    return TemplateResponse(request, "admin/facilities/acceptancereview/visit.html", context)


def _recorded(request, row, form: VisitForm) -> bool:
    """Record what the form says; a refusal goes back into the form."""
    told = {name: form.cleaned_data[name] for name in ("visited_on", "attended", "conclusion")}
    try:
        visit = visiting.record_visit(row, by=request.user, **told, seen=form.seen, notes=form.notes)
    except visiting.VisitRefused as refused:
        form.take(refused)
        return False
    except (MoveRefused, Denied) as refused:
        form.add_error(None, str(refused))
        return False
    changed = sum(line["agrees"] is False for line in visit.observations)
    messages.success(request, f"已登记{visit.visited_on}的现场核查，{changed} 项与登记不同，已按所见更新。")
    return True
