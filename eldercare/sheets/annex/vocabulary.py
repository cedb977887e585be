"""The printed names of facility types and staff roles, and the code each of them stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from eldercare.sheets.annex import headings
from eldercare.sheets.text import compact


@dataclass(frozen=True, slots=True)
class Term:
    """What one wording means: `codes` holds one code when it is clear, several if ambiguous, none if unknown."""

    codes: tuple[str, ...]

    @property
    def code(self) -> str | None:
        """The one code meant, or None."""
        return self.codes[0] if len(self.codes) == 1 else None


@dataclass(frozen=True)
class Vocabulary:
    """Names of facility types and of roles → codes; `ambiguous` names → the codes they may stand for.

    Names match whatever the width of their characters and the spaces inside them; nothing matches by likeness.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {compact(name): tuple(codes) for name, codes in self.ambiguous.items()}
        names |= {compact(name): (code,) for table in (self.types, self.roles) for name, code in table.items()}
        object.__setattr__(self, "_names", names)

    def overridden(self, types: Mapping[str, str]) -> "Vocabulary":
        """This vocabulary with one table's own readings (`{"养老服务中心": "TOWNSHIP_CENTRE"}`) put before it.

        A key is the wording alone, or the heading or title as a question quotes it; years and measure fall off.
        """
        types = {headings.parse(compact(name)).whole: code for name, code in types.items()}
        roles = {name: code for name, code in types.items() if self.kind(code) == "role"}
        others = {name: code for name, code in types.items() if name not in roles}
        keep = [
            {name: value for name, value in table.items() if compact(name) not in types}
            for table in (self.types, self.roles, self.ambiguous)
        ]
        return Vocabulary(keep[0] | others, keep[1] | roles, keep[2])

    def kind(self, code: str | None) -> str:
        """ "role" for the code of a role, otherwise "type"."""
        return "role" if code is not None and code in self.roles.values() else "type"

    def resolve(self, text: str) -> Term:
        """What a heading (already compact) means as a whole."""
        return Term(self._names.get(text, ()))

    def found_in(self, text: str) -> Term:
        """What the names contained in a title mean; a longer name hides the shorter ones inside it."""
        codes: dict[str, None] = {}
        for name in sorted(self._names, key=len, reverse=True):
            if name in text:
                text = text.replace(name, "\0")
                codes |= dict.fromkeys(self._names[name])
        return Term(tuple(codes))

    def near(self, text: str) -> tuple[str, ...]:
        """Codes to propose for an unknown heading: of names that contain it or lie in it, else that resemble it."""
        alike = [name for name in self._names if text and (text in name or name in text)]
        alike = alike or get_close_matches(text, self._names, n=4, cutoff=0.6)
        return tuple(dict.fromkeys(code for name in alike for code in self._names[name]))


TYPE_NAMES = {
    "街道养老服务中心": "STREET_CENTRE",
    "社区养老服务站": "COMMUNITY_STATION",
    "乡镇养老服务中心": "TOWNSHIP_CENTRE",
    "镇乡养老服务中心": "TOWNSHIP_CENTRE",
    "村级互助养老点": "VILLAGE_POINT",
    "村级养老互助点": "VILLAGE_POINT",
    "村级互助养老服务点": "VILLAGE_POINT",
    "农村互助养老点": "VILLAGE_POINT",
    "农村养老互助点": "VILLAGE_POINT",
    "养老机构": "CARE_HOME",
    "敬老院": "ELDERLY_HOME",
    "乡镇敬老院": "ELDERLY_HOME",
    "失能特困人员集中照护中心": "DISABLED_CARE_CENTRE",
    "失能特困人员集中供养中心": "DISABLED_CARE_CENTRE",
    "农村失能特困人员集中照护机构": "DISABLED_CARE_CENTRE",
    "农村失能特困人员集中照料机构": "DISABLED_CARE_CENTRE",
    "日间照料中心": "DAY_CARE_CENTRE",
    "社区日间照料中心": "DAY_CARE_CENTRE",
    "社区老年人日间照料中心": "DAY_CARE_CENTRE",
    "颐养之家": "RURAL_HAPPINESS_HOME",
    "农村颐养之家": "RURAL_HAPPINESS_HOME",
    "农村老年人颐养之家": "RURAL_HAPPINESS_HOME",
    "农村颐养之家(幸福院)": "RURAL_HAPPINESS_HOME",
    "农村老年人颐养之家(幸福院)": "RURAL_HAPPINESS_HOME",
    "农村幸福院": "RURAL_HAPPINESS_HOME",
    "小区养老服务点": "ESTATE_POINT",
    "医养结合机构": "MEDICAL_ELDERLY_INSTITUTION",
    "医养结合型机构": "MEDICAL_ELDERLY_INSTITUTION",
    "社区医养结合型机构": "MEDICAL_ELDERLY_INSTITUTION",
}

ROLE_NAMES = {"养老护理主管": "care_supervisor", "养老管理院长": "home_director", "养老护理员": "caregiver"}

# Streets and townships have different standards, so a heading that says neither or both is asked about.
CENTRES = ("STREET_CENTRE", "TOWNSHIP_CENTRE")
AMBIGUOUS_NAMES = {
    "养老服务中心": CENTRES,
    "街镇养老服务中心": CENTRES,
    "镇街养老服务中心": CENTRES,
    "乡镇(街道)养老服务中心": CENTRES,
    "镇乡(街道)养老服务中心": CENTRES,
}

PRINTED_NAMES = Vocabulary(TYPE_NAMES, ROLE_NAMES, AMBIGUOUS_NAMES)
