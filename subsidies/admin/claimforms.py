"""What the moves of a claim ask for: shares at approval, one payment, one recovery. The services judge it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from facilities.admin.facilityform import DateInput
from subsidies import amounts, board
from subsidies.models import Budget, SubsidyClaim
from subsidies.services import paying

SHARE = "share-"
KEPT = 600
WORDS = "请填写以元为单位、最多两位小数的金额，如 200000 或 200000.50"


class YuanField(forms.DecimalField):
    """An amount in yuan, exact to the fen; nothing but digits, a point and thousands' commas is read as one."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "size": 14, "autocomplete": "off"})

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, Decimal):
            return super().to_python(value)
        amount = amounts.typed(str(value)[:40])
        if amount is None:
            raise ValidationError(WORDS)
        return amount

    def widget_attrs(self, widget):
        return {}


def budgets_for(claim: SubsidyClaim) -> dict[int, Budget]:
    """The budgets that may bear a claim, by id."""
    rows = Budget.objects.filter(district=claim.district_id, year=claim.year).select_related("district")
    return {row.pk: row for row in rows}


class ApproveForm(forms.Form):
    """How much of a claim each budget of its year bears."""

    def __init__(self, claim: SubsidyClaim, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="approve-%s", **kwargs)
        self.budgets = budgets_for(claim)
        for pk, row in self.budgets.items():
            self.fields[f"{SHARE}{pk}"] = YuanField(label=f"{row.get_source_display()}（元）", required=False)


def shares(claim: SubsidyClaim, cleaned: Mapping[str, Decimal | None]) -> dict[Budget, Decimal]:
    """Yuan by budget, without those left empty."""
    typed = {row: cleaned.get(f"{SHARE}{pk}") for pk, row in budgets_for(claim).items()}
    return {row: amount for row, amount in typed.items() if amount}


class PayForm(forms.Form):
    """One payment."""

    amount = YuanField(label="拨付金额（元）")
    on = forms.DateField(label="拨付日期", widget=DateInput)
    budget = forms.ModelChoiceField(Budget.objects.none(), label="资金来源")
    voucher = forms.CharField(label="凭证号", max_length=paying.VOUCHER)
    payee = forms.CharField(label="收款单位", max_length=paying.PAYEE, required=False)
    note = forms.CharField(label="说明", max_length=paying.NOTE, required=False)

    def __init__(self, claim: SubsidyClaim, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="pay-%s", **kwargs)
        shares = Budget.objects.filter(shares__claim=claim).select_related("district")
        self.fields["budget"].queryset = shares
        self.fields["budget"].empty_label = None


class RecoverForm(forms.Form):
    """All paid money coming back."""

    on = forms.DateField(label="追回日期", widget=DateInput)
    voucher = forms.CharField(label="凭证号", max_length=paying.VOUCHER)

    def __init__(self, claim: SubsidyClaim, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="recover-%s", **kwargs)


FORMS = {"approve": ApproveForm, "pay": PayForm, "recover": RecoverForm}


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A budget of the approval form beside what it still has, in 万元."""

    field: forms.BoundField
    source: str
    planned: str
    committed: str
    left: str


def share_lines(form: ApproveForm, found: board.Board) -> list[ShareLine]:
    """The approval form as a table; `found` is the board of the claim's year."""
    fields = {pk: form[f"{SHARE}{pk}"] for pk in form.budgets}
    return [
        ShareLine(fields[line.budget.pk], line.label, *map(amounts.wan, (line.planned, line.committed, line.left)))
        for line in found.lines
    ]


def initial(verb: str, claim: SubsidyClaim, found: board.Board) -> Mapping[str, object]:
    """What a form proposes: the only budget bears all, the rest of the amount is paid today."""
    if verb == "approve":
        only = found.lines[0].budget if len(found.lines) == 1 else None
        return {f"{SHARE}{only.pk}": f"{claim.amount:f}"} if only else {}
    today = claim.district.default_as_of()
    if verb == "recover":
        return {"on": today}
    part = paying.instalment(claim)
    return {"amount": f"{part[2] if part else claim.amount - claim.paid_total:f}", "on": today}
