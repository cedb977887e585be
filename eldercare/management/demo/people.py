"""The accounts of the demo: one a role, and one for every other township."""

from dataclasses import dataclass

from eldercare.accounts import ROLE_BY_CODE, User, accounts_for_townships, grant
from eldercare.management import printing
from eldercare.regions import Region

DISTRICT = "500156"
TOWNSHIP = "500156101"


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demo: its role gives the username, `can` says what to try with it."""

    role: str
    name: str
    can: str
    region: str = DISTRICT


PEOPLE = (
    Person("clerk", "演示科员", "登记设施，接收或退回月报，提交验收，确认名称对照；登记预算，从候选清单起草补助"),
    Person("reviewer", "演示审核员", "受理并审核验收：通过、退回，或提出偏差说明；批准补助、安排资金，核实预警"),
    Person("approver", "演示科长", "分派验收审核，同意或不同意偏差说明，撤销验收；登记补助拨付和追回"),
    Person("township", "演示经办（白马镇）", "下载、填报、上传白马镇的月报", TOWNSHIP),
    Person("leader", "演示领导", "查看区县看板：进度、覆盖率、补助资金、谁没有报"),
    Person("apiclient", "演示接口", "用令牌读取数据接口（manage.py apitoken apiclient）"),
    Person("admin", "演示管理员", "管理账号和角色，查看操作日志"),
)
USERNAMES = frozenset(person.role for person in PEOPLE)


def path_prefix() -> str:
    """What the paths of the demo district's units hold."""
    row = Region.objects.filter(code=DISTRICT).first()
    return row.path if row else "-"


def make(district: Region, password: str) -> tuple[dict[str, User], dict[str, User]]:
    """All accounts with that password: by role, and the townships' by region code. Made once, passwords set again."""
    by_role = {person.role: _account(person, password) for person in PEOPLE}
    accounts_for_townships(district, password=password)
    made = User.objects.select_related("region").filter(region__in=district.below().townships())
    by_township = {user.region.code: user for user in made}
    for code, user in by_township.items():
        if user.username == code and not user.check_password(password):
            user.set_password(password)
            user.save()
    return by_role, by_township


def _account(person: Person, password: str) -> User:
    region = Region.objects.get(code=person.region, valid_to__isnull=True)
    user, _ = User.objects.update_or_create(
        username=person.role, defaults={"full_name": person.name, "region": region, "is_active": True}
    )
    user.set_password(password)
    grant(user, person.role)
    return User.objects.select_related("region").get(pk=user.pk)


def table(password: str) -> list[str]:
    """The accounts as lines to print."""
    rows = [("账号", "角色", "可以做什么")]
    rows += [(person.role, ROLE_BY_CODE[person.role].label, person.can) for person in PEOPLE]
    rows.append(("乡镇代码", "乡镇经办", "其余各乡镇（街道），账号就是区划代码，如江口镇 500156102"))
    return [*printing.table(rows), f"密码（全部账号）：{password}"]
