"""Answers to a standard's questions: the form field of each kind of fact, what is stored, and how it reads."""

from decimal import Decimal, InvalidOperation

from django import forms

from eldercare.policies import pack
from facilities.admin.clauses import said
from facilities.rules.asked import Question

YES_NO = (("yes", "是"), ("no", "否"))
NONE = "无"


class YesNoField(forms.ChoiceField):
    """是 or 否; nothing is chosen beforehand."""

    widget = forms.RadioSelect

    def __init__(self, **options) -> None:
        super().__init__(choices=YES_NO, **options)

    def clean(self, value):
        return super().clean(value) == "yes"


class NamesField(forms.MultipleChoiceField):
    """Names ticked from the printed list; 无 alone is an empty list."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        ticked = super().clean(value)
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError("勾选“无”时不能再勾选其他项。")
        return [name for name in ticked if name != NONE]


class RoomsField(forms.CharField):
    """One room a line: its name, and its usable ㎡ where known."""

    widget = forms.Textarea

    def clean(self, value):
        rooms: dict[str, Decimal | None] = {}
        for line in super().clean(value).splitlines():
            name, _, area = line.strip().rpartition(" ")
            if line.strip():
                rooms[name.strip() or area] = self._area(area, line) if name.strip() else None
        return rooms

    def _area(self, text: str, line: str) -> Decimal:
        try:
            area = Decimal(text.removesuffix("㎡"))
        except InvalidOperation:
            area = Decimal(-1)
        if not area.is_finite() or area < 0:
            raise forms.ValidationError(f"“{line.strip()}”读不懂：每行写用房名称、空格、使用面积。")
        return area


def field(question: Question) -> forms.Field:
    """The form field that takes the answer to a question."""
    options = {"label": question.label}
    kind = question.fact.type
    if kind == "boolean":
        return YesNoField(**options)
    if kind == "integer":
        return forms.IntegerField(min_value=0, max_value=1_000_000, help_text=_unit(question), **options)
    if kind == "decimal":
        return forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, help_text=_unit(question), **options)
    if kind == "rooms":
        return RoomsField(help_text="每行一个：名称、空格、使用面积（㎡）；面积不详的只写名称。", **options)
    if kind == "names":
        names = [(name, name) for name in question.choices]
        return NamesField(choices=[*names, (NONE, "无（以上都没有）")], **options)
    if question.choices:
        return forms.ChoiceField(choices=[*question.choices.items()], widget=forms.RadioSelect, **options)
    return forms.CharField(max_length=100, **options)


def _unit(question: Question) -> str:
    return f"单位：{question.fact.unit}" if question.fact.unit else ""


def stored(value: object) -> object:
    """An answer as the record keeps it: numbers exact."""
    return pack(value)


def text(question: Question | None, value: object) -> str:
    """An answer in words."""
    if question is None:
        return said(value, {})
    return said(value, question.choices, question.fact.unit)
