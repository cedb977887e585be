"""What a clerk does on the page of a person of the rosters: register a move, correct, merge two entries, take a move back."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path

from eldercare.review import Denied, MoveRefused
from eldercare.scoping import visible_or_404
from training.changes import Change, PersonChange
from training.models import Person
from training.rostersheet import register
from training.rostersheet.sheet import phone as phone_digits
from training.services import people

CANDIDATES = 10
DATE = forms.DateInput({"type": "date"})


class _PersonForm(forms.Form):
    """Base of what is changed of a person, with its reason."""

    reason = forms.CharField(label="原因", min_length=2, max_length=200)
    field_order: tuple[str, ...] = ()

    def __init__(self, person: Person, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_unit(self):
        """The unit of a name: a township, a unit that the quota tables print, or a village."""
        name = self.cleaned_data.get("unit", "").strip()
        if not name:
            return None
        district = self.person.district
        found = register.units_on(district, self.cleaned_data.get("on") or district.default_as_of()).anywhere(name)
        if found is None:
            raise forms.ValidationError("不是本区县的单位；村（社区）请写成“乡镇 村”，如“白马镇 铁佛村”。")
        return found


class MoveForm(_PersonForm):
    """To which unit, and from which day."""

    on = forms.DateField(label="从哪天起", widget=DATE)
    unit = forms.CharField(label="调到的单位", max_length=60, widget=forms.TextInput({"list": "person-units"}))
    field_order = ("on", "unit", "reason")


class CorrectForm(_PersonForm):
    """What was wrong from the outset; what is left empty stays."""

    name = forms.CharField(label="正确的姓名", max_length=40, required=False)
    unit = forms.CharField(
        label="正确的单位", max_length=60, required=False, widget=forms.TextInput({"list": "person-units"})
    )
    phone = forms.CharField(label="正确的电话", max_length=30, required=False)
    field_order = ("name", "unit", "phone", "reason")

    def clean_phone(self) -> str:
        digits = phone_digits(self.cleaned_data.get("phone"))
        if digits is None:
            raise forms.ValidationError("不是电话号码，请填 11 位手机号码，或带区号的座机号码。")
        return digits


class MergeForm(_PersonForm):
    """Which other entry is the same person."""

    other = forms.IntegerField(label="另一条登记的编号", min_value=1, max_value=2**53)
    sure = forms.BooleanField(label="我确定是同一个人；合并后不能再拆开")
    field_order = ("other", "sure", "reason")


class ChangePages:
    """The addresses and cards of changes, for the page of a person."""

    def get_urls(self):
        view = self.admin_site.admin_view
        own = (
            path("<int:pk>/transfer/", view(self.transfer_view), name="training_person_transfer"),
            path("<int:pk>/correct/", view(self.correct_view), name="training_person_correct"),
            path("<int:pk>/merge/", view(self.merge_view), name="training_person_merge"),
            path("<int:pk>/retract/", view(self.retract_view), name="training_person_retract"),
        )
        return [*own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, _panel(request, row) | (extra_context or {}))

    def transfer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Register that a person belongs to another unit from a day."""

        def act(row: Person, told: dict) -> str:
            change = people.move(row, by=request.user, **told)
            return f"已登记调动，{len(change.detail['refiled'])} 条参训记录改计到{change.unit_name}。"

        return self._changed(request, pk, MoveForm, act)

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Correct name, unit or phone."""

        def act(row: Person, told: dict) -> str:
            people.correct(row, by=request.user, **told)
            return "已更正，原来的登记留在变更记录里。"

        return self._changed(request, pk, CorrectForm, act)

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Merge another entry into this one."""

        def act(row: Person, told: dict) -> str:
            other = visible_or_404(Person.objects.all(), request.user, pk=told["other"])
            people.merge(row, other, by=request.user, reason=told["reason"])
            return f"{other.pk} 号登记已并入，两条登记的证书都保留。"

        return self._changed(request, pk, MergeForm, act)

    def retract_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the last move back."""

        def act(row: Person, told: dict) -> str:
            last = people.standing_moves(row).last()
            if last is None or str(last.pk) != request.POST.get("change"):
                raise MoveRefused("只能撤销最近一次还有效的调动。")
            people.retract(last, by=request.user)
            return "已撤销这次调动。"

        return self._changed(request, pk, None, act)

    def _changed(self, request: HttpRequest, pk: int, form_class, act: Callable[[Person, dict], str]) -> HttpResponse:
        """Do it and go back to the page; what is wrong is said there, field by field. Raises Denied, Http404."""
        if not request.user.has_perm(people.PERMISSION):
            raise Denied("您的角色不能更改名册人员。")
        row = self.get_object(request, str(pk))
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = form_class(row, request.POST) if form_class else None
        if form is not None and not form.is_valid():
            messages.error(request, f"没有办理：{_said(form)}")
            return redirect("admin:training_person_change", pk)
        try:
            messages.success(request, act(row, form.cleaned_data if form else {}))
        except MoveRefused as refused:
            messages.error(request, f"没有办理：{refused}")
        return redirect("admin:training_person_change", pk)


def _said(form: forms.Form) -> str:
    """Every field that is wrong, in one sentence."""
    return "；".join(f"{form.fields[name].label}：{'、'.join(errors)}" for name, errors in form.errors.items())


def _panel(request: HttpRequest, row: Person) -> dict:
    """What became of the entry, and what may be done with it."""
    changes = list(PersonChange.objects.filter(person=row).select_related("recorded_by", "retracted_by", "other"))
    standing = [change.pk for change in changes if change.kind == Change.MOVED and not change.retracted_at]
    may = request.user.has_perm(people.PERMISSION) and not row.erased_at and not row.merged_into_id
    panel = {"changes": changes, "last_move": standing[-1] if standing else None, "may_change": may, "row": row}
    if not may:
        return panel
    units = register.units_on(row.district, row.district.default_as_of())
    return panel | {
        "move_form": MoveForm(row, auto_id="move-%s"),
        "correct_form": CorrectForm(row, auto_id="correct-%s"),
        "unit_names": [str(unit) for unit in units.book.units] + sorted(units.others.values()),
        "candidates": _candidates(request, row),
    }


def _candidates(request: HttpRequest, row: Person) -> list[Person]:
    """Other entries of that name or that phone, with what hangs on them."""
    alike = Q(name=row.name) | Q(phone_digest=row.phone_digest) if row.phone_digest else Q(name=row.name)
    rows = Person.objects.visible_to(request.user).filter(
        alike, district=row.district, erased_at=None, merged_into=None
    )
    counts = {
        "sessions": Count("attendances", Q(attendances__retracted_at__isnull=True), distinct=True),
        "teams": Count("memberships", Q(memberships__retracted_at__isnull=True), distinct=True),
        "held": Count("certificates", distinct=True),
    }
    return list(rows.exclude(pk=row.pk).select_related("unit").annotate(**counts)[:CANDIDATES])
