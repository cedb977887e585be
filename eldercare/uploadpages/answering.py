"""Answering what was not read for certain, and saying which unit a printed name is; then the preview is made anew."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from eldercare import uploads
from eldercare.annexes import kinds as annexkinds
from eldercare.annexes import preview as annexpreview
from eldercare.annexes.importing import AnnexReading, table_of
from eldercare.annexes.kinds import AnnexKind
from eldercare.review import Denied, MoveRefused
from eldercare.sheets import guard
from eldercare.sheets.annex.answering import AnswerRefused, Answers, Settling, key_of
from eldercare.sheets.cells import Problem
from eldercare.sheets.text import ControlCharacterError, clean
from eldercare.uploadpages import answers, preview
from eldercare.uploadpages.answers import UploadPage, visible_upload, wants_json
from eldercare.uploads import Upload
from eldercare.uploads.staging import read_kept


class Answer(UploadPage):
    """`POST /uploads/<id>/answers/`: `choice:<question>`, `text:<question>`, `table`, `name` (unit=code)."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing happens by opening an address: back to the preview."""
        return redirect("upload", pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = visible_upload(request, pk)
        kind = upload.declared
        if kind is None or kind.read is None:
            raise Http404("这份表没有要答复的内容。")
        if not kind.may_be_sent_by(request.user):
            raise Denied("您的角色不能答复这份表的疑问。")
        if upload.status != Upload.Status.STAGED:
            return _told(request, upload, [Problem("already_done", "这份表已经办理过，不能再答复。")], 409)
        problems = _answered(request, upload)
        upload.refresh_from_db()
        if problems:
            return _told(request, upload, problems, 422)
        return answers.found(upload) if wants_json(request) else redirect("upload", upload.pk)


def _told(request: HttpRequest, upload: Upload, problems: list[Problem], status: int) -> HttpResponse:
    if wants_json(request):
        return answers.found(upload, status=status, problem=problems[0])
    notice = "；".join(f"{problem.cell} {problem.message}".strip() for problem in problems)
    return preview.page(request, upload, status=status, notice=f"没有接受这次答复：{notice}")


def _answered(request: HttpRequest, upload: Upload) -> list[Problem]:
    """Settle everything that was answered; returns what could not be, and then nothing is kept."""
    context = upload.context(request.user)
    try:
        reading = upload.declared.read(context, read_kept(upload))
    except (guard.Refused, FileNotFoundError):
        return [Problem("unreadable", "原始文件已不能读取，请重新上传。")]
    given = Answers.read(upload.answers)
    kind = annexkinds.named(upload.kind)
    problems = _which(request, reading, given) + _settled(request, kind, reading, given)
    return problems or _named(request, kind, upload) or uploads.answer(upload, given.as_dict(), request.user)


def _which(request: HttpRequest, reading: AnnexReading, given: Answers) -> list[Problem]:
    text = request.POST.get("table", "")
    if not reading.asks_which or not text:
        return []
    if not (text.isascii() and text.isdigit() and int(text[:4]) < len(reading.tables)):
        return [Problem("which_table", "请从列出的表里选择一张。")]
    given.table = int(text)
    given.told.append(["", "文件里有几张表", reading.tables[given.table]])
    return []


def _settled(request: HttpRequest, kind: AnnexKind, reading: AnnexReading, given: Answers) -> list[Problem]:
    problems = []
    for question in reading.questions:
        choice, text = (request.POST.get(f"{part}:{key_of(question)}", "").strip()[:100] for part in ("choice", "text"))
        if not choice and not text:
            continue
        try:
            clean(text)
            Settling(reading.grid, reading.matrix, question, given).settle(choice, text, kind.names)
        except ControlCharacterError as error:
            words = f"答复里有不能保存的字符（{error.name}），请重新输入。"
            problems.append(Problem("control_character", words, cell=question.address))
        except AnswerRefused as refused:
            problems.append(Problem("not_settled", str(refused), cell=question.address))
    return problems


def _named(request: HttpRequest, kind: AnnexKind, upload: Upload) -> list[Problem]:
    """Names are decided at once and for all documents of the district; the alias register keeps who did."""
    table = table_of(kind, upload.context(request.user))
    problems = []
    for said in request.POST.getlist("name"):
        unit, _, code = said.rpartition("=")
        try:
            annexpreview.confirm_name(table, unit, code, request.user)
        except MoveRefused as refused:
            problems.append(Problem("name", str(refused)))
    return problems
