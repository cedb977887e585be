"""What the five policies demand, written down a second time by hand, so that the tests do not read it from the fixtures.

A line: policy, subject, requirement, clause, fact, then the column's own. `@name` puts the facts of SETTINGS[name] beside.
"""

from decimal import Decimal

# Facts that make a clause apply, or that decide what it compares with.
SETTINGS = {
    "few": {"community.few_elders": True},
    "many": {"community.few_elders": False},
    "crowd": {"community.many_elders": True},
    "street": {"township.kind": "街道"},
    "town": {"township.kind": "镇"},
    "large": {"village.size_class": "large"},
    "small": {"village.size_class": "small"},
    "kept": {"village.to_be_merged": False, "village.hosts_township_centre": False},
    "hosted": {"facility.host": "village_public"},
    "near": {"facility.home_conversion": "near"},
    "remote": {"facility.home_conversion": "remote"},
    "plain_fire": {"facility.auto_fire_system_required": False},
    "sized": {"facility.beds": 20},
    "一类": {"facility.declared_class": "一类"},
    "二类": {"facility.declared_class": "二类"},
    "三类": {"facility.declared_class": "三类"},
    "四类": {"facility.declared_class": "四类"},
    "converted": {"facility.converted": True, "facility.gross_area": Decimal(1000)},
}

