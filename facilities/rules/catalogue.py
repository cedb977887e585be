"""What rules may speak about: facility types, units of division, and the facts the portal itself records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FACILITY_TYPES = {
    "STREET_CENTRE": "街道养老服务中心",
    "COMMUNITY_STATION": "社区养老服务站",
    "TOWNSHIP_CENTRE": "乡镇养老服务中心",
    "VILLAGE_POINT": "村级互助养老点",
    "CARE_HOME": "养老机构",
    "ELDERLY_HOME": "敬老院",
    "DISABLED_CARE_CENTRE": "失能特困人员集中照护中心",
    "DAY_CARE_CENTRE": "社区日间照料中心",
    "RURAL_HAPPINESS_HOME": "农村颐养之家（幸福院）",
    "ESTATE_POINT": "小区养老服务点",
    "MEDICAL_ELDERLY_INSTITUTION": "医养结合型机构",
}
SUBJECTS = {"facility": "设施", "village": "村", "community": "社区", "township": "乡镇（街道）"}
KIND_LABELS = {
    "area": "面积",
    "beds": "床位",
    "nursing_beds": "护理型床位",
    "zone": "功能区",
    "room": "功能用房",
    "equipment": "设施设备",
    "staff": "人员",
    "quantity": "数量",
    "attribute": "属性",
    "checklist": "检查清单",
    "any_of": "任选其一",
    "manual": "人工认定",
    "reference": "引用标准",
}
FACT_TYPES = {
    "integer": "整数",
    "decimal": "数值",
    "boolean": "是否",
    "text": "文字",
    "names": "名称清单",
    "rooms": "功能用房清单",
}
# These come into being with the requirement that asks for them, so no catalogue lists them; they are yes or no.
OWN_PREFIXES = ("check.", "requirement.")


@dataclass(frozen=True, slots=True)
class FactDeclaration:
    """One fact that can be recorded: whose it is, its type (a key of FACT_TYPES), its unit and its Chinese label.

    `choices` are the values a text may take, each with its Chinese label; empty when any text will do.
    """

    id: str
    subject: str
    type: str
    label: str
    unit: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        """Whether the fact can be compared with a limit."""
        return self.type in ("integer", "decimal")


def _declare(id: str, type: str, label: str, unit: str = "") -> FactDeclaration:
    return FactDeclaration(id, id.partition(".")[0], type, label, unit)


CORE_FACTS = {
    declaration.id: declaration
    for declaration in (
        _declare("facility.gross_area", "decimal", "建筑面积", "㎡"),
        _declare("facility.usable_area", "decimal", "使用面积", "㎡"),
        _declare("facility.dedicated_area", "decimal", "专用养老服务用房面积", "㎡"),
        _declare("facility.dedicated_rooms", "integer", "专用养老服务用房", "间"),
        _declare("facility.beds", "integer", "床位", "张"),
        _declare("facility.nursing_beds", "integer", "护理型床位", "张"),
        _declare("facility.staff", "integer", "工作人员", "名"),
        _declare("facility.zones", "names", "功能区"),
        _declare("facility.rooms", "rooms", "功能用房"),
        _declare("facility.equipment", "names", "设施设备"),
        _declare("facility.declared_class", "text", "计划类别"),
        _declare("facility.host", "text", "依托的设施"),
        _declare("facility.has_capacity", "boolean", "具备条件"),
        _declare("facility.standalone", "boolean", "单独设立"),
        _declare("facility.newly_built", "boolean", "新建"),
        _declare("facility.integrated_with_disabled_care", "boolean", "与失能特困集中照护机构一体"),
        _declare("facility.fire_resistance_grade", "text", "耐火等级"),
        _declare("facility.auto_fire_system_required", "boolean", "需设置自动消防系统"),
        _declare("facility.investor", "text", "投资主体"),
        _declare("facility.agreed_by_bureau", "boolean", "民政局同意"),
        _declare("facility.agreed_by_street", "boolean", "所在街道（乡镇）同意"),
        _declare("facility.evaluated", "boolean", "年度评估合格"),
        _declare("facility.quality_evaluation", "boolean", "年度服务质量评价合格"),
        _declare("facility.accepted", "boolean", "验收合格"),
        _declare("facility.medical_care", "boolean", "具备医养服务能力（内设、一体或有效协议）"),
        _declare("community.few_elders", "boolean", "老年人口较少的社区"),
        _declare("village.points", "integer", "互助养老点", "个"),
        _declare("village.size_class", "text", "村庄规模"),
        _declare("village.to_be_merged", "boolean", "即将合并撤销"),
        _declare("village.hosts_township_centre", "boolean", "乡镇养老服务中心所在村"),
    )
}


def is_own(fact: str) -> bool:
    """Whether the fact belongs to one requirement and needs no declaration."""
    return fact.startswith(OWN_PREFIXES)
