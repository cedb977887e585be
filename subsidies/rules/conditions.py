"""The conditions of a payment, one by one: clause, what was measured, what is required and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from facilities.rules import phrases
from facilities.rules.catalogue import CORE_FACTS, FACILITY_TYPES
from facilities.rules.facts import Facts, compare, is_number, known
from facilities.rules.truth import Truth, all_of, any_of
from subsidies.rules.case import Case, MemberCount, OtherClaim
from subsidies.rules.scheme import EVALUATIONS, PRO_RATA, Condition, Member, Scheme

ACCEPTED = "facility.accepted"
WORDS = {"social": "社会力量", "public": "政府"}


@dataclass(frozen=True, slots=True)
class Checked:
    """One condition and what became of it. `clause` cites the policy, or says that it is the portal's own reading."""

    id: str
    label: str
    clause: str
    truth: Truth
    measured: object = None
    required: object = None
    operator: str = "="
    unit: str = ""
    gap: Decimal | None = None
    gap_text: str = ""
    missing_text: str = ""
    measured_text: str = ""
    required_text: str = ""

    @property
    def text(self) -> str:
        """Why it stands in the way, in one phrase; empty when it is met."""
        if self.truth is Truth.TRUE:
            return ""
        return f"{self.label}（{self.clause}）：{self.gap_text or self.missing_text or '不符合'}"

    def as_dict(self) -> dict[str, object]:
        """A JSON-ready copy: exact numbers as text, truth as a word."""
        plain = (
            "id",
            "label",
            "clause",
            "operator",
            "unit",
            "gap_text",
            "missing_text",
            "measured_text",
            "required_text",
        )
        exact = {name: _jsonable(getattr(self, name)) for name in ("measured", "required", "gap")}
        return {**{name: getattr(self, name) for name in plain}, **exact, "truth": self.truth.name.lower()}


