"""Confirming a preview, once, and taking a confirmed sheet back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from eldercare import review, uploads
from eldercare.review import MoveRefused, StaleObject
from eldercare.sheets.cells import Problem
from eldercare.uploadpages import answers, preview, working
from eldercare.uploadpages.answers import UploadPage, visible_upload, wants_json
from eldercare.uploadpages.working import LONG_ROWS, Ending, Work
from eldercare.uploads import Steps, Upload

WRONG_NOW = "预览之后，登记的数据已被更新；按最新数据重新比对，这份表有了错误。请重新下载表格，填好再上传。"
LOOK_AGAIN = "没有写入，请重新核对"
ALREADY_DONE = "已经办理过，没有重复执行"
WRITTEN = ("new", "changed", "unchanged")


class Deciding(UploadPage):
    """A move of one upload: done once, or explained."""

    verb = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing happens by opening an address: back to the preview."""
        return redirect(f"{reverse('upload', args=[pk])}?{request.GET.urlencode()}".rstrip("?"))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = visible_upload(request, pk)
        work = Work(self.act(request, upload))
        if not wants_json(request) and self._is_long(request, upload):
            return self._told(request, upload, work)
        try:
            work.finish()
        except MoveRefused as reason:
            upload.refresh_from_db()
            return self._refused(request, upload, reason)
        return answers.found(upload) if wants_json(request) else redirect("upload", upload.pk)

    def act(self, request: HttpRequest, upload: Upload) -> Steps:
        """The steps of the move, which ends in MoveRefused when it cannot be made."""
        raise NotImplementedError

    def _is_long(self, request: HttpRequest, upload: Upload) -> bool:
        """Whether many rows will be written; what is refused anyway is answered at once, with its own status."""
        rows = sum(upload.counts.get(action, 0) for action in WRITTEN)
        return rows >= LONG_ROWS and not review.refusal(upload, review.find_move(Upload, self.verb), request.user)

    def _told(self, request: HttpRequest, upload: Upload, work: Work) -> HttpResponse:
        move = review.find_move(Upload, self.verb)
        address = reverse("upload", args=[upload.pk])

        def refused(reason: Exception) -> Ending:
            upload.refresh_from_db()
            stale, done = _is_stale(upload, reason), self._was_done(upload, reason)
            title = LOOK_AGAIN if stale else ALREADY_DONE if done else f"现在不能{move.label}"
            return Ending(address, "查看这份表现在的情况", title, _words(upload, reason))

        heading = f"正在{move.label} {upload.filename}"
        return working.page(request, work, heading=heading, done=lambda _: Ending(address, "查看结果"), refused=refused)

    def _was_done(self, upload: Upload, reason: Exception) -> bool:
        """Whether it was refused because somebody else, or an earlier click, has done it already."""
        return upload.status not in review.find_move(Upload, self.verb).sources and not _is_stale(upload, reason)

    def _refused(self, request: HttpRequest, upload: Upload, reason: MoveRefused) -> HttpResponse:
        stale, done = _is_stale(upload, reason), self._was_done(upload, reason)
        if wants_json(request):
            code = "stale" if stale else "already_done" if done else "not_possible"
            return answers.found(upload, status=409, problem=Problem(code, str(reason)))
        if stale or (done and upload.status == Upload.Status.REFUSED):
            return preview.page(request, upload, status=409, notice=_words(upload, reason))
        label = review.find_move(Upload, self.verb).label
        title = ALREADY_DONE if done else f"现在不能{label}"
        return answers.explained(request, 409, title=title, reason="" if done else str(reason), upload=upload)


def _is_stale(upload: Upload, reason: Exception) -> bool:
    # A preview that was made anew may now hold errors; it is then refused, and was not "done" by anybody.
    return isinstance(reason, StaleObject) and upload.confirmed_at is None


def _words(upload: Upload, reason: Exception) -> str:
    is_wrong_now = _is_stale(upload, reason) and upload.status == Upload.Status.REFUSED
    return WRONG_NOW if is_wrong_now else str(reason)


class Confirm(Deciding):
    """`POST /uploads/<id>/confirm/`: apply what the preview showed."""

    verb = "confirm"

    def act(self, request: HttpRequest, upload: Upload) -> Steps:
        """`version` is the preview's that the person saw; scripts may leave it out."""
        text = request.POST.get("version", "")
        version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        return uploads.confirming(upload, by=request.user, version=version)


class Undo(Deciding):
    """`POST /uploads/<id>/undo/`: take back what was confirmed."""

    verb = "undo"

    def act(self, request: HttpRequest, upload: Upload) -> Steps:
        return uploads.undoing(upload, by=request.user, comment=request.POST.get("comment", "")[:500])