# … | one below | on | one above | outcome below (missing is always no_data)
LIMITS = """
wulong-2020 | STREET_CENTRE | street.area | 二(二) | facility.gross_area | 1499.99 | 1500 | 1500.01 | unmet
wulong-2020 | STREET_CENTRE | street.beds | 二(二) | facility.beds | 19 | 20 | 21 | unmet
wulong-2020 | COMMUNITY_STATION | station.area @many | 二(二) | facility.gross_area | 299.99 | 300 | 300.01 | unmet
wulong-2020 | COMMUNITY_STATION | station.area @few | 二(二) | facility.gross_area | 199.99 | 200 | 200.01 | unmet
wulong-2020 | COMMUNITY_STATION | station.day_beds | 二(二) | facility.beds | 0 | 1 | 2 | advice
wulong-2020 | TOWNSHIP_CENTRE | township.area | 二(二) | facility.gross_area | 799.99 | 800 | 800.01 | unmet
wulong-2020 | TOWNSHIP_CENTRE | township.nursing_beds | 二(二) | facility.nursing_beds | 19 | 20 | 21 | advice
wulong-2020 | township | layout.street @street | 二(一) | township.street_centres | 0 | 1 | 2 | unmet
wulong-2020 | township | layout.township @town | 二(一) | township.township_centres | 0 | 1 | 2 | unmet
wulong-2020 | village | layout.village | 二(一) | village.points | 0 | 1 | 2 | unmet
wuxi-2021 | village | village.layout @kept | 二(二); 三(三)1 | village.points | 0 | 1 | 2 | unmet
wuxi-2021 | village | village.assistants.goal | 二(二) | village.assistants | 0 | 1 | 2 | unmet
wuxi-2021 | village | village.assistants.task | 三(三)2 | village.assistants | 0 | 1 | 2 | unmet
wuxi-2021 | village | village.assistants.strive | 三(三)2 | village.assistants | 0 | 1 | 2 | advice
wuxi-2021 | village | village.volunteers.goal | 二(二) | village.volunteer_teams | 0 | 1 | 2 | unmet
wuxi-2021 | village | village.volunteers.strive | 三(三)2 | village.volunteer_teams | 0 | 1 | 2 | advice
wuxi-2021 | village | village.volunteer_members | 附件3 | village.volunteer_members | 9 | 10 | 11 | unmet
wuxi-2021 | village | village.association | 三(三)2 | village.associations | 0 | 1 | 2 | advice
wuxi-2021 | village | village.association_members | 附件3 | village.association_members | 9 | 10 | 11 | unmet
wuxi-2021 | village | village.help_groups | 二(二) | village.fewest_help_groups | 0 | 1 | 2 | unmet
wuxi-2021 | VILLAGE_POINT | point.area @large | 三(三)1 | facility.gross_area | 99.99 | 100 | 100.01 | unmet
wuxi-2021 | VILLAGE_POINT | point.dedicated_room @hosted | 附件2 | facility.dedicated_rooms | 0 | 1 | 2 | unmet
wuxi-2021 | VILLAGE_POINT | point.beds | 附件2 | facility.beds | 0 | 1 | 2 | advice
wuxi-2021 | TOWNSHIP_CENTRE | township.area.body | 三(二)2 | facility.gross_area | 799.99 | 800 | 800.01 | unmet
wuxi-2021 | TOWNSHIP_CENTRE | township.area.annex | 附件2 | facility.gross_area | 799.99 | 800 | 800.01 | unmet
wuxi-2021 | TOWNSHIP_CENTRE | township.nursing_beds | 附件2 | facility.nursing_beds | 19 | 20 | 21 | advice
xqu-2020 | township | township.layout | 附件1 任务3; 附件1 任务1 | township.centres | 0 | 1 | 2 | unmet
xqu-2020 | community | community.layout | 附件1 任务3; 附件1 任务1 | community.stations | 0 | 1 | 2 | unmet
xqu-2020 | community | community.more_stations @crowd | 附件1 任务3 | community.stations | 1 | 2 | 3 | advice
xqu-2020 | village | village.layout | 附件1 任务3; 附件1 任务1 | village.points | 0 | 1 | 2 | unmet
xqu-2020 | STREET_CENTRE | street.area | 附件2 | facility.gross_area | 1499.99 | 1500 | 1500.01 | unmet
xqu-2020 | STREET_CENTRE | centre.beds.body | 13 | facility.beds | 19 | 20 | 21 | unmet
xqu-2020 | TOWNSHIP_CENTRE | centre.beds.body | 13 | facility.beds | 19 | 20 | 21 | unmet
xqu-2020 | STREET_CENTRE | street.beds.annex | 附件2 | facility.beds | 19 | 20 | 21 | unmet
xqu-2020 | COMMUNITY_STATION | station.area.body @many | 13 | facility.gross_area | 299.99 | 300 | 300.01 | unmet
xqu-2020 | COMMUNITY_STATION | station.area.body @few | 13 | facility.gross_area | 199.99 | 200 | 200.01 | unmet
xqu-2020 | COMMUNITY_STATION | station.area.annex @many | 附件2 | facility.gross_area | 299.99 | 300 | 300.01 | unmet
xqu-2020 | COMMUNITY_STATION | station.area.annex @few | 附件2 | facility.gross_area | 199.99 | 200 | 200.01 | unmet
xqu-2020 | COMMUNITY_STATION | station.day_beds | 13; 附件2 | facility.beds | 0 | 1 | 2 | advice
xqu-2020 | TOWNSHIP_CENTRE | township.area | 附件2 | facility.gross_area | 799.99 | 800 | 800.01 | unmet
xqu-2020 | TOWNSHIP_CENTRE | township.nursing_beds | 附件2 | facility.nursing_beds | 19 | 20 | 21 | advice
xqu-2020 | VILLAGE_POINT | point.area @hosted | 附件2 | facility.dedicated_area | 14.99 | 15 | 15.01 | unmet
xqu-2020 | ESTATE_POINT | estate.area_per_100 | 12; 附件1 任务2 | facility.area_per_100_households \
    | 19.99 | 20 | 20.01 | unmet
gongqing-2020 | RURAL_HAPPINESS_HOME | rural.area | 附件2 | facility.gross_area | 449.99 | 450 | 450.01 | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.size @一类 | 附件3 | facility.gross_area | 1084.99 | 1085 | 1085.01 | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.size @二类 | 附件3 | facility.gross_area | 749.99 | 750 | 750.01 | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.size @三类 | 附件3 | facility.gross_area | 449.99 | 450 | 450.01 | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.beds @一类 | 附件3 | facility.beds | 14 | 15 | 16 | advice
gongqing-2020 | DAY_CARE_CENTRE | daycare.beds @二类 | 附件3 | facility.beds | 9 | 10 | 11 | advice
gongqing-2020 | DAY_CARE_CENTRE | daycare.beds @三类 | 附件3 | facility.beds | 4 | 5 | 6 | advice
gongqing-2020 | DAY_CARE_CENTRE | daycare.beds @四类 | 附件3 | facility.beds | 1 | 2 | 3 | advice
gongqing-2020 | DAY_CARE_CENTRE | daycare.staff @四类 | 附件3 | facility.staff | 2 | 3 | 4 | unmet
changshou-2023 | township | township.layout | 名词解释2 | township.centres | 0 | 1 | 2 | unmet
changshou-2023 | community | community.layout | 名词解释3 | community.stations | 0 | 1 | 2 | unmet
"""

