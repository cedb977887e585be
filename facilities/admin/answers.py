"""Answers to a standard's questions: the form field of each kind of fact, what is stored, and how it reads."""

from django import forms

from eldercare.policies import pack
from facilities.admin.clauses import said
from facilities.admin.rooms import RoomsField
from facilities.rules.asked import Question

YES_NO = (("yes", "是"), ("no", "否"))
NONE = "无"
OPEN = "未看"


class OneField(forms.TypedChoiceField):
    """One of a few answers; nothing is chosen beforehand, and where it may stay open that is a choice of its own."""

    widget = forms.RadioSelect

    def __init__(self, choices, *, required: bool = True, **options) -> None:
        open_ = () if required else (("", OPEN),)
        super().__init__(choices=(*open_, *choices), required=required, empty_value=None, **options)


class YesNoField(OneField):
    """是 or 否."""

    def __init__(self, **options) -> None:
        super().__init__(YES_NO, coerce=lambda told: told == "yes", **options)


class NamesField(forms.MultipleChoiceField):
    """Names ticked from the printed list; 无 alone is an empty list, nothing ticked is None."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        ticked = super().clean(value)
        if not ticked:
            return None
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError("勾选“无”时不能再勾选其他项。")
        return [name for name in ticked if name != NONE]


def field(question: Question, *, required: bool = True) -> forms.Field:
    """The form field that takes the answer to a question; where it may stay open, no answer is None."""
    options = {"label": question.label, "required": required}
    kind = question.fact.type
    if kind == "boolean":
        return YesNoField(**options)
    if kind == "integer":
        return forms.IntegerField(min_value=0, max_value=1_000_000, help_text=_unit(question), **options)
    if kind == "decimal":
        return forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, help_text=_unit(question), **options)
    if kind == "rooms":
        return RoomsField(rooms=question.choices, **options)
    if kind == "names":
        names = [(name, name) for name in question.choices]
        return NamesField(choices=[*names, (NONE, "无（以上都没有）")], **options)
    if question.choices:
        return OneField([*question.choices.items()], **options)
    return forms.CharField(max_length=100, empty_value=None, **options)


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
