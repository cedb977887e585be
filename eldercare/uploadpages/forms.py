"""The form that sends a sheet: kind, month, unit and file."""

from django import forms

from eldercare.sheets.limits import LIMITS, MEGABYTE
from eldercare.uploadpages import access
from eldercare.uploads import UploadKind, kind_of

ACCEPTED = ".xlsx,.xls,.csv"
FILE_HINT = f"Excel 工作簿（.xlsx、.xls）或 CSV，不超过 {LIMITS.file_bytes // MEGABYTE} MB。"


class Choosing(forms.CharField):
    """A text offered as a list; what the list does not offer is judged later, with words of its own."""

    widget = forms.Select


class SendForm(forms.Form):
    """What `POST /uploads/new/` takes. `township` is a code, asked of people who are no township's."""

    kind = Choosing(label="表格", error_messages={"required": "请选择表格的种类。"})
    period = Choosing(label="报送月份", required=False)
    township = Choosing(label="乡镇（街道）", required=False)
    file = forms.FileField(
        label="填好的表格",
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": "请选择要上传的文件。"},
        help_text=FILE_HINT,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, user, kinds: list[UploadKind], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.kinds = user, {kind.code: kind for kind in kinds}
        self._offer_kinds(kinds)
        self._offer_months(kinds)
        if user.is_township_user and not access.has_predecessors(user):
            del self.fields["township"]

    def _offer_kinds(self, kinds: list[UploadKind]) -> None:
        self.fields["kind"].widget.choices = [(kind.code, kind.label) for kind in kinds]
        self.fields["kind"].initial = kinds[0].code
        if any(kind.whole_district for kind in kinds):
            labels = "、".join(kind.label for kind in kinds if kind.whole_district)
            self.fields["township"].help_text = f"{labels}可以不选，就是全区县；选了只处理这个乡镇（街道）。"
            self.fields["period"].help_text = f"{labels}不用选。"
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()

    def _offer_months(self, kinds: list[UploadKind]) -> None:
        dated = [kind for kind in kinds if kind.has_period]
        if not dated:
            del self.fields["period"]
            return
        offered = access.months_offered(dated[0], self.user)
        choices = [(f"{month:%Y-%m}", f"{month.year}年{month.month}月") for month in offered]
        self.fields["period"].widget.choices = choices
        if self.is_bound:
            return  # what was chosen needs no suggestion
        self.fields["period"].initial = f"{access.reported_month(dated[0], self.user):%Y-%m}"

    def offer_townships(self) -> None:
        """Fill the list of townships; only for showing the form, because it costs a query."""
        if "township" in self.fields:
            units = access.townships_offered(self.user)
            first = str(self.user.region) if self.user.is_township_user else "请选择"
            own = self.user.region_id if self.user.is_township_user else None
            others = [(unit.code, unit.short_name) for unit in units if unit.pk != own]
            self.fields["township"].widget.choices = [("", first), *others]

    def clean_kind(self) -> UploadKind:
        """The declared kind."""
        code = self.cleaned_data["kind"]
        if code not in self.kinds:
            raise forms.ValidationError(_not_here(code), code="unknown_kind")
        return self.kinds[code]

    def clean(self) -> dict:
        """The month where the kind has one, and the unit; a unit outside the scope is a 404, not an error."""
        data = super().clean()
        kind, text = data.get("kind"), data.get("period", "")
        data["month"] = access.parse_month(text) if text else None
        if kind and kind.has_period and data["month"] is None:
            self.add_error("period", forms.ValidationError("请选择报送月份（如 2020-12）。", code="period"))
        code = data.get("township") or self.data.get("township", "")
        month = data["month"] if kind and kind.has_period else None
        data["unit"] = access.unit_of(self.user, kind, code.strip(), month)
        if kind and data["unit"] is None:
            self.add_error("township", forms.ValidationError("请选择乡镇（街道）。", code="township"))
        return data


def _not_here(code: str) -> str:
    """Why this page does not take a kind: there is none such, or its sheets are sent from the page of what they are about."""
    declared = kind_of(code)
    if declared is None or not declared.has_subject:
        return "没有这种表格，或您的角色不能上传它。"
    return f"{declared.label}不在这里上传，请到它所属的页面（那张表、那个培训班或那个乡镇）上传。"
