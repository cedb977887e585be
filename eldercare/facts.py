"""What is known of a facility or a unit on a date.

Apps register providers; a rule asks for facts by id and never queries. A fact that nobody knows is absent, never zero.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date

Known = Mapping[int, Mapping[str, object]]
_providers: dict[str, Callable[[Iterable[int], date], Known]] = {}


def provide(prefix: str, function: Callable[[Iterable[int], date], Known]) -> None:
    """Register what answers for a kind of subject: `function(subject ids, day)` gives {id: {fact id: value}}."""
    _providers[prefix] = function


def known(subject_ids: Iterable[int], day: date, *prefixes: str) -> dict[int, dict[str, object]]:
    """Facts of many subjects on a day from the named providers; a fixed number of queries however many subjects."""
    ids = list(subject_ids)
    result: dict[int, dict[str, object]] = defaultdict(dict)
    for prefix in prefixes:
        for subject, found in _providers[prefix](ids, day).items():
            result[subject].update(found)
    return result
