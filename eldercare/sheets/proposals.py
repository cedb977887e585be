"""What a text that is on no list probably means, in words for its sender. It is only ever proposed, never read.

People write how things stand in their own words: 施工中 for 在建, 食堂 for 助餐. What merely looks alike misleads: 未验收 has
two of three characters of 已验收, so a text that denies is only likened to names that deny.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from eldercare.sheets.text import compact

_LISTED = 20
_MOST_NAMES = 30
"""A cell with more names is no list of these; looking for a meaning of each would only take time."""
_LONGEST = 50
_BRACKETED = re.compile(r"[(\[{【〔].*?[)\]}】〕]")
# What stands around a name without adding to it: 助餐区, 康复室, 1.助餐, 助餐和康复.
_SIDE_WORDS = re.compile("功能|服务|[0-9.·+和及与等区室间厅]")
_DENIES = re.compile("[未没无不待尚非停]")

# Name on a list → what people write for it. A word under several names is proposed as any of them.
_OWN_WORDS = {
    "未定址": "未选址 没选址 没有选址 待选址 选址中 正在选址 未开工 尚未开工",
    "已选址": "已定址 选址完成 未开工 尚未开工 待开工 未动工 筹建 筹建中 前期 前期工作 规划中 设计中 招标中",
    "在建": "建设中 施工中 正在施工 已开工 开工 动工 已动工 装修中 正在装修 改造中 正在改造 未完工 停工 停建 主体完工 主体封顶",
    "完工": "完成 已完成 竣工 已竣工 建成 已建成 建完 待验收 未验收 尚未验收",
    "验收合格": "已验收 通过验收 验收通过",
    "运营": "投用 已投用 投入使用 已投入使用 已使用 使用中 已启用 开业 已开业 营业 营业中",
    "停用": "关闭 已关闭 停运 已停运 停业 停止运营 暂停运营",
    "公办公营": "公建公营 公营 政府运营",
    "公建民营": "公办民营 委托运营 委托第三方运营 社会化运营",
    "民办公助": "民建公助 社会化运营",
    "民办民营": "民建民营 民营 社会化运营",
    "村级自管": "自管 村管 村自管 村集体管理 村委会管理 居委会管理 社区管理 社区自管",
    "未运营": "无 没有 暂无 未投用 未使用",
    "助餐": "食堂 餐厅 饭堂 老年食堂 配餐 配餐室 厨房",
    "阅览": "图书室 图书角 书屋",
    "娱乐": "棋牌室 棋牌 活动室",
    "休闲娱乐": "棋牌室 活动室",
    "文体活动": "活动室",
    "日间照料": "日照 日托 休息室",
    "医疗保健": "医务室 卫生室 保健室",
    "街道养老服务中心": "中心 养老中心 养老服务中心",
    "乡镇养老服务中心": "中心 养老中心 养老服务中心",
    "村级互助养老点": "互助点 养老点",
    "农村颐养之家（幸福院）": "幸福院 颐养之家",
    "社区日间照料中心": "日照中心",
}


def near(name: str, labels: Iterable[str]) -> tuple[str, ...]:
    """The labels that a text probably means: said in other words, named in it, or written nearly so; often none."""
    labels = tuple(labels)
    name = compact(name)
    if len(name) > _LONGEST:
        return ()
    name = _BRACKETED.sub("", name) or name
    in_other_words = tuple(label for label in labels if name in _OWN_WORDS.get(label, "").split())
    return in_other_words or _named_in(name, labels) or _alike(name, labels)


@lru_cache(maxsize=4096)
def for_choice(name: str, labels: tuple[str, ...]) -> str:
    """The hint for a text that is none of the labels: what it probably means, else the labels themselves."""
    if found := near(name, labels):
        return f"是否为{_either(found)}？请从下拉列表中选择"
    return f"可选：{listed(labels, 12)}" if labels else "请从下拉列表中选择"


def for_list(names: list[str], known: Iterable[str], labels: tuple[str, ...]) -> str:
    """The hint for a list with names that are none of the labels; `known` are the compact labels, which need none.

    Where all that is unknown has one meaning, the whole cell is written out as it should be, with nothing left out.
    """
    known = set(known)
    pieces = [piece for name in names for piece in ([name] if compact(name) in known else name.split())]
    unknown = [piece for piece in pieces if compact(piece) not in known]
    meant = {piece: near(piece, labels) for piece in unknown[:_MOST_NAMES]}
    if len(unknown) <= _MOST_NAMES and all(_is_all(piece, found) for piece, found in meant.items()):
        whole = dict.fromkeys(label for piece in pieces for label in meant.get(piece, (piece,)))
        return f"如果是“{'、'.join(whole)}”，请照此填写"
    said = [f"“{piece}”是否为{_either(found)}" for piece, found in meant.items() if found][:3]
    return "；".join([*said, f"可填：{listed(labels, _LISTED)}" if labels else "请用名录里的名称"])


def listed(labels: tuple[str, ...], most: int) -> str:
    """The first labels in a line."""
    return " ".join(labels[:most]) + (" 等" if len(labels) > most else "")


def _either(labels: tuple[str, ...]) -> str:
    return "或".join(f"“{label}”" for label in labels[:3])


def _is_all(piece: str, found: tuple[str, ...]) -> bool:
    """Whether what was found is all that the piece says: one meaning, or labels that stand in it with little else."""
    if not found:
        # Said before its brackets are sought: a piece that means nothing may be as long as a cell.
        return False
    rest = _BRACKETED.sub("", compact(piece))
    if not all(compact(label) in rest for label in found):
        return len(found) == 1
    for label in found:
        rest = rest.replace(compact(label), "")
    return not _SIDE_WORDS.sub("", rest)


def _named_in(name: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Labels that stand in the text as they are, in its order; a longer one hides those inside it."""
    found = [label for label in labels if len(label) > 1 and compact(label) in name and _agree(name, label)]
    longest = [one for one in found if not any(one != other and compact(one) in compact(other) for other in found)]
    return tuple(sorted(longest, key=lambda label: name.index(compact(label))))


def _alike(name: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    spelled = {compact(label): label for label in labels if _agree(name, label)}
    return tuple(spelled[one] for one in get_close_matches(name, spelled, n=1, cutoff=0.5))


def _agree(name: str, label: str) -> bool:
    return bool(_DENIES.search(name)) == bool(_DENIES.search(label))