# … | every listed name | outcome when one is lacking
LISTS = """
wulong-2020 | STREET_CENTRE | street.zones | 二(二) | facility.zones \
    | 生活照料 托养护理 医疗康复 休闲娱乐 文化教育 人文关怀 运营管理 | unmet
wulong-2020 | COMMUNITY_STATION | station.zones | 二(二) | facility.zones | 助餐 康复 阅览 娱乐 | unmet
wulong-2020 | TOWNSHIP_CENTRE | township.zones | 二(二) | facility.zones | 托养护理 生活照料 医疗保健 文体活动 | unmet
wuxi-2021 | VILLAGE_POINT | point.functions | 二(二) | facility.zones | 日间照料 康复理疗 休闲娱乐 紧急救援 | advice
wuxi-2021 | VILLAGE_POINT | point.merged_functions @small | 三(三)1 | facility.zones | 紧急救援 | advice
wuxi-2021 | VILLAGE_POINT | point.rooms @large | 三(三)1 | facility.rooms | 配餐室 休息室 活动室 康复室 图书室 | unmet
wuxi-2021 | VILLAGE_POINT | point.equipment | 附件2 | facility.equipment | 电脑 图书 娱乐 | unmet
wuxi-2021 | TOWNSHIP_CENTRE | township.zones | 附件2 | facility.zones | 休闲娱乐 生活照料 托养护理 医疗康复 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.4 | 附件1(二)1 | facility.equipment \
    | 给排水 采暖 通风 供电 安保 通信 消防 网络设备 交通工具 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.8a | 附件1(三)2 | facility.equipment \
    | 院区道路 室外活动场 衣物晾晒场 停车场 堆场 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.9 | 附件1(四)1 | facility.rooms | 生活用房 医疗保健用房 公共活动用房 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.10 | 附件1(四)2 | facility.rooms | 管理用房 附属用房 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.18 | 附件1(六)2 | facility.equipment \
    | 生活照护设备 医疗设备 康复设备 安防设备 交通工具 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.19a @plain_fire | 附件1(七)1 | facility.equipment \
    | 独立式感烟探测报警器 简易喷淋装置 应急照明 灭火器材 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.20b | 附件1(七)2 | facility.equipment | 可燃气体报警装置 | unmet
xqu-2020 | STREET_CENTRE | centre.zones.body | 13 | facility.zones \
    | 生活照料 托养护理 医疗康复 休闲娱乐 文化教育 人文关怀 运营管理 | unmet
xqu-2020 | TOWNSHIP_CENTRE | centre.zones.body | 13 | facility.zones \
    | 生活照料 托养护理 医疗康复 休闲娱乐 文化教育 人文关怀 运营管理 | unmet
xqu-2020 | STREET_CENTRE | street.zones.annex | 附件2 | facility.zones \
    | 休闲娱乐 文化教育 生活照料 健康管理 人文关怀 托养护理 运营管理 | unmet
xqu-2020 | COMMUNITY_STATION | station.zones.body | 13 | facility.zones | 助餐 康复 阅览 娱乐 | unmet
xqu-2020 | COMMUNITY_STATION | station.zones.annex | 附件2 | facility.zones \
    | 休闲娱乐 文化教育 生活照料 健康管理 | unmet
xqu-2020 | TOWNSHIP_CENTRE | township.zones | 附件2 | facility.zones | 休闲娱乐 生活照料 托养护理 医疗康复 | unmet
xqu-2020 | VILLAGE_POINT | point.equipment @hosted | 附件2 | facility.equipment | 电脑 基本服务设施 | unmet
"""

