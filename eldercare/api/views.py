"""Base classes of the endpoints: read-only, scoped, explained."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from eldercare.api.answers import as_json, as_table
from eldercare.api.fields import Field, Rows
from eldercare.api.openapi import ContractSchema
from eldercare.api.parameters import FORMAT, PAGING, PLACES, Parameter, Query, read_query

DEFAULT_PER_PAGE = 50
CHUNK = 2000


class MayUseApi(BasePermission):
    """Only accounts whose role may read the API."""

    message = "您的账号没有读取数据接口的权限，请联系系统管理员。"

    def has_permission(self, request, view) -> bool:
        return request.user.has_perm("eldercare.use_api")


class AlwaysJson(BaseContentNegotiation):
    """`format` is a parameter of ours, so the Accept header decides nothing."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ReadView(APIView):
    """An endpoint that answers GET and HEAD. `name` is its operation id, `title` and `about` its description."""

    permission_classes = (IsAuthenticated, MayUseApi)
    content_negotiation_class = AlwaysJson
    http_method_names = ("get", "head")
    schema = ContractSchema()
    name = ""
    title = ""
    about = ""
    parameters: tuple[Parameter, ...] = ()

    def initial(self, request, *args, **kwargs) -> None:
        """A method that changes something is refused as such, before anybody asks who sent it."""
        if request.method.lower() not in self.http_method_names:
            self.http_method_not_allowed(request)
        super().initial(request, *args, **kwargs)

    def read(self, request) -> Query:
        """The request's parameters, read."""
        return read_query(request.query_params, self.parameters, request.user)

    def get(self, request) -> HttpResponseBase:
        raise NotImplementedError


class ListView(ReadView):
    """A list: fields, filters and where its rows come from. Pages as JSON, the whole filtered list as a spreadsheet."""

    fields: tuple[Field, ...] = ()
    filters: tuple[Parameter, ...] = ()
    one_row_a_key = True
    """False where rows of the list share the primary key of what they are read from."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return (*PLACES, *self.filters, *PAGING, FORMAT)

    @cached_property
    def rows(self) -> Rows:
        return Rows(self.fields)

    def rows_for(self, query: Query) -> Rows:
        """The fields as this question needs them read."""
        return self.rows

    def visible(self, query: Query) -> QuerySet:
        """The rows that the caller may see, in order, before filters."""
        raise NotImplementedError

    def of_place(self, rows: QuerySet, regions: Sequence) -> QuerySet:
        """The rows that belong to one of some regions."""
        return rows.under(*regions)

    def found(self, query: Query) -> QuerySet | list[tuple]:
        """The filtered rows: a queryset, or tuples of the columns where no query can give them."""
        rows = self.visible(query)
        for regions in query.regions.values():
            rows = self.of_place(rows, regions)
        wanted = {
            item.lookup: query.get(item.name) for item in self.filters if item.lookup and item.name in query.values
        }
        return rows.filter(**wanted) if wanted else rows

    def with_looked_up(self, rows: QuerySet, query: Query) -> QuerySet:
        """The rows with what their fields look up elsewhere, added once they are filtered and counted."""
        return rows

    def get(self, request) -> HttpResponseBase:
        query = self.read(request)
        found = self.found(query)
        if query.format == "json":
            return as_json(request, self._page(request, found, query))
        headings = self.rows.headings()
        lines = ([row[key] for key, _ in headings] for row in self._all(found, query))
        return as_table(request, query, self.title, [heading for _, heading in headings], lines)

    def _all(self, found, query: Query) -> Iterator[dict]:
        rows = self.rows_for(query)
        if isinstance(found, QuerySet):
            found = self.with_looked_up(found, query).values_list(*rows.columns).iterator(chunk_size=CHUNK)
        return (rows.row(values) for values in found)

    def _page(self, request, found, query: Query) -> dict:
        """One page in the usual envelope: a count and the rows, whatever page it is."""
        number, size = query.get("page", 1), query.get("page_size", DEFAULT_PER_PAGE)
        start = (number - 1) * size
        total = found.count() if isinstance(found, QuerySet) else len(found)
        if start and start >= total:
            raise Http404(f"没有第 {number} 页：共 {total} 行，每页 {size} 行。")
        rows = self.rows_for(query)
        address = request.build_absolute_uri()
        return {
            "count": total,
            "next": replace_query_param(address, "page", number + 1) if start + size < total else None,
            "previous": _earlier(address, number),
            "results": rows.rows(self._slice(found, query, rows, start, start + size)),
        }

    def _slice(self, found, query: Query, rows: Rows, start: int, end: int):
        """The values of one page. A deep one is found by its keys: joined, every row skipped would be joined too."""
        if not isinstance(found, QuerySet):
            return found[start:end]
        values = self.with_looked_up(found, query).values_list(*rows.columns)
        if start and self.one_row_a_key:
            return values.filter(pk__in=found.values_list("pk")[start:end])
        return values[start:end]


def _earlier(address: str, number: int) -> str | None:
    if number == 1:
        return None
    return remove_query_param(address, "page") if number == 2 else replace_query_param(address, "page", number - 1)
