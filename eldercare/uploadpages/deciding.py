"""Confirming a preview, once, and taking a confirmed sheet back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from eldercare import review, uploads
from eldercare.review import MoveRefused, StaleObject
from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers, preview
from eldercare.uploadpages.answers import UploadPage, visible_upload, wants_json
from eldercare.uploads import Upload

WRONG_NOW = "预览之后，登记的数据已被更新；按最新数据重新比对，这份表有了错误。请重新下载表格，填好再上传。"


class Deciding(UploadPage):
    """A move of one upload: done once, or explained."""

    verb = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing happens by opening an address: back to the preview."""
        return redirect(f"{reverse('upload', args=[pk])}?{request.GET.urlencode()}".rstrip("?"))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = visible_upload(request, pk)
        try:
            self.act(request, upload)
        except MoveRefused as reason:
            upload.refresh_from_db()
            return self._refused(request, upload, reason)
        return answers.found(upload) if wants_json(request) else redirect("upload", upload.pk)

    def act(self, request: HttpRequest, upload: Upload) -> None:
        """Make the move, or raise MoveRefused."""
        raise NotImplementedError

    def _refused(self, request: HttpRequest, upload: Upload, reason: MoveRefused) -> HttpResponse:
        move = review.find_move(Upload, self.verb)
        # A preview that was made anew may now hold errors; it is then refused, and was not "done" by anybody.
        stale = isinstance(reason, StaleObject) and upload.confirmed_at is None
        done = upload.status not in move.sources and not stale
        if wants_json(request):
            code = "stale" if stale else "already_done" if done else "not_possible"
            return answers.found(upload, status=409, problem=Problem(code, str(reason)))
        if stale or (done and upload.status == Upload.Status.REFUSED):
            is_wrong_now = stale and upload.status == Upload.Status.REFUSED
            return preview.page(request, upload, status=409, notice=WRONG_NOW if is_wrong_now else str(reason))
        title = "已经办理过，没有重复执行" if done else f"现在不能{move.label}"
        return answers.explained(request, 409, title=title, reason="" if done else str(reason), upload=upload)


class Confirm(Deciding):
    """`POST /uploads/<id>/confirm/`: apply what the preview showed."""

    verb = "confirm"

    def act(self, request: HttpRequest, upload: Upload) -> None:
        """`version` is the preview's that the person saw; scripts may leave it out."""
        text = request.POST.get("version", "")
        version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        uploads.confirm(upload, by=request.user, version=version)


class Undo(Deciding):
    """`POST /uploads/<id>/undo/`: take back what was confirmed."""

    verb = "undo"

    def act(self, request: HttpRequest, upload: Upload) -> None:
        uploads.undo(upload, by=request.user, comment=request.POST.get("comment", "")[:500])
