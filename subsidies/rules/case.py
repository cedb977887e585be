"""What is known of one subject of a scheme, gathered by the caller: nothing here is decided yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from facilities.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class MemberCount:
    """One facility type of a bundle, counted in its township.

    `planned` sums every planned year (0 = none planned; None = the plan is not known); `accepted` counts those that
    surely count, `unsure` those accepted ones of which the register does not tell whether they do.
    """

    type: str
    label: str
    planned: int | None
    accepted: int
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class OtherClaim:
    """A claim that stands on the same facilities: of the same scheme, or of another one.

    `form` is its scheme's: one_off, yearly, monthly or voucher; `text` is how a clerk reads it: its name, key and state.
    `may_combine_with` and `excludes` are its own scheme's.
    """

    policy: str
    scheme: str
    key: str
    form: str
    text: str
    may_combine_with: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One subject on one day.

    `region_kind` is 街道, 镇 or 乡 in the plan's own division edition. `accepted_on` is the acceptance day of the facility,
    or the last one of a bundle. `in_plan` says whether an annex of the policy plans it (None = not known). The policy is
    in force from `starts` until `ends` (exclusive; None = always, open). `centres` holds the facts of each township
    centre of a bundle; `words` the labels of coded values.
    """

    key: str
    day: date
    type: str = ""
    type_label: str = ""
    region_kind: str = ""
    accepted_on: date | None = None
    in_plan: bool | None = False
    starts: date | None = None
    ends: date | None = None
    centres: tuple[Facts, ...] = ()
    members: tuple[MemberCount, ...] = ()
    claims: tuple[OtherClaim, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
