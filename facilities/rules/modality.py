"""How strictly a printed modal word binds."""

from enum import StrEnum


class Modality(StrEnum):
    """Five degrees of obligation, strictest first."""

    MUST = "must"
    PRINCIPLE = "principle"
    CONDITIONAL = "conditional"
    SHOULD = "should"
    MAY = "may"

    @property
    def label(self) -> str:
        """The degree in Chinese."""
        return LABELS[self]

    @property
    def binds(self) -> bool:
        """Whether acceptance depends on it at all."""
        return self in (Modality.MUST, Modality.PRINCIPLE)


LABELS = {
    Modality.MUST: "应",
    Modality.PRINCIPLE: "原则上",
    Modality.CONDITIONAL: "有条件的",
    Modality.SHOULD: "宜",
    Modality.MAY: "可",
}

STRICTEST_FIRST = tuple(Modality)

PREFIXES = {
    "必须": Modality.MUST,
    "严禁": Modality.MUST,
    "应": Modality.MUST,
    "应当": Modality.MUST,
    "要": Modality.MUST,
    "不应": Modality.MUST,
    "不得": Modality.MUST,
    "不新建": Modality.MUST,
    "原则上": Modality.PRINCIPLE,
    "一般应": Modality.PRINCIPLE,
    "有条件的": Modality.CONDITIONAL,
    "宜": Modality.SHOULD,
    "不宜": Modality.SHOULD,
    "可": Modality.MAY,
    "也可": Modality.MAY,
}


def of_wording(wording: str) -> Modality | None:
    """The degree a printed wording stands for, by its longest known prefix; None when the table does not know it."""
    known = [prefix for prefix in PREFIXES if wording.startswith(prefix)]
    return PREFIXES[max(known, key=len)] if known else None


def strictest(modalities) -> Modality:
    """The strictest of some degrees."""
    return min(modalities, key=STRICTEST_FIRST.index)
