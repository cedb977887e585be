"""What the pages of an annex table show: the grid with its inputs, and the form of a new table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms

from eldercare.annexes.grid import Parsing, Typed, TypedRow, name_of
from eldercare.annexes.kinds import AnnexKind
from eldercare.annexes.printed import Printed
from eldercare.policies import Policy
from eldercare.sheets.annex import counts
from eldercare.sheets.cells import Problem, column_letters

SPARE_ROWS = 3
FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2000, 2099, 12


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, text and address, what it is about, and what is wrong with it or was changed meanwhile."""

    name: str
    text: str
    address: str
    about: str
    error: str = ""
    clash: str = ""


@dataclass(slots=True)
class InputRow:
    """One line of inputs; `note` says which unit stands behind the name, or that none does."""

    place: int
    unit: Input
    cells: list[Input]
    note: str = ""
    is_spare: bool = False


@dataclass(slots=True)
class Sheet:
    """The whole grid of inputs. `groups` is the upper header as (text, width); sums stand beside printed totals."""

    columns: list[dict]
    groups: list[tuple[str, int]]
    rows: list[InputRow]
    totals: list[Input]
    sums: list[int | None]
    last: int
    base: str
    seen: str
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What to say beside the inputs: problems, cells that somebody else changed too, units behind names."""

    problems: tuple[Problem, ...] = ()
    clashes: frozenset = frozenset()
    now: Typed | None = None
    notes: dict[str, str] = field(default_factory=dict)


def sheet(kind: AnnexKind, before: Printed, typed: Typed, *, base: Typed, seen: str, remarks: Remarks) -> Sheet:
    """The grid with the given texts; three blank lines wait at its end."""
    last = max([*typed.rows, 0])
    lines = dict(typed.rows)
    for number in range(last + 1, last + 1 + SPARE_ROWS):
        lines[number] = TypedRow("", {})
    builder = _Builder(kind, Parsing(kind, before, typed), typed, remarks)
    rows = [builder.row(place, number, line) for place, (number, line) in enumerate(lines.items(), 1)]
    for row in rows[len(typed.rows) :]:
        row.is_spare = True
    totals = [
        builder.input(0, len(typed.rows) + 1, "印发合计", key, typed.totals.get(key, "")) for key in typed.columns
    ]
    columns = builder.columns(before)
    groups = _groups(columns)
    sums = [_sum(line.cells.get(key, "") for line in typed.rows.values()) for key in typed.columns]
    return Sheet(columns, groups, rows, totals, sums, max(lines), base.pack(), seen, list(remarks.problems))


@dataclass(slots=True)
class _Builder:
    kind: AnnexKind
    places: Parsing
    typed: Typed
    remarks: Remarks

    def row(self, place: int, number: int, line: TypedRow) -> InputRow:
        where = self.places.address(place, None)
        unit = Input(f"unit-{number}", line.unit, where, f"{where} 第 {place} 行的单位", self._error(where))
        cells = [self.input(number, place, line.unit, key, line.cells.get(key, "")) for key in self.typed.columns]
        return InputRow(place, unit, cells, self.remarks.notes.get(line.unit, ""))

    def input(self, number: int, place: int, unit: str, key: tuple[str, int], text: str) -> Input:
        where = self.places.address(place, key)
        about = f"{where} {unit} {self.kind.names.get(key[0], key[0])} {key[1]}"
        return Input(name_of(number, key), text, where, about, self._error(where), self._clash(number, key))

    def _error(self, where: str) -> str:
        return "；".join(problem.message for problem in self.remarks.problems if problem.cell == where)

    def _clash(self, number: int, key: tuple[str, int]) -> str:
        if (number, key) not in self.remarks.clashes or self.remarks.now is None:
            return ""
        line = self.remarks.now.rows.get(number) if number else None
        theirs = line.cells.get(key, "") if line else self.remarks.now.totals.get(key, "")
        return theirs or "空"

    def columns(self, before: Printed) -> list[dict]:
        labels = {(column["subject"], column["year"]): column["labels"] for column in before.layout.get("columns", [])}
        return [
            {
                "letters": column_letters(self.places.lead + 1 + self.places.places[code, year]),
                "labels": labels.get((code, year)) or [self.kind.names.get(code, code), f"{year}年"],
                "meaning": f"{self.kind.names.get(code, code)} {year}",
            }
            for code, year in self.typed.columns
        ]


def _groups(columns: list[dict]) -> list[tuple[str, int]]:
    """Neighbouring columns under one upper heading; none where the header has one row."""
    if any(len(column["labels"]) < 2 for column in columns):
        return []
    groups: list[list] = []
    for column in columns:
        if groups and groups[-1][0] == column["labels"][0]:
            groups[-1][1] += 1
        else:
            groups.append([column["labels"][0], 1])
    return [(text, width) for text, width in groups]


def _sum(texts: Iterable[str]) -> int | None:
    known = [value for text in texts if (value := counts.read(text).value) is not None]
    return sum(known) if known else None


class NewTableForm(forms.Form):
    """A table that no file has brought: policy, annex, name, clause, and the columns it will have."""

    policy = forms.ModelChoiceField(Policy.objects.none(), label="政策", empty_label="请选择")
    annex = forms.CharField(label="附件号", max_length=10, help_text="例如 2，或 2-1。")
    title = forms.CharField(label="表名", max_length=200)
    clause = forms.CharField(label="条款", max_length=80, required=False, help_text="不填就写作“附件”加附件号。")
    first_year = forms.IntegerField(label="起始年度", min_value=FIRST_YEAR, max_value=LAST_YEAR)
    last_year = forms.IntegerField(label="终止年度", min_value=FIRST_YEAR, max_value=LAST_YEAR)
    subjects = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, kind: AnnexKind, user, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["policy"].queryset = Policy.objects.visible_to(user).select_related("district")
        self.fields["subjects"].choices = list(kind.names.items())
        self.fields["subjects"].label = kind.subject_label
        for name in kind.head:
            self.fields[name] = kind.table._meta.get_field(name).formfield()

    def clean(self) -> dict:
        """Years in order and not too many; one table an annex."""
        data = super().clean()
        first, last = data.get("first_year"), data.get("last_year")
        if first and last and not first <= last < first + MOST_YEARS:
            self.add_error("last_year", f"终止年度不能早于起始年度，一张表最多 {MOST_YEARS} 年。")
        policy, annex = data.get("policy"), data.get("annex")
        if policy and annex and self.kind.table.objects.filter(policy=policy, annex=annex).exists():
            self.add_error("annex", f"这份政策已有附件{annex}的{self.kind.label}，请直接打开那张表填写。")
        return data

    @property
    def columns(self) -> list[tuple[str, int]]:
        """The chosen columns, year by year under each type or role."""
        years = range(self.cleaned_data["first_year"], self.cleaned_data["last_year"] + 1)
        return [(code, year) for code in self.cleaned_data["subjects"] for year in years]

    @property
    def values(self) -> dict:
        """The fields of the table itself."""
        data = self.cleaned_data
        clause = data["clause"] or f"附件{data['annex']}"
        return {"annex": data["annex"], "title": data["title"], "clause": clause} | {n: data[n] for n in self.kind.head}
