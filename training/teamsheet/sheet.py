"""村级队伍花名册: one row a person in a team of a village. The columns and the template (巫溪 附件3)."""

from eldercare.sheets import writer
from eldercare.sheets.columns import Column, Kind, Sheet
from eldercare.uploads import Context
from training.teams import TeamKind, TeamMember

SHEET = Sheet(
    id="team",
    title="村级养老服务队伍花名册",
    name="花名册",
    version="1",
    columns=(
        Column("village", "村（社区）", required=True, max_length=60, width=14, aliases=("村社区", "村", "所在村（社区）")),
        Column("kind", "队伍类别", Kind.CHOICE, required=True, choices=TeamKind.choices, width=12, aliases=("类别",)),
        Column("team", "队伍名称", max_length=60, width=18, aliases=("名称",), note="养老助理可以不填"),
        Column("name", "姓名", required=True, max_length=40, width=12),
        Column("duty", "职务", max_length=40, width=12),
        Column("phone", "联系方式", max_length=30, width=16, aliases=("联系电话", "电话", "手机号码"), example="13800000001"),
        Column("starts_on", "加入日期", Kind.DATE, width=13),
        Column("ends_on", "退出日期", Kind.DATE, width=13, note="已经退出的填；仍在队里的留空"),
    ),
    key=("village", "kind", "team", "name", "phone"),
    identity=("village", "name"),
)  # fmt: skip
WORDS = ("team", "name", "duty")
"""What everybody may see of a row, and so must not hold a number."""
ASTRAY = "电话写在“联系方式”列，这一格只写文字"
GUIDANCE = (
    "一行一个人；一个人在两支队伍里就写两行。",
    "联系方式加密保存，一般人只看得到头尾几位；同村同名的人靠它来区分。",
    "有人退出时保留那一行，填上退出日期；从表里删去不算退出。",
)


def template(context: Context) -> bytes:
    """The .xlsx of a township with the members who are in its teams, phones left out."""
    meta = {
        "township": context.region.code,
        "township_name": context.region.short_name,
        "title": f"{context.region.short_name}{SHEET.title}",
    }
    found = TeamMember.objects.under(context.region).filter(retracted_at__isnull=True, ends_on__isnull=True)
    rows = [
        {
            "village": member.village.short_name, "kind": member.kind, "team": member.team, "name": member.person.name,
            "duty": member.duty, "starts_on": member.starts_on,
        }
        for member in found.filter(person__erased_at__isnull=True).select_related("village", "person")
    ]  # fmt: skip
    return writer.template(SHEET, rows, meta=meta, guidance=GUIDANCE)
