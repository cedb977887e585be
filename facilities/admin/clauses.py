"""A check as rows for the clauses table: the same rows from a live finding and from the frozen copy of a decision."""

from collections.abc import Iterable, Mapping

from eldercare import charts
from facilities.rules.findings import Outcome
from facilities.rules.modality import Modality
from facilities.rules.phrases import number, said

SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "!=": "不得为 "}
MET = {Outcome.MET: True, Outcome.UNMET: False, Outcome.WAIVED: False, Outcome.ADVICE: False}
WORST_FIRST = (Outcome.UNMET, Outcome.NO_DATA, Outcome.WAIVED, Outcome.ADVICE, Outcome.MET, Outcome.NOT_APPLICABLE)


def rows(findings: Iterable[Mapping], words: Mapping[str, str]) -> list[dict]:
    """Context of components/clauses.html from `Finding.as_dict()` copies, what needs action first.

    `words` are the Chinese labels of coded values (village_public → 依托村级公共服务设施).
    """
    made = [row(finding, words) for finding in findings]
    return sorted(made, key=lambda line: WORST_FIRST.index(Outcome(line["outcome"])))


def row(finding: Mapping, words: Mapping[str, str]) -> dict:
    """One clause as a line of the table."""
    applies = finding["outcome"] != Outcome.NOT_APPLICABLE
    gap = finding["gap_text"]
    lacking = "" if _repeats(gap, finding) else finding["missing_text"]
    degree = Modality(finding["modality"]).label
    return {
        "clause": finding["clause"],
        "label": finding["label"],
        "wording": finding["wording"],
        "modality_label": "" if finding["wording"].startswith(degree) else degree,
        "measured_text": _measured(finding, words) if applies else "",
        "required_text": _required(finding, words) if applies else "",
        "chart": _chart(finding) if applies else "",
        "outcome": finding["outcome"],
        "outcome_label": finding["outcome_label"],
        "gap_text": gap,
        "missing_text": lacking,
        "note": "；".join(part for part in (finding["reason"], finding["note"]) if part),
    }


def _repeats(gap: str, finding: Mapping) -> bool:
    """Whether the gap already names all that is missing."""
    return bool(gap) and all(name in gap for name in finding["missing"])


def _is_list(finding: Mapping) -> bool:
    return isinstance(finding["required"], (list, tuple))


def _measured(finding: Mapping, words: Mapping[str, str]) -> str:
    measured = finding["measured"]
    if measured is None:
        return ""
    if _is_list(finding):
        return f"{len(measured)} 项"
    if isinstance(measured, (list, tuple)):
        return "；".join(f"{name} {said(value, words)}" for name, value in measured)
    return said(measured, words, finding["unit"])


def _required(finding: Mapping, words: Mapping[str, str]) -> str:
    required = finding["required"]
    if _is_list(finding):
        return f"{len(required)} 项"
    return "" if required is None else SIGNS.get(finding["operator"], "") + said(required, words, finding["unit"])


def _chart(finding: Mapping) -> str:
    measured, required = finding["measured"], finding["required"]
    if _is_list(finding) and measured is not None:
        measured, required = len(measured), len(required)
    elif finding["unit"]:
        measured, required = number(measured), number(required)
    else:
        return ""
    if measured is None or required is None:
        return ""
    met = MET.get(Outcome(finding["outcome"]))
    return charts.measure(measured, required, title=finding["label"], met=met, unit=finding["unit"])
