"""A township of 巫溪县 with three facilities, one more next door: what the files of the corpus are compared with."""

import json
from pathlib import Path

TOWNSHIP, NEIGHBOUR = "500238111", "500238108"
ACCOUNT = "tangfang"

# Run inside the served portal's own process: the register is made by the services that make it always.
SETUP = f"""
from datetime import date
from decimal import Decimal
from eldercare.accounts import User, grant
from eldercare.regions import Region, district_of
from facilities import history
from facilities.history import Assertion
from facilities.models import Facility

def unit(code):
    return Region.objects.on(date(2020, 12, 31)).get(code=code)

home, near = unit("{TOWNSHIP}"), unit("{NEIGHBOUR}")
district = district_of(home)
user = User(username="{ACCOUNT}", region=home)
user.set_password("{{password}}")
user.save()
grant(user, "township")
shared = dict(planned_year=2020)
rows = (
    (home, dict(name="双柏村互助养老点", type="VILLAGE_POINT", village_id=unit("{TOWNSHIP}200").pk, stage="building",
        progress=Decimal(40), gross_area=Decimal(200), usable_area=Decimal(150), beds=10, nursing_beds=2,
        zones=["助餐"], operation="village", started_on=date(2020, 3, 1), invested=Decimal("12.5"))),
    (home, dict(name="红土村互助养老点", type="VILLAGE_POINT", village_id=unit("{TOWNSHIP}201").pk, stage="sited")),
    (home, dict(name="塘坊镇养老服务中心", type="TOWNSHIP_CENTRE", stage="building", progress=Decimal(60),
        gross_area=Decimal(1200), usable_area=Decimal(1000), beds=40, nursing_beds=20, zones=["助餐", "日间照料"],
        operation="public_built_private_run", operator="康寿公司", started_on=date(2020, 4, 1),
        invested=Decimal(150))),
    (near, dict(name="尖山镇养老服务中心", type="TOWNSHIP_CENTRE", stage="building")),
)
for township, state in rows:
    made = Assertion(Facility(district=district, township=township), shared | state)
    history.record([made], effective_on=date(2020, 5, 31), by=None)
"""

# Every table but those that an upload, a sign-in and the log are kept in.
CENSUS = """
import json
from django.apps import apps
own = {"upload", "stagedrows", "auditrecord", "session", "user"}
print(json.dumps({m._meta.label: m._base_manager.count() for m in apps.get_models() if m._meta.model_name not in own}))
"""


def prepare(portal) -> None:
    """Register the township's facilities and its account in a served portal."""
    portal.manage("shell", "-v", "0", "-c", SETUP.format(password=portal.password))


def census(portal) -> dict[str, int]:
    """Rows of every table that a file may not touch before it is confirmed."""
    return json.loads(portal.manage("shell", "-v", "0", "-c", CENSUS).splitlines()[-1])


class Workers:
    """The serving processes of a portal as the system sees them."""

    def __init__(self, portal) -> None:
        self.server = portal.server

    @property
    def pids(self) -> list[int]:
        """The workers that serve now."""
        return sorted(map(int, _children(self.server)))

    def resident(self) -> dict[int, int]:
        """Megabytes that each worker holds in memory."""
        return {pid: _resident(pid) for pid in self.pids}

    def handles(self) -> dict[int, int]:
        """Open files and sockets of each worker."""
        return {pid: len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.pids}

    def offspring(self) -> list[str]:
        """Processes that workers started and that are not gone."""
        return [child for pid in self.pids for child in _children(pid)]


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) // 1024
