"""The form of one rectification item: opened by hand for any shortcoming, its measure, owner and deadline changed later."""

from datetime import timedelta

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils import timezone

from facilities.admin.facilityform import DateInput
from facilities.models import Rectification
from facilities.services import rectifying

NEW = ("facility", "label", "problem", "measure", "owner", "due_on")
# What the form carries beside the columns that are typed.
BESIDES = ("facility", "seen", "reason")
ID_DIGITS = 19
AREA = forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"})


class FacilityChoice(AutocompleteSelect):
    """The search box of the facility; what was sent in its place and is no number is shown as nothing chosen."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [pk for pk in value if str(pk).isdecimal() and len(str(pk)) < ID_DIGITS], attr)


class RectificationForm(forms.ModelForm):
    """整改事项. What may be written is judged by the service; `seen` is the version that the page was read at."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label="延期理由", max_length=rectifying.REASON, required=False, widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="推后整改期限时必须填写。",
    )  # fmt: skip

    class Meta:
        model = Rectification
        fields = NEW
        widgets = {"problem": AREA, "measure": AREA, "due_on": DateInput}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version if self.instance.pk else None
        if "label" in self.fields:
            self.fields["label"].help_text = "一句话说明什么事，如：消防通道堆放杂物。"
            self.fields["due_on"].initial = timezone.localdate() + timedelta(days=rectifying.USUAL_DAYS)

    def clean(self) -> dict:
        cleaned = super().clean()
        facility = self.instance.facility if self.instance.pk else cleaned.get("facility")
        if facility is None:
            return cleaned
        typed = {name: cleaned[name] for name in self.fields if name in cleaned and name not in BESIDES}
        try:
            rectifying.checked(facility, typed, kept=self.instance.due_on)
        except ValidationError as error:
            self.add_error(None, error)
        if self.instance.pk and (fault := rectifying.unexplained(self.instance, typed, cleaned.get("reason", ""))):
            self.add_error("reason", fault)
        return cleaned


def save(form: RectificationForm, *, by) -> bool:
    """Write what the form says through the services; False when nothing was changed. Raises as they do."""
    row, cleaned = form.instance, form.cleaned_data
    typed = {name: cleaned[name] for name in form.fields if name not in BESIDES}
    if row.pk:
        return rectifying.change(row, by=by, version=cleaned["seen"], reason=cleaned.get("reason", ""), **typed)
    opened = rectifying.open_item(cleaned["facility"], by=by, **typed)
    row.__dict__.update(opened.__dict__)
    return True
