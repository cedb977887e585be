"""The sender's file, as it came and with its doubtful cells marked."""

from io import BytesIO
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from eldercare import audit
from eldercare.review import Denied
from eldercare.sheets import guard, marking, reader
from eldercare.sheets.annotate import annotate
from eldercare.sheets.cells import Level, Problem, Workbook
from eldercare.sheets.remarks import of_problem
from eldercare.uploadpages.answers import UploadPage, visible_upload
from eldercare.uploadpages.templates import attachment
from eldercare.uploads import Upload
from eldercare.uploads.sealing import content_of, readable


class Original(UploadPage):
    """`/uploads/<id>/original/`: the kept file, byte for byte."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        upload = _fetchable(request, pk)
        try:
            file = BytesIO(content_of(upload))
        except FileNotFoundError as gone:
            raise Http404("原始文件已不在服务器上。") from gone
        _told(request, upload, {"sha256": upload.sha256})
        # Never shown in the browser: whatever a stranger sent is saved, not opened, by the portal's page.
        return FileResponse(file, as_attachment=True, filename=upload.filename, content_type="application/octet-stream")


class Annotated(UploadPage):
    """`/uploads/<id>/annotated/`: the user's own sheet with errors red, warnings yellow, a list in front."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = _fetchable(request, pk)
        content = _annotated(upload)
        _told(request, upload, {"copy": "annotated"})
        return attachment(content, f"{Path(upload.filename).stem}_标注.xlsx")


def _fetchable(request: HttpRequest, pk: int) -> Upload:
    """The upload whose file is asked for. Raises Http404 out of scope, Denied where its personal data are not for them."""
    upload = visible_upload(request, pk)
    if upload.declared and not upload.declared.may_be_fetched_by(request.user):
        raise Denied("这份文件里有完整的电话和证书编号，您的角色不能下载。")
    return upload


def _told(request: HttpRequest, upload: Upload, detail: dict) -> None:
    """Every fetch is recorded; one of a file with personal data as a view of them as well."""
    audit.record("upload.fetched", by=request.user, target=upload, detail=detail)
    if upload.declared and upload.declared.file_permission:
        audit.record("personal.viewed", by=request.user, target=upload, detail=detail | {"field": "原始文件"})


def _annotated(upload: Upload) -> bytes:
    kind = upload.declared
    found = [Problem(**problem | {"level": Level(problem["level"])}) for problem in upload.problems]
    said = kind.remarks(upload) if kind else []
    remarks = [*map(of_problem, found), *said]
    total = upload.problem_total + len(said)
    try:
        with readable(upload) as path:
            workbook = reader.read(path, upload.filename)
            return marking.marked(workbook, remarks, path if path.suffix == ".xlsx" else None, total=total)
    except (guard.Refused, FileNotFoundError):
        # A file that cannot be read has no cells to mark; the list of what is wrong with it remains.
        return annotate(Workbook([]), remarks, total=total)
