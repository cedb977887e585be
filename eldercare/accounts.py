"""People and what they may do. Roles are data that a bureau can read and sign; they are synced after every migrate."""

import secrets
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.db import models
from django.db.models import Exists, OuterRef

from eldercare.regions import Region
from eldercare.scoping import ScopedQuerySet


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name for people, what it is for, whether it works in the admin, and its permissions."""

    code: str
    label: str
    description: str
    staff: bool
    permissions: tuple[str, ...]


def _all(app: str, *models_: str, verbs: tuple[str, ...] = ("view", "add", "change", "delete")) -> tuple[str, ...]:
    return tuple(f"{app}.{verb}_{model}" for model in models_ for verb in verbs)


def _view(app: str, *models_: str) -> tuple[str, ...]:
    return _all(app, *models_, verbs=("view",))


READ_REGISTERS = (
    *_view(
        "eldercare", "region", "regionalias", "divisionedition", "populationfact", "policy", "policyconflict", "upload"
    ),
    *_view("eldercare", "reviewevent"),
    *_view(
        "facilities", "facility", "facilityrecord", "functionzone", "operatorcontract", "declaration", "servicelink"
    ),
    *_view("facilities", "exemption", "standardedition", "requirement", "acceptancereview", "zonealias", "waiver"),
    *_view("facilities", "sitevisit", "rectification", "attachment", "unitprice"),
    *_view("plans", "plantable", "plantarget", "printedtotal", "reportingperiod", "progressreport", "target", "duty"),
    *_view("plans", "periodexception", "chasenote"),
    *_view("subsidies", "subsidyscheme", "subsidyclaim", "claimshare", "payment", "budget", "allowancetotal"),
    *_view("training", "quotatable", "trainingquota", "quotatotal", "trainingsession", "attendance"),
    *_view("training", "person", "certificate", "teammember"),
)
DASHBOARD = ("eldercare.view_dashboard",)
API = ("eldercare.use_api",)

ROLES = (
    Role(
        "clerk",
        "科员",
        "管理本区县的计划表、标准、设施、补助和培训；起草验收；接收或退回各乡镇月报。",
        True,
        (
            *READ_REGISTERS,
            *DASHBOARD,
            *API,
            *_all("eldercare", "populationfact"),
            *_all("eldercare", "regionalias", verbs=("add", "change")),
            "eldercare.decide_regionalias",
            "eldercare.change_region",
            *_all("facilities", "facility", verbs=("add", "change")),
            *_all("facilities", "operatorcontract", "declaration", "servicelink", "exemption", verbs=("add", "change")),
            *_all("facilities", "acceptancereview", verbs=("add", "change")),
            "facilities.submit_acceptancereview",
            *_all("facilities", "rectification", verbs=("add", "change")),
            "facilities.report_rectification",
            *_all("facilities", "attachment", verbs=("add", "change")),
            *_all("facilities", "unitprice", verbs=("add", "change")),
            *_all("plans", "plantable", "plantarget", "reportingperiod", verbs=("add", "change")),
            "plans.receive_progressreport",
            "plans.lock_reportingperiod",
            *_all("plans", "periodexception", "chasenote", verbs=("add",)),
            *_all("subsidies", "subsidyclaim", "budget", verbs=("add", "change")),
            "subsidies.submit_subsidyclaim",
            "subsidies.report_allowancetotal",
            *_all("training", "quotatable", "trainingquota", verbs=("add", "change")),
            *_all("training", "trainingsession", "attendance", "person", "certificate", verbs=("add", "change")),
            *_all("training", "teammember", verbs=("add", "change")),
            "training.see_personal_data",
            "eldercare.upload_for_township",
            "eldercare.confirm_upload",
        ),
    ),
    Role(
        "reviewer",
        "审核",
        "受理并审核设施验收：现场核查，通过，或附理由退回；提出偏差说明；认定有证据的条件；立项整改并复查销号。",
        True,
        (
            *READ_REGISTERS,
            *DASHBOARD,
            *API,
            *_all("facilities", "declaration", verbs=("add", "change")),
            *_all("facilities", "zonealias", verbs=("add", "change")),
            "facilities.change_acceptancereview",
            "facilities.decide_acceptancereview",
            "facilities.propose_waiver",
            "facilities.add_sitevisit",
            *_all("facilities", "rectification", verbs=("add", "change")),
            "facilities.close_rectification",
            *_all("facilities", "attachment", verbs=("add", "change")),
            "facilities.decide_zonealias",
            "subsidies.change_subsidyclaim",
            "subsidies.approve_subsidyclaim",
        ),
    ),
    Role(
        "approver",
        "科长",
        "查看全部登记；分派验收审核；同意或不同意偏差说明；撤销有误的验收。",
        True,
        (
            *READ_REGISTERS,
            *DASHBOARD,
            *API,
            "facilities.change_acceptancereview",
            "facilities.assign_acceptancereview",
            "facilities.consent_waiver",
            "facilities.revoke_acceptancereview",
            "subsidies.change_subsidyclaim",
            "subsidies.pay_subsidyclaim",
            "training.erase_personal_data",
        ),
    ),
    Role(
        "township",
        "乡镇经办",
        "每月下载、填报并上传本乡镇的建设进度表；只看得到本乡镇。",
        False,
        (
            *API,
            "eldercare.upload_progress",
            "eldercare.confirm_upload",
            "subsidies.report_allowancetotal",
            "eldercare.view_upload",
            "eldercare.view_township_page",
        ),
    ),
    Role("leader", "领导", "查看本级及下级区划的进度、覆盖率、资金和培训，只读。", False, (*DASHBOARD, *API)),
    Role("apiclient", "数据接口", "通过接口读取本区划的统计数据和名录，只读。", False, API),
    Role(
        "admin",
        "系统管理员",
        "管理账号、角色和区划，查看全部数据与操作日志；不作业务决定。",
        True,
        (
            *READ_REGISTERS,
            *DASHBOARD,
            *API,
            "eldercare.see_everything",
            *_all("eldercare", "user"),
            "auth.view_group",
            "eldercare.view_auditrecord",
            "eldercare.view_apitoken",
            "eldercare.delete_apitoken",
        ),
    ),
)
ROLE_BY_CODE = {role.code: role for role in ROLES}


class ScopedUserManager(UserManager.from_queryset(ScopedQuerySet)):
    """Accounts, created as Django does and scoped as everything else is."""

    def get(self, *args, **kwargs) -> "User":
        """One account with the region it works in: every page asks for both, so they come in one statement."""
        succeeds = Exists(Region.objects.filter(successor=OuterRef("region")))
        user = self.select_related("region__parent").annotate(region_succeeds=succeeds).get(*args, **kwargs)
        if user.region is not None:
            user.region.succeeds = user.region_succeeds
        return user


class User(AbstractUser):
    """账号: a person with roles in one region. Without a region a person sees nothing, unless the role sees everything."""

    scope_lookups = ("region__path",)

    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="所属区划"
    )
    full_name = models.CharField("姓名", max_length=50, blank=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)

    objects = ScopedUserManager()

    class Meta(AbstractUser.Meta):
        verbose_name = verbose_name_plural = "账号"
        permissions = [
            ("see_everything", "查看全部区划的数据"),
            ("view_dashboard", "查看区县看板"),
            ("view_township_page", "查看乡镇工作台"),
            ("use_api", "读取数据接口"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.full_name or self.username

    @cached_property
    def sees_everything(self) -> bool:
        """Whether region does not limit this account."""
        return self.is_active and self.has_perm("eldercare.see_everything")

    @cached_property
    def scope_paths(self) -> tuple[str, ...]:
        """Subtrees this account may see: its region and the units that its region succeeded."""
        if self.region is None:
            return ()
        if not self.region.is_township:
            return (self.region.path,)
        return tuple(self.region.line.values())

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        names = set(self.groups.values_list("name", flat=True))
        return tuple(role for role in ROLES if role.label in names)

    @property
    def role_labels(self) -> str:
        return "、".join(role.label for role in self.roles) or ("超级用户" if self.is_superuser else "未分配角色")

    @property
    def is_township_user(self) -> bool:
        """Whether the account stands inside one township and works there."""
        return self.region is not None and self.region.is_township


def sync_roles(**kwargs) -> None:
    """Make groups and permissions equal to ROLES; runs after migrate, when all permissions exist."""
    from django.contrib.auth.models import Permission

    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for role in ROLES:
        missing = [name for name in role.permissions if name not in known]
        if missing:
            return  # another app's permissions are still to be created; its own post_migrate comes later
        group, _ = Group.objects.get_or_create(name=role.label)
        group.permissions.set([known[name] for name in role.permissions])


def grant(user: User, *codes: str) -> None:
    """Give roles to an account; staff access follows from them."""
    roles = [ROLE_BY_CODE[code] for code in codes]
    user.groups.set(Group.objects.filter(name__in=[role.label for role in roles]))
    user.is_staff = any(role.staff for role in roles)
    user.save()


def accounts_for_townships(district: Region, *, password: str = "") -> list[tuple[User, str]]:
    """A township account for every township of a district that has none; username is the region's code.

    Returns the new accounts with their first password, which is the given one or made here and never shown again.
    A made password must be changed at the first sign-in.
    """
    role = ROLE_BY_CODE["township"]
    served = User.objects.filter(groups__name=role.label, region__isnull=False).values("region")
    townships = district.below().townships().today().exclude(pk__in=served)
    taken = set(User.objects.filter(username__in=townships.values("code")).values_list("username", flat=True))
    made = []
    for region in townships.order_by("path"):
        if region.code in taken:
            continue
        secret = password or secrets.token_urlsafe(9)
        user = User(username=region.code, full_name=f"{region}经办", region=region, must_change_password=not password)
        user.set_password(secret)
        user.save()
        grant(user, role.code)
        made.append((user, secret))
    return made
