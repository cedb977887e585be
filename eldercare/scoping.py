"""The whole boundary: who may see which rows.

Every model that holds a district's data inherits `Scoped`. Lists, details, choices, filters, exports, uploads and the API
all start from `visible_to(user)`, which answers with nothing whenever it does not know.
"""

from functools import reduce
from typing import Self

from django.db import models
from django.db.models import Q
from django.http import Http404

# Sorts after every digit and capital in any database collation, so [path, path + PATH_END) is the subtree.
PATH_END = "z"


def within(lookup: str, path: str) -> Q:
    """Condition that the path found by `lookup` lies in the subtree of `path`; a range, so an index serves it."""
    return Q(**{f"{lookup}__gte": path, f"{lookup}__lt": path + PATH_END})


class ScopedQuerySet(models.QuerySet):
    """Rows that know the region, or regions, they belong to."""

    def _within(self, paths) -> Q:
        condition = Q(pk__in=[])
        for lookup in self.model.scope_lookups:
            for path in paths:
                condition |= within(lookup, path)
        return condition

    def visible_to(self, user) -> Self:
        """The rows this user may see: all, those of the user's region, or none when in doubt."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.sees_everything:
            return self
        if not self.model.scope_lookups or not user.scope_paths:
            return self.none()
        return self.filter(self._within(user.scope_paths))

    def under(self, *regions) -> Self:
        """The rows that belong to a region, or to one of several, or to anything below."""
        return self.filter(self._within([region.path for region in regions]))


class Scoped(models.Model):
    """A row with an owner in the region tree; each of `scope_lookups` leads from it to a region's path."""

    scope_lookups: tuple[str, ...] = ()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def covers(user, path: str) -> bool:
    """Whether what belongs to the region of that path is visible to this user: the rule of `visible_to`, unasked."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.sees_everything or any(path.startswith(own) for own in user.scope_paths)


def covers_row(user, row: Scoped) -> bool:
    """The same for a row that is not written yet, by the regions it is to belong to."""
    owners = (reduce(getattr, lookup.split("__"), row) for lookup in row.scope_lookups)
    return any(covers(user, path) for path in owners)


def visible_or_404(queryset: ScopedQuerySet, user, **lookup):
    """The one visible row, or 404: to a stranger, another township's row does not exist."""
    row = queryset.visible_to(user).filter(**lookup).first()
    if row is None:
        raise Http404("没有找到，或不在您的管理范围内。")
    return row
