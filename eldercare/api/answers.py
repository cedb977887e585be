"""Answers: JSON with an ETag, and the same rows as a spreadsheet."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from tempfile import TemporaryFile

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag

from eldercare import audit
from eldercare.api.errors import Malformed
from eldercare.api.fields import cell, plain
from eldercare.api.parameters import Query
from eldercare.pages import client_address
from eldercare.sheets.writer import export_csv, export_into

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_json(request, body: object) -> HttpResponseBase:
    """The body, or 304 when the caller already has exactly this one. Caches ask every time: scope may have changed."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=plain).encode()
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    response = HttpResponse(content, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response)


def as_table(request, query: Query, title: str, headers: Sequence[str], rows: Iterable[Sequence]) -> HttpResponseBase:
    """All rows as csv or xlsx, as the query asks; recorded as an export."""
    detail = {"what": title, "format": query.format, "filters": query.words()}
    audit.record("export", by=request.user, detail=detail, address=client_address(request))
    name = f"{title}_{timezone.localdate():%Y%m%d}.{query.format}"
    lines = ([cell(value) for value in row] for row in rows)
    if query.format == "csv":
        return _csv(name, headers, lines)
    return _xlsx(name, title, headers, lines, query)


def _csv(name: str, headers: Sequence[str], rows: Iterable[Sequence]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        (line.encode() for line in export_csv(headers, rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _xlsx(name: str, title: str, headers: Sequence[str], rows: Iterable[Sequence], query: Query) -> FileResponse:
    """The file is written to disk and not to memory: an export may hold a hundred thousand rows."""
    asked = "，".join(f"{key}={value}" for key, value in query.words().items()) or "无"
    notes = (f"导出时间：{timezone.localtime():%Y-%m-%d %H:%M}", f"筛选条件：{asked}")
    target = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    try:
        export_into(target, headers, rows, title=title, name=title, notes=notes)
    except ValueError as problem:
        target.close()
        raise Malformed(f"{problem}。") from problem
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)
