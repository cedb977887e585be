"""候选清单: what could be claimed now, what is missing for the rest, and drafting from the list."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from eldercare.regions import Region
from eldercare.review import Denied, MoveRefused
from facilities.admin.unitdeclarations import district_for
from subsidies import amounts, services
from subsidies.admin import conditions
from subsidies.candidates import Candidates, candidates
from subsidies.entitlement import Answer
from subsidies.models import SubsidyClaim

LIST, DRAFT = "subsidies_subsidyclaim_candidates", "subsidies_subsidyclaim_draft"
MOST_TOLD = 10
FOLDED, MOST_OPEN = ("refused", "claimed", "silent"), 5


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as a row of the page; `pick` names it in a form, `claim` is the page of the claim that stands."""

    answer: Answer
    pick: str
    amount: str
    conditions: list[dict]
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One part of the page: what became of its answers, in words."""

    code: str
    label: str
    hint: str
    lines: list[Line]

    @property
    def is_folded(self) -> bool:
        """Whether the part is long and nothing can be done about it here."""
        return self.code in FOLDED and len(self.lines) > MOST_OPEN


def urls(admin) -> list:
    """The addresses of the page and of drafting."""

    def page(request: HttpRequest) -> HttpResponse:
        return _page(admin, request)

    def draft(request: HttpRequest) -> HttpResponse:
        return _draft(request)

    view = admin.admin_site.admin_view
    return [path("candidates/", view(page), name=LIST), path("draft/", view(draft), name=DRAFT)]


def address(district: Region) -> str:
    """The page of a district."""
    return f"{reverse(f'admin:{LIST}')}?district={district.code}"


def pick_of(answer: Answer) -> str:
    """The name of an answer in a form."""
    return f"{answer.scheme.pk}:{answer.key}"


def _page(admin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("subsidies.view_subsidyclaim"):
        raise PermissionDenied
    district = district_for(request)
    day = district.default_as_of()
    found = candidates(request.user, district, day)
    context = {
        **admin.admin_site.each_context(request),
        "title": "补助候选清单",
        "opts": admin.opts,
        "district": district,
        "day": day,
        "groups": _groups(found, _claims(district)),
        "count": len(found.payable),
        "total": amounts.wan(found.total),
        "years": (day.year, day.year + 1),
        "may_draft": request.user.has_perm("subsidies.submit_subsidyclaim"),
        "draft_url": f"{reverse(f'admin:{DRAFT}')}?district={district.code}",
    }
    return TemplateResponse(request, "admin/subsidies/candidates.html", context)


def _claims(district: Region) -> dict[tuple[int, str], int]:
    """The live claims of a district by scheme and key."""
    rows = SubsidyClaim.objects.filter(district=district, status__in=SubsidyClaim.LIVE)
    return {(scheme, key): pk for pk, scheme, key in rows.values_list("pk", "scheme_id", "key")}


def _groups(found: Candidates, claims: dict[tuple[int, str], int]) -> list[Group]:
    parts = (
        ("payable", "可以申请", "条件全部符合，还没有申请。", found.payable),
        ("pending", "待定", "有条件还不能认定，补齐后自动转入可以申请或不符合。", found.pending),
        ("refused", "不符合", "至少一项条件不符合；不会因资料补齐而自动拨付。", found.refused),
        ("claimed", "已有申请", "同一对象的这项补助已有申请，不能重复。", found.claimed),
        ("silent", "文件未印金额", "政策没有印出金额，停在待定，不作零处理，也不能拨付。", found.silent),
    )
    return [Group(code, label, hint, [_line(row, claims) for row in rows]) for code, label, hint, rows in parts]


def _line(answer: Answer, claims: dict[tuple[int, str], int]) -> Line:
    claim = claims.get((answer.scheme.pk, answer.key))
    page = reverse("admin:subsidies_subsidyclaim_change", args=[claim]) if claim else ""
    rows = conditions.lines(row.as_dict() for row in answer.conditions)
    printed = answer.amount if answer.is_payable else answer.printed
    return Line(answer, pick_of(answer), amounts.wan(printed), rows, page)


def _draft(request: HttpRequest) -> HttpResponse:
    """Draft the ticked ones, each for itself; what cannot be drafted is named with its reason."""
    if not request.user.has_perm("subsidies.submit_subsidyclaim"):
        raise PermissionDenied
    district = district_for(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    made, refused = _drafted(request, district)
    if made:
        messages.success(request, f"已起草 {len(made)} 笔补助申请，请逐笔核对后提交审核。")
    for reason in refused[:MOST_TOLD]:
        messages.error(request, reason)
    if len(refused) > MOST_TOLD:
        messages.error(request, f"另有 {len(refused) - MOST_TOLD} 笔没有起草。")
    if len(made) == 1 and not refused:
        return redirect("admin:subsidies_subsidyclaim_change", made[0].pk)
    return redirect(address(district))


def _picks(request: HttpRequest) -> list[str]:
    """What is meant: the one row whose own button was pressed, whatever else is ticked, or all that are ticked."""
    one = request.POST.get("only")
    return [one] if one else list(dict.fromkeys(request.POST.getlist("pick")))


def _drafted(request: HttpRequest, district: Region) -> tuple[list[SubsidyClaim], list[str]]:
    picks = _picks(request)
    year = request.POST.get("year", "")
    if not picks:
        return [], ["请先勾选要起草的补助。"]
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        return [], ["预算年度应为四位数字。"]
    found = candidates(request.user, district, district.default_as_of())
    payable = {pick_of(row): row for row in found.payable}
    made, refused = [], []
    if gone := sum(pick not in payable for pick in picks):
        refused.append(f"{gone} 笔不在可以申请的清单里（可能刚被起草或条件有变化），没有起草。")
    for answer in (payable[pick] for pick in picks if pick in payable):
        try:
            made.append(
                services.draft(
                    answer.subject, answer.scheme, by=request.user, year=int(year) if year else None, key=answer.key
                )
            )
        except (MoveRefused, Denied) as reason:
            refused.append(f"{answer.subject} {answer.scheme}：{reason}")
    return made, refused
