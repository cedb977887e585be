"""What a policy demands otherwise than the one whose place it took: standards, targets and money, row by row."""

from collections.abc import Iterator

from eldercare.folderdifferences import inside
from eldercare.policies import Policy, unpack
from facilities.models import Requirement
from plans.models import Target
from subsidies.models import SubsidyScheme

ROWS = ((Requirement, "edition__policy", "标准"), (Target, "policy", "目标"), (SubsidyScheme, "policy", "补助"))


def against_earlier(policy: Policy) -> list[str]:
    """A line for each difference from the policy it supersedes; none when it supersedes nothing."""
    return list(_differences(policy.supersedes, policy)) if policy.supersedes else []


def _differences(earlier: Policy, later: Policy) -> Iterator[str]:
    for model, owner, kind in ROWS:
        old, new = (_rows(model, owner, policy) for policy in (earlier, later))
        for key in dict.fromkeys([*old, *new]):
            label = f"{kind} {(new.get(key) or old[key])['label']}"
            if key not in new:
                yield f"{label}：不再有"
            elif key not in old:
                yield f"{label}：新增"
            else:
                yield from (f"{label}：{path} {change}" for path, change in inside(old[key], new[key]))


def _rows(model, owner: str, policy: Policy) -> dict[str, dict]:
    return {row.key: unpack(row.body) for row in model.objects.filter(**{owner: policy})}