def _jsonable(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def fits(scheme: Scheme, case: Case) -> Checked:
    """The scheme is for this kind of subject: a facility type, or towns and townships for a bundle."""
    if scheme.bundle:
        kinds = scheme.bundle.region_kinds
        truth = Truth.of(not kinds or case.region_kind in kinds)
        gap = f"文件没有为{case.region_kind or '这类单位'}规定打包补助"
        return _yes_no("kind", "单位类别", scheme.clause, truth, case.region_kind, phrases.listed(kinds), gap)
    types = phrases.listed(_type(code) for code in scheme.applies_to)
    truth = Truth.of(not scheme.applies_to or case.type in scheme.applies_to)
    gap = f"这项补助用于{types}，不用于{_type(case.type)}"
    return _yes_no("type", "设施类型", scheme.clause, truth, _type(case.type), types or "不限", gap)


def _type(code: str) -> str:
    return FACILITY_TYPES.get(code, code)


def _yes_no(id_: str, label: str, clause: str, truth: Truth, measured: str, required: str, gap: str) -> Checked:
    return Checked(
        id_, label, clause, truth, measured, required, gap_text=gap if truth is Truth.FALSE else "",
        missing_text=gap if truth is Truth.UNKNOWN else "", measured_text=measured, required_text=required,
    )  # fmt: skip


def in_force(scheme: Scheme, case: Case) -> Checked:
    """The policy is in force on the day, and was on the acceptance day unless its own annex plans the facility."""
    begun, required = _begun(scheme, case, case.day), _span(scheme, case)
    if begun is not Truth.TRUE or scheme.trigger in EVALUATIONS:
        truth = all_of([begun, _not_ended(case, case.day)])
        why = f"{case.day}不在有效期内（{required}）"
        return _yes_no("in_force", "文件有效期内", "施行日期", truth, str(case.day), required, why)
    planned = Truth.UNKNOWN if case.in_plan is None else Truth.of(case.in_plan)
    fresh = any_of([_begun(scheme, case, case.accepted_on), planned])
    truth = all_of([fresh, _not_ended(case, case.accepted_on)])
    measured = f"{case.accepted_on}验收" if case.accepted_on else "验收日期未登记"
    listed = {True: "，已列入本文件计划", False: "，未列入本文件计划", None: ""}[case.in_plan]
    why = f"{measured}{listed}，不在有效期内（{required}）"
    if truth is Truth.UNKNOWN:
        why = _span_unknown(scheme, case)
    return _yes_no("in_force", "文件有效期内", "施行日期", truth, measured + listed, required, why)


def _begun(scheme: Scheme, case: Case, day: date | None) -> Truth:
    first = scheme.in_force_by or case.starts
    if first is None:
        return Truth.TRUE
    if day is None:
        return Truth.UNKNOWN
    if day >= first:
        return Truth.TRUE
    return Truth.UNKNOWN if scheme.in_force_by else Truth.FALSE


def _not_ended(case: Case, day: date | None) -> Truth:
    if case.ends is None:
        return Truth.TRUE
    return Truth.UNKNOWN if day is None else Truth.of(day < case.ends)


def _span(scheme: Scheme, case: Case) -> str:
    if scheme.in_force_by:
        begins = f"起始日期未印，至迟{scheme.in_force_by}起"
    else:
        begins = f"{case.starts}起施行" if case.starts else "未印施行日期，按一直有效计"
    return f"{begins}，{case.ends}起被替代" if case.ends else begins


def _span_unknown(scheme: Scheme, case: Case) -> str:
    if case.accepted_on is None:
        return "待补：验收日期"
    if scheme.in_force_by:
        return f"文件起始日期未印，{case.accepted_on}验收时是否已经施行不能确定"
    return "待补：计划年度（是否列入本文件的计划）"


def trigger(scheme: Scheme, facts: Facts) -> list[Checked]:
    """What the payment follows: acceptance (also where nothing is printed), or an evaluation that must be recorded."""
    if scheme.trigger in EVALUATIONS:
        fact, label = EVALUATIONS[scheme.trigger]
        return [
            require(Condition(label, _trigger_clause(scheme), fact, "=", True), facts, {}, missing="尚未登记评价结果")
        ]
    if scheme.trigger not in ("", "accepted"):
        words = f"门户不能判断“{scheme.trigger}”"
        return [_yes_no("trigger", "拨付前提", scheme.clause, Truth.UNKNOWN, "未知", scheme.trigger, words)]
    if scheme.bundle or scheme.asks_for_acceptance:
        return []
    return [require(Condition("验收合格", _trigger_clause(scheme), ACCEPTED, "=", True), facts, {})]


def _trigger_clause(scheme: Scheme) -> str:
    return scheme.clause if scheme.trigger_printed else f"{scheme.clause}；口径：文件未印拨付前提，按验收合格计"


def require(condition: Condition, facts: Facts, words: Mapping[str, str], missing: str = "") -> Checked:
    """One printed hard condition against the facts; what is not recorded is unknown, never met and never failed."""
    words = {**WORDS, **words}
    value = _coded(known(facts, condition.fact), words)
    truth = compare(value, condition.operator, condition.value)
    told, wanted = (phrases.said(one, words, condition.unit) for one in (value, condition.value))
    if isinstance(value, str) and condition.value in words and value not in words:
        # Where codes are meant, free words prove neither the one nor the other.
        truth, missing = Truth.UNKNOWN, f"登记为“{told}”，门户不能判断是不是“{wanted}”"
    gap, gap_text = _gap(condition, value, told, wanted) if truth is Truth.FALSE else (None, "")
    lacking = "" if truth is not Truth.UNKNOWN else missing or f"待补：{_fact_label(condition)}"
    return Checked(
        f"require.{condition.fact}", condition.label, condition.clause, truth, value, condition.value,
        condition.operator, condition.unit, gap, gap_text, lacking, told, f"{_operator(condition.operator)}{wanted}",
    )  # fmt: skip


def _coded(value: object, words: Mapping[str, str]) -> object:
    """The code of a value that was recorded by its label."""
    codes = {label: code for code, label in words.items()}
    return codes.get(value, value) if isinstance(value, str) and value not in words else value


def _gap(condition: Condition, value: object, told: str, wanted: str) -> tuple[Decimal | None, str]:
    if is_number(value) and condition.operator in (">=", "<="):
        gap = abs(Decimal(condition.value) - Decimal(value))
        return gap, phrases.gap(condition.operator, value, condition.value, condition.unit)
    return None, f"应为“{_operator(condition.operator)}{wanted}”，现为“{told}”"


def _operator(operator: str) -> str:
    return {"=": "", ">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "!=": "不是 "}[operator]


def _fact_label(condition: Condition) -> str:
    subject, _, name = condition.fact.partition(".")
    declared = CORE_FACTS.get(condition.fact) or CORE_FACTS.get(f"facility.{name}" if subject == "centre" else "")
    return declared.label if declared else condition.label


def required(scheme: Scheme, facts: Facts, case: Case) -> list[Checked]:
    """The printed hard conditions; those about a bundle's centre are met when any one centre meets all of them."""
    sets = [{**facts, **{f"centre.{name.partition('.')[2]}": v for name, v in one.items()}} for one in case.centres]
    tried = [[require(test, known_, case.words) for test in scheme.requires] for known_ in sets or [facts]]
    return max(tried, key=lambda rows: (all_of(row.truth for row in rows) or 0, sum(row.truth for row in rows)))


def counted(scheme: Scheme, case: Case) -> list[Checked]:
    """Each facility type of a bundle: as many accepted as planned (all, or one), never fewer than the bundle needs."""
    counts = {count.type: count for count in case.members}
    return [_count(scheme, member, counts[member.type]) for member in (scheme.bundle.members if scheme.bundle else ())]


def _count(scheme: Scheme, member: Member, found: MemberCount) -> Checked:
    needed = member.needed(found.planned)
    least = member.at_least if needed is None or scheme.bundle.pays == PRO_RATA else needed
    truth = _enough(found, least)
    settled = needed is not None and (found.unsure == 0 or found.accepted >= needed)
    # A part amount waits until it is certain how many count; the whole one only until enough of them surely do.
    if truth is Truth.TRUE and not (settled if scheme.bundle.pays == PRO_RATA else needed is not None):
        truth = Truth.UNKNOWN
    gap = Decimal(least - found.accepted - found.unsure) if truth is Truth.FALSE else None
    return Checked(
        f"count.{found.type}", f"验收合格的{found.label}", _plan_clause(scheme), truth, found.accepted, needed,
        ">=", "个", gap, f"还差 {gap} 个{found.label}" if gap else "", _count_missing(found, needed, truth),
        f"{found.accepted} 个", _needed_text(found, needed),
    )  # fmt: skip


def _enough(found: MemberCount, least: int) -> Truth:
    if found.accepted >= least:
        return Truth.TRUE
    return Truth.UNKNOWN if found.accepted + found.unsure >= least else Truth.FALSE


def _plan_clause(scheme: Scheme) -> str:
    return f"{scheme.clause}；附件{scheme.bundle.annex}" if scheme.bundle.annex else scheme.clause


def _needed_text(found: MemberCount, needed: int | None) -> str:
    if needed is None:
        return "全部计划数"
    return "没有计划" if needed == 0 else f"≥ {needed} 个"


def _count_missing(found: MemberCount, needed: int | None, truth: Truth) -> str:
    if truth is not Truth.UNKNOWN:
        return ""
    if needed is None:
        return f"待补：{found.label}的计划数"
    return f"有 {found.unsure} 个{found.label}是否计入不能确定（计划年度、验收日期或原乡镇没有登记）"


def once(scheme: Scheme, case: Case) -> Checked:
    """The same scheme is paid once for the same key."""
    standing = [row.text for row in case.claims if _same_scheme(scheme, row) and row.key == case.key]
    words = phrases.listed(standing)
    return _yes_no(
        "once", "没有重复申请", f"{scheme.clause}；口径：同一对象只付一次", Truth.of(not standing), words or "没有",
        "没有在办或已拨付的同项申请", f"已有申请：{words}",
    )  # fmt: skip


def stacking(scheme: Scheme, case: Case) -> Checked:
    """No other money of the same form stands on the same facilities, unless one of the two schemes lists the other.

    Our reading: two one-off sums for one facility exclude each other; what is paid by the year or the month for running
    it never excludes what was paid once for building it.
    """
    clash = [row.text for row in case.claims if not _same_scheme(scheme, row) and not _combines(scheme, row)]
    words = phrases.listed(clash)
    clause = (
        scheme.clause
        if scheme.may_combine_with or scheme.excludes
        else f"{scheme.clause}；口径：同一形式的补助，文件未列明可以叠加的不叠加；形式不同的互不影响"
    )
    return _yes_no(
        "stacking", "不与其他补助重复", clause, Truth.of(not clash), words or "没有", "没有不能叠加的其他补助",
        f"不能与“{words}”同时享受",
    )  # fmt: skip


def _same_scheme(scheme: Scheme, row: OtherClaim) -> bool:
    return (row.policy, row.scheme) == (scheme.policy, scheme.id)


def _combines(scheme: Scheme, row: OtherClaim) -> bool:
    """Ids are a policy's own, so only schemes of one policy can name each other; what is named outranks the form."""
    if row.policy == scheme.policy:
        if row.scheme in scheme.excludes or scheme.id in row.excludes:
            return False
        if row.scheme in scheme.may_combine_with or scheme.id in row.may_combine_with:
            return True
    return row.form != scheme.form