# … | the answer that meets it | one that does not | outcome then (unanswered is always no_data)
ANSWERS = """
wulong-2020 | TOWNSHIP_CENTRE | township.integrated | 二(二) | facility.integrated_with_disabled_care | yes | no | unmet
wulong-2020 | VILLAGE_POINT | point.no_new_building | 二(二) | facility.newly_built | no | yes | unmet
wulong-2020 | STREET_CENTRE | all.jgj450 @sized | 二(二) | requirement.all.jgj450 | yes | no | unmet
wulong-2020 | COMMUNITY_STATION | all.jgj450 @sized | 二(二) | requirement.all.jgj450 | yes | no | unmet
wulong-2020 | TOWNSHIP_CENTRE | all.jgj450 @sized | 二(二) | requirement.all.jgj450 | yes | no | unmet
wulong-2020 | VILLAGE_POINT | all.jgj450 @sized | 二(二) | requirement.all.jgj450 | yes | no | unmet
wulong-2020 | STREET_CENTRE | all.fire_code | 二(二) | requirement.all.fire_code | yes | no | unmet
wulong-2020 | COMMUNITY_STATION | all.fire_code | 二(二) | requirement.all.fire_code | yes | no | unmet
wulong-2020 | TOWNSHIP_CENTRE | all.fire_code | 二(二) | requirement.all.fire_code | yes | no | unmet
wulong-2020 | VILLAGE_POINT | all.fire_code | 二(二) | requirement.all.fire_code | yes | no | unmet
wuxi-2021 | village | village.lead_person | 三(三)2 | requirement.village.lead_person | yes | no | unmet
wuxi-2021 | VILLAGE_POINT | point.site | 三(三)1 | requirement.point.site | yes | no | advice
wuxi-2021 | VILLAGE_POINT | point.age_friendly | 三(三)1 | requirement.point.age_friendly | yes | no | unmet
wuxi-2021 | VILLAGE_POINT | point.standalone @large | 三(三)1 | facility.standalone | yes | no | unmet
wuxi-2021 | VILLAGE_POINT | point.merged @small | 三(三)1 | facility.standalone | no | yes | advice
wuxi-2021 | TOWNSHIP_CENTRE | township.with_home | 附件2 | facility.integrated_with_elderly_home | yes | no | unmet
wuxi-2021 | TOWNSHIP_CENTRE | township.integrated | 附件2 | facility.integrated_with_disabled_care | yes | no | unmet
wuxi-2021 | TOWNSHIP_CENTRE | township.near_home @near | 三(二)2 | requirement.township.near_home | yes | no | unmet
wuxi-2021 | TOWNSHIP_CENTRE | township.remote_home @remote | 三(二)2 | requirement.township.remote_home \
    | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.1 | 附件1(一)1 | facility.seismic_category | 重点设防类 | 标准设防类 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.2 | 附件1(一)2 | facility.fire_resistance_grade | 三级 | 四级 | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.3 | 附件1(一)3 | check.aisles | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.5 | 附件1(二)2 | check.hot_water | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.6a | 附件1(二)3 | check.storage_and_bathing | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.6b | 附件1(二)3 | check.ensuite_toilet | yes | no | advice
wuxi-2021 | ELDERLY_HOME | retrofit.7 | 附件1(三)1 | check.see_through_fence | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.8b | 附件1(三)2 | check.work_ground | yes | no | advice
wuxi-2021 | ELDERLY_HOME | retrofit.11 | 附件1(四)3 | check.rooms_connected | yes | no | advice
wuxi-2021 | ELDERLY_HOME | retrofit.12 | 附件1(四)4 | check.bedroom_below_ground | no | yes | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.13 | 附件1(五)1 | check.entrance_ramp | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.14 | 附件1(五)2 | check.steps_and_stairs | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.15 | 附件1(五)3 | check.barrier_free | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.16 | 附件1(五)4 | check.non_slip_floor | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.17 | 附件1(六)1 | check.care_units | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.19b | 附件1(七)1 | check.fire_equipment_upkeep | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.20a | 附件1(七)2 | check.gas_misuse | no | yes | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.20c | 附件1(七)2 | check.gas_upkeep | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.21 | 附件1(七)3 | check.electrical_upkeep | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | retrofit.22 | 附件1(七)4 | requirement.retrofit.22 | yes | no | unmet
wuxi-2021 | ELDERLY_HOME | home.standard | 三(二)1 | requirement.home.standard | yes | no | advice
xqu-2020 | STREET_CENTRE | street.run_by_care_home | 附件1 任务6 | facility.run_by_care_home | yes | no | unmet
xqu-2020 | COMMUNITY_STATION | station.operation | 13 | facility.operation | public_built_private_run | public | unmet
xqu-2020 | TOWNSHIP_CENTRE | township.with_elderly_home | 附件2 | facility.integrated_with_elderly_home \
    | yes | no | unmet
xqu-2020 | TOWNSHIP_CENTRE | township.with_destitute_care | 附件2 | facility.integrated_with_destitute_care \
    | yes | no | unmet
xqu-2020 | COMMUNITY_STATION | all.near_clinic | 附件1 任务1 | facility.near_health_facility | yes | no | unmet
xqu-2020 | VILLAGE_POINT | all.near_clinic | 附件1 任务1 | facility.near_health_facility | yes | no | unmet
xqu-2020 | ESTATE_POINT | estate.in_step | 附件1 任务2 | check.estate_in_step | yes | no | unmet
xqu-2020 | ESTATE_POINT | estate.handed_over | 附件1 任务2 | check.estate_handed_over | yes | no | unmet
xqu-2020 | ESTATE_POINT | estate.early_completion | 附件1 任务2 | check.estate_accepted_before_rectified \
    | no | yes | unmet
gongqing-2020 | RURAL_HAPPINESS_HOME | rural.services | 附件2 | requirement.rural.services | yes | no | advice
gongqing-2020 | RURAL_HAPPINESS_HOME | rural.ledger | 附件2; 二(十) | requirement.rural.ledger | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.staff.1 @一类 | 附件3 | requirement.daycare.staff.1 | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.staff.2 @二类 | 附件3 | requirement.daycare.staff.2 | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.staff.3 @三类 | 附件3 | requirement.daycare.staff.3 | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.services.1 @一类 | 附件3 | requirement.daycare.services.1 | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.services.2 @二类 | 附件3 | requirement.daycare.services.2 | yes | no | advice
gongqing-2020 | DAY_CARE_CENTRE | daycare.services.3 @三类 | 附件3 | requirement.daycare.services.3 | yes | no | advice
gongqing-2020 | DAY_CARE_CENTRE | daycare.services.4 @四类 | 附件3 | requirement.daycare.services.4 | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.duties | 附件3 | requirement.daycare.duties | yes | no | unmet
gongqing-2020 | DAY_CARE_CENTRE | daycare.industry_standards | 二(八) | requirement.daycare.industry_standards \
    | yes | no | advice
gongqing-2020 | DAY_CARE_CENTRE | conversion.relief @converted | 二(九) | requirement.conversion.relief \
    | yes | no | advice
gongqing-2020 | RURAL_HAPPINESS_HOME | conversion.relief @converted | 二(九) | requirement.conversion.relief \
    | yes | no | advice
changshou-2023 | MEDICAL_ELDERLY_INSTITUTION | medical.care_home_filing | (二十二) | check.care_home_filing \
    | yes | no | unmet
changshou-2023 | MEDICAL_ELDERLY_INSTITUTION | medical.both_standards | (二十二) | requirement.medical.both_standards \
    | yes | no | unmet
changshou-2023 | ESTATE_POINT | estate.as_station | 专栏5 | requirement.estate.as_station | yes | no | advice
"""

# Clauses that X区 makes for four types alike (附件1 任务5).
OF_FOUR_TYPES = ("STREET_CENTRE", "COMMUNITY_STATION", "TOWNSHIP_CENTRE", "VILLAGE_POINT")
ANSWERS += "".join(
    f"xqu-2020 | {type_} | {name} | 附件1 任务5 | requirement.{name.split(' ')[0]} | yes | no | unmet\n"
    for type_ in OF_FOUR_TYPES
    for name in ("all.jgj450 @sized", "all.fire_code", "all.elder_friendly", "all.outdoor", "all.uniform_look")
)
