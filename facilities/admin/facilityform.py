"""The form of a facility: what is typed becomes one dated record; stage and zones follow the field's rules."""

from datetime import date
from itertools import groupby

from django import forms
from django.db.models import Q
from django.utils import timezone

from eldercare.regions import Region, district_of, exists_today
from facilities import history
from facilities.facility import STATE_FIELDS, Facility, FacilityRecord
from facilities.history import Assertion
from facilities.kinds import ACCEPTED_STAGES, STAGE_ORDER, TOWNSHIP_STAGES, Stage
from facilities.models import FunctionZone

NO_ZONES = "无"
EDITED = tuple(name for name in STATE_FIELDS if name != "accepted_on")
STALE = "这个设施刚被别人更新过。请先记下您要改的内容，再打开最新页面重新填写。"


class DateInput(forms.DateInput):
    """The browser's own date field: no script needed."""

    input_type = "date"

    def __init__(self, attrs=None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ZonesField(forms.MultipleChoiceField):
    """Zones ticked from the catalogue. Nothing ticked is None (not recorded); 无 alone is an empty list."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value):
        return [NO_ZONES] if value == [] else value

    def clean(self, value):
        ticked = super().clean(value)
        if not ticked:
            return None
        if NO_ZONES in ticked and len(ticked) > 1:
            raise forms.ValidationError("勾选“无”时不能再勾选功能区。")
        return [name for name in ticked if name != NO_ZONES]

    def has_changed(self, initial, data):
        before = self.prepare_value(initial)
        return set(before or ()) != set(data or ())


class GroupedVillages(forms.models.ModelChoiceIterator):
    """Villages under their townships, so that a select stays readable with two hundred of them."""

    def __iter__(self):
        yield "", self.field.empty_label
        rows = self.queryset.select_related("parent").order_by("path")
        for parent, villages in groupby(rows, key=lambda village: village.parent):
            yield str(parent), [self.choice(village) for village in villages]


class VillageField(forms.ModelChoiceField):
    """A village or community of the visible townships."""

    iterator = GroupedVillages


class FacilityForm(forms.ModelForm):
    """A facility as it stands from a day on. `user` is set by the admin: choices lie in that person's scope."""

    user = None

    effective_on = forms.DateField(
        label="生效日期",
        widget=DateInput,
        help_text="从这一天起情况如下；补登过去的情况填当时的日期，不影响之后已登记的内容。",
    )
    reason = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="建设阶段退回、改正以前的登记时必须填写。",
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    zones = ZonesField(label="功能区", required=False, help_text="一项都不勾表示尚未登记；确认没有功能区的，只勾“无”。")

    class Meta:
        model = Facility
        fields = ("township", *EDITED)
        widgets = dict.fromkeys(("started_on", "completed_on"), DateInput) | {
            name: forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}) for name in ("issues", "remark")
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.before = _latest(self.instance)
        district = self.instance.district if self.instance.pk else None
        today = district.default_as_of() if district else self._first_district_day()
        self.fields["effective_on"].initial = today
        self.fields["seen"].initial = self.before.pk if self.before else None
        self._choose_zones()
        self._choose_places()
        self._choose_stages()

    def _first_district_day(self) -> date:
        district = Region.objects.visible_to(self.user).districts().first()
        return district.default_as_of() if district else timezone.localdate()

    def _choose_zones(self) -> None:
        if "zones" not in self.fields:
            return
        names = dict.fromkeys([*FunctionZone.objects.values_list("name", flat=True), *(self.instance.zones or [])])
        self.fields["zones"].choices = [*((name, name) for name in names), (NO_ZONES, "无（确认没有功能区）")]

    def _choose_places(self) -> None:
        if "township" in self.fields:
            self.fields["township"].queryset = Region.objects.visible_to(self.user).townships().today()
        if "village" not in self.fields:
            return
        villages = Region.objects.visible_to(self.user).villages()
        if self.instance.pk:
            # A facility of a former township stands in a village of the township that succeeded it.
            villages = villages.filter(exists_today() | Q(pk=self.instance.village_id))
            villages = villages.under(self.instance.township, *self.instance.township.heirs())
        else:
            villages = villages.today()
        field = VillageField(villages, label="村（社区）", required=False, empty_label="未选择")
        field.help_text = "街道养老服务中心、乡镇养老服务中心可以不选。"
        self.fields["village"] = field

    def _choose_stages(self) -> None:
        """Acceptance and its revocation belong to the review; 运营 and 停用 to accepted facilities only."""
        if "stage" not in self.fields:
            return
        allowed = list(TOWNSHIP_STAGES)
        if self.instance.pk and self.instance.stage in ACCEPTED_STAGES:
            allowed = list(dict.fromkeys([Stage(self.instance.stage), Stage.OPERATING, Stage.SUSPENDED]))
        field = forms.ChoiceField(label="建设阶段", choices=[(stage.value, stage.label) for stage in allowed])
        field.error_messages["invalid_choice"] = (
            "不能改为这个阶段：“验收合格”只能由验收审核产生，“运营”“停用”只用于验收合格的设施，撤销验收由科长办理。"
        )
        field.help_text = "“验收合格”由验收审核产生，不在这里填写。"
        self.fields["stage"] = field

    def clean_effective_on(self) -> date:
        day = self.cleaned_data["effective_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("生效日期不能晚于今天。")
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.instance.pk:
            self._refuse_stale(cleaned)
        else:
            self._refuse_double(cleaned)
        self._check_dates(cleaned)
        if self.instance.pk:
            self._check_step(cleaned)
            self._check_past(cleaned)
        return cleaned

    def _refuse_stale(self, cleaned: dict) -> None:
        """Of two people who edit at once the second is told; the lock holds until the first one's record is there."""
        history.lock_townships([self.instance.township_id])
        self.before = _latest(self.instance)
        if cleaned.get("seen") != (self.before.pk if self.before else None):
            raise forms.ValidationError(STALE, code="stale")

    def _refuse_double(self, cleaned: dict) -> None:
        """A form sent twice, or a facility that a colleague has registered already."""
        township, name = cleaned.get("township"), cleaned.get("name")
        if not township or not name:
            return
        history.lock_townships([township.pk])
        if twin := Facility.objects.filter(township=township, name=name).first():
            raise forms.ValidationError(
                f"{township}已经登记了“{name}”，编码是 {twin.code}，没有重复登记。", code="twin"
            )

    def _check_dates(self, cleaned: dict) -> None:
        start, end = cleaned.get("started_on"), cleaned.get("completed_on")
        if start and end and end < start:
            self.add_error("completed_on", "竣工日期不能早于开工日期。")

    def _check_step(self, cleaned: dict) -> None:
        """A step back needs a reason, except between 运营 and 停用; what follows acceptance is dated after it."""
        old, new, day = self.before.stage if self.before else "", cleaned.get("stage"), cleaned.get("effective_on")
        old = self.initial.get("stage", old)
        if not new or new == old:
            return
        backwards = STAGE_ORDER[Stage(new)] < STAGE_ORDER[Stage(old)]
        if backwards and old not in ACCEPTED_STAGES and not cleaned.get("reason", "").strip():
            self.add_error("reason", "建设阶段退回须填写说明。")
        accepted = self.instance.accepted_on
        if new in ACCEPTED_STAGES and day and accepted and day < accepted:
            self.add_error("effective_on", f"该设施{accepted:%Y-%m-%d}验收合格，此前不能登记为{Stage(new).label}。")

    def _check_past(self, cleaned: dict) -> None:
        """On an earlier day the unchanged fields may have stood otherwise; together they must still make sense."""
        day = cleaned.get("effective_on")
        if day is None:
            return
        then = FacilityRecord.objects.on(day).filter(facility=self.instance).first()
        state = history.state_of(then) if then else {}
        state |= {name: cleaned[name] for name in self.changed_data if name in state and name in cleaned}
        for part, whole in history.PARTS_OF_WHOLES:
            if state.get(part) is not None and state.get(whole) is not None and state[part] > state[whole]:
                names = (f"{Facility._meta.get_field(key).verbose_name}（{state[key]:f}）" for key in (part, whole))
                self.add_error("effective_on", f"与{day:%Y-%m-%d}当时登记的情况矛盾：{'会大于'.join(names)}。")

    @property
    def asserted(self) -> dict:
        """What this form says, by column: for a new facility all that is filled in, else what was changed."""
        told = self.cleaned_data
        names = [name for name in EDITED if name in self.fields]
        if self.instance.pk and not self.instance._state.adding:
            names = [name for name in names if name in self.changed_data]
        else:
            names = [name for name in names if told[name] not in (None, "")]
        return {_column(name): _stored(name, told[name]) for name in names}


def _latest(facility: Facility) -> FacilityRecord | None:
    return FacilityRecord.objects.filter(facility=facility.pk).order_by("-pk").first()


def _column(name: str) -> str:
    return "village_id" if name == "village" else name


def _stored(name: str, value: object) -> object:
    return (value.pk if value else None) if name == "village" else value


def save(form: FacilityForm, *, by) -> FacilityRecord | None:
    """Write what the form says as one dated record; None when nothing changed."""
    township = form.cleaned_data.get("township")
    if form.instance._state.adding:
        district = district_of(township)
        facility = Facility(township=township, district=district, is_demo=district.is_demo)
    elif form.asserted:
        # The form's own instance already carries the new values; the register must be compared as it is.
        facility = Facility.objects.select_related("district").get(pk=form.instance.pk)
    else:
        return None
    day, reason = form.cleaned_data["effective_on"], form.cleaned_data["reason"]
    written = history.record([Assertion(facility, form.asserted)], effective_on=day, by=by, reason=reason)[0]
    form.instance.pk = facility.pk
    form.instance.refresh_from_db()
    return written
