"""The sender's file, as it came and with its doubtful cells marked."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from eldercare import audit
from eldercare.sheets import guard, marking
from eldercare.sheets.annotate import annotate
from eldercare.sheets.cells import Level, Problem, Workbook
from eldercare.sheets.remarks import of_problem
from eldercare.uploadpages.answers import UploadPage, visible_upload
from eldercare.uploadpages.templates import attachment
from eldercare.uploads import Upload
from eldercare.uploads.staging import read_kept


class Original(UploadPage):
    """`/uploads/<id>/original/`: the kept file, byte for byte."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        upload = visible_upload(request, pk)
        try:
            file = upload.file.open("rb")
        except FileNotFoundError as gone:
            raise Http404("原始文件已不在服务器上。") from gone
        audit.record("upload.fetched", by=request.user, target=upload, detail={"sha256": upload.sha256})
        # Never shown in the browser: whatever a stranger sent is saved, not opened, by the portal's page.
        return FileResponse(file, as_attachment=True, filename=upload.filename, content_type="application/octet-stream")


class Annotated(UploadPage):
    """`/uploads/<id>/annotated/`: the user's own sheet with errors red, warnings yellow, a list in front."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = visible_upload(request, pk)
        content = _annotated(upload)
        audit.record("upload.fetched", by=request.user, target=upload, detail={"copy": "annotated"})
        return attachment(content, f"{Path(upload.filename).stem}_标注.xlsx")


def _annotated(upload: Upload) -> bytes:
    kind = upload.declared
    found = [Problem(**problem | {"level": Level(problem["level"])}) for problem in upload.problems]
    said = kind.remarks(upload) if kind else []
    remarks = [*map(of_problem, found), *said]
    total = upload.problem_total + len(said)
    path = Path(upload.file.path)
    try:
        workbook = read_kept(upload)
    except (guard.Refused, FileNotFoundError):
        # A file that cannot be read has no cells to mark; the list of what is wrong with it remains.
        return annotate(Workbook([]), remarks, total=total)
    return marking.marked(workbook, remarks, path if path.suffix == ".xlsx" else None, total=total)
