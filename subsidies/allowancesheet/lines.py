"""The lines of a month: every band of every scheme that the district's policies pay by head count."""

from dataclasses import dataclass
from datetime import date

from eldercare.clock import last_day
from eldercare.policies import unpack
from eldercare.regions import Region
from eldercare.uploads import Context
from facilities.rules.phrases import plain
from subsidies.rules import allowances
from subsidies.rules.allowances import Rate
from subsidies.rules.scheme import Band, parse
from subsidies.schemes import SubsidyScheme

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One band of a scheme in a month; `label` tells schemes of two policies apart where their names are the same."""

    scheme: SubsidyScheme
    label: str
    band: Band
    rate: Rate

    @property
    def name(self) -> str:
        """The band's name, as it is stored and written in the sheet."""
        return allowances.band_name(self.band)

    @property
    def key(self) -> Key:
        return self.scheme.pk, self.name

    @property
    def title(self) -> str:
        return f"{self.label} {self.name}"

    @property
    def former(self) -> str:
        """What the policy says was paid before."""
        return "" if self.band.before is None else f"原 {plain(self.band.before)} 元"


def lines(district: Region, month: date) -> list[Line]:
    """The lines of a district and month in the order of the policies: one query."""
    rows = SubsidyScheme.objects.filter(policy__district=district).select_related("policy").order_by("policy", "pk")
    rules = [(row, rule) for row in rows if allowances.is_monthly_total(rule := parse(unpack(row.body)))]
    names = [row.label for row, _ in rules]
    day = last_day(month)
    return [
        Line(row, _label(row, names), band, allowances.rate_of(rule, band, day))
        for row, rule in rules
        for band in allowances.bands_of(rule)
    ]


def _label(row: SubsidyScheme, names: list[str]) -> str:
    return row.label if names.count(row.label) == 1 else f"{row.label}（{row.policy.short_title}）"


def of_context(context: Context) -> list[Line]:
    """The lines that a sheet is about, read once."""
    return context.once("lines", lambda: lines(context.district, context.period))
