"""The links a person sees, by role; the same answers that the pages themselves enforce."""

from django.urls import reverse

from eldercare.regions import Region


def links_for(user) -> list[tuple[str, str]]:
    """(label, address) of the pages this account may open."""
    links = []
    if user.is_township_user and user.has_perm("eldercare.view_township_page"):
        links += [("本乡镇", reverse("dashboard")), ("月报上传", reverse("uploads"))]
    elif user.has_perm("eldercare.view_dashboard"):
        links.append(("看板", reverse("dashboard")))
        if user.has_perm("eldercare.view_upload"):
            links.append(("上传记录", reverse("uploads")))
    if user.has_perm("eldercare.view_policy"):
        links.append(("政策", reverse("policies")))
    if user.is_staff:
        links.append(("管理后台", reverse("admin:index")))
    if user.has_perm("facilities.add_declaration"):
        links.append(("单位认定", reverse("admin:facilities_declaration_units")))
    # Who reads pages of one's own township or of the dashboards has no use for a programmer's manual; the help names it.
    if user.has_perm("eldercare.use_api") and (user.is_staff or not links):
        links.append(("数据接口", reverse("api-docs")))
    return [*links, ("帮助", reverse("help"))]


def navigation(request) -> dict:
    """Context of every page: navigation with the current entry marked, and the account's region."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"portal_nav": [], "portal_district": None, "portal_demo": False}
    items = [
        {"label": label, "url": url, "current": request.path == url or (url != "/" and request.path.startswith(url))}
        for label, url in links_for(user)
    ]
    return {
        "portal_nav": items,
        "portal_district": user.region,
        "portal_roles": user.role_labels,
        "portal_demo": bool(user.region and _in_demo(user.region)),
    }


def _in_demo(region: Region) -> bool:
    """Whether a region is, or lies in, a district whose data are a demonstration."""
    if not region.is_township:
        return region.is_demo
    return Region.objects.filter(code__in=region.ancestor_codes, is_demo=True).exists()
