"""Closed lists of the register, in the field's terms."""

from django.db import models


class FacilityType(models.TextChoices):
    """设施类型, the field's standard terms."""

    STREET_CENTRE = "STREET_CENTRE", "街道养老服务中心"
    COMMUNITY_STATION = "COMMUNITY_STATION", "社区养老服务站"
    TOWNSHIP_CENTRE = "TOWNSHIP_CENTRE", "乡镇养老服务中心"
    VILLAGE_POINT = "VILLAGE_POINT", "村级互助养老点"
    CARE_HOME = "CARE_HOME", "养老机构"
    ELDERLY_HOME = "ELDERLY_HOME", "敬老院"
    DISABLED_CARE_CENTRE = "DISABLED_CARE_CENTRE", "失能特困人员集中照护中心"
    DAY_CARE_CENTRE = "DAY_CARE_CENTRE", "社区日间照料中心"
    RURAL_HAPPINESS_HOME = "RURAL_HAPPINESS_HOME", "农村颐养之家（幸福院）"
    ESTATE_POINT = "ESTATE_POINT", "小区养老服务点"
    MEDICAL_ELDERLY_INSTITUTION = "MEDICAL_ELDERLY_INSTITUTION", "医养结合型机构"


URBAN_TYPES = (FacilityType.STREET_CENTRE, FacilityType.COMMUNITY_STATION)
RURAL_TYPES = (FacilityType.TOWNSHIP_CENTRE, FacilityType.VILLAGE_POINT)


class Stage(models.TextChoices):
    """建设阶段, in the order of building. 完工 and 验收合格 are kept apart."""

    UNSITED = "unsited", "未定址"
    SITED = "sited", "已选址"
    BUILDING = "building", "在建"
    COMPLETED = "completed", "完工"
    ACCEPTED = "accepted", "验收合格"
    OPERATING = "operating", "运营"
    SUSPENDED = "suspended", "停用"


STAGE_ORDER = {stage: index for index, stage in enumerate(Stage)}
TOWNSHIP_STAGES = (Stage.UNSITED, Stage.SITED, Stage.BUILDING, Stage.COMPLETED)
ACCEPTED_STAGES = (Stage.ACCEPTED, Stage.OPERATING, Stage.SUSPENDED)
UNDER_WAY_STAGES = (Stage.SITED, Stage.BUILDING, Stage.COMPLETED)


class Operation(models.TextChoices):
    """运营方式."""

    PUBLIC = "public", "公办公营"
    PUBLIC_BUILT_PRIVATE_RUN = "public_built_private_run", "公建民营"
    PRIVATE_BUILT_PUBLIC_AIDED = "private_built_public_aided", "民办公助"
    PRIVATE = "private", "民办民营"
    VILLAGE = "village", "村级自管"
    NONE = "none", "未运营"


SOCIAL_OPERATION = (
    Operation.PUBLIC_BUILT_PRIVATE_RUN,
    Operation.PRIVATE_BUILT_PUBLIC_AIDED,
    Operation.PRIVATE,
)
