"""From a stranger's file to a preview: kept, read, compared, and saved as what confirming would do."""

import hashlib
from collections import Counter
from collections.abc import Generator
from dataclasses import asdict, replace
from inspect import isgenerator
from io import BytesIO
from pathlib import Path

from django.core.files.base import File
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from eldercare import audit, clock, review
from eldercare.personal import veiled
from eldercare.scoping import covers
from eldercare.sheets import guard, reader
from eldercare.sheets.cells import Level, Problem, Workbook
from eldercare.sheets.limits import LIMITS, MEGABYTE
from eldercare.sheets.refusal import refuse
from eldercare.uploads import compact, sealing
from eldercare.uploads.kinds import MISSING_ROW, Comparison, Context, UploadKind, UploadRefused
from eldercare.uploads.steps import Step, Steps, finished, unhurried
from eldercare.uploads.upload import StagedRows, Upload, shown_name

PROBLEMS_KEPT = 200


def stage(kind: UploadKind, context: Context, file: File) -> Upload:
    """Keep the file, read and compare it, and save the preview; nothing of the register changes.

    A file with wrong rows, or one that cannot be read, becomes a refused upload with its problems, so that the sender
    can look at it again. Raises review.Denied, and UploadRefused for a closed period or a file beyond the size limit;
    then nothing is kept.
    """
    return finished(staging(kind, context, file))


@unhurried
def staging(kind: UploadKind, context: Context, file: File) -> Steps[Upload]:
    """`stage`, told step by step. Ended before its end it leaves neither upload nor file behind.

    What `stage` raises is raised before the first step.
    """
    _check_admission(kind, context)
    content = _content(file)
    upload = _draft(kind, context, file.name, content)
    yield Step(f"收到文件 {upload.filename}（{filesizeformat(upload.size)}）")
    with sealing.laid_out(content) as path:
        result = yield from _comparing(kind, context, upload, path)
    yield Step("保存预览")
    _fill(upload, result)
    # Not before: a process that is killed while it reads leaves no file that no upload knows.
    upload.file.save(file.name, File(BytesIO(sealing.stored(kind, content))), save=False)
    try:
        with transaction.atomic():
            upload.save()
            StagedRows.objects.create(upload=upload, rows=_as_text(kind, result.rows))
            audit.record(f"upload.{upload.status}", by=context.by, target=upload, detail={"sha256": upload.sha256})
    except BaseException:
        upload.file.storage.delete(upload.file.name)
        raise
    return upload


def rehearse(kind: UploadKind, context: Context, path: Path) -> Upload:
    """What sending a file would find, as an upload that is not kept: counts and problems. Raises as `stage` does."""
    _check_admission(kind, context)
    with path.open("rb") as file:
        upload = _draft(kind, context, path.name, _content(file))
    _fill(upload, finished(_comparing(kind, context, upload, path)))
    return upload


def _draft(kind: UploadKind, context: Context, filename: str, content: bytes) -> Upload:
    return Upload(
        kind=kind.code,
        region=context.region,
        district=context.district,
        period=context.period,
        subject=context.subject,
        filename=sealing.named(kind, shown_name(filename)),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        uploaded_by=context.by,
        uploaded_at=clock.now(),
    )


def restage(upload: Upload) -> None:
    """Make the preview anew from the kept file, because what it was compared with has changed."""
    finished(restaging(upload))


@unhurried
def restaging(upload: Upload) -> Steps[None]:
    """`restage`, told step by step."""
    context = upload.context(upload.uploaded_by)
    with sealing.readable(upload) as path:
        result = yield from _comparing(upload.declared, context, upload, path)
    with transaction.atomic():
        fresh = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if fresh.status == Upload.Status.STAGED:
            _fill(fresh, result)
            fresh.version += 1
            fresh.save()
            StagedRows.objects.update_or_create(upload=fresh, defaults={"rows": _as_text(upload.declared, result.rows)})
    upload.refresh_from_db()


def answer(upload: Upload, answers: dict, by) -> list[Problem]:
    """Keep what a person said about doubtful places and make the preview anew; errors that would follow, kept out.

    Nothing is kept when an error follows from the answers; the preview stays as it was.
    """
    if not upload.file:
        return [Problem("file_cleared", sealing.CLEARED)]
    context = replace(upload.context(by), answers=answers)
    with sealing.readable(upload) as path:
        result = finished(_comparing(upload.declared, context, upload, path))
    if errors := [problem for problem in result.problems if problem.level == Level.ERROR]:
        return errors
    Upload.objects.filter(pk=upload.pk, status=Upload.Status.STAGED).update(answers=answers)
    upload.answers = answers
    restage(upload)
    return []


def read_kept(upload: Upload) -> Workbook:
    """The kept file of an upload, read again by the guarded reader. Raises guard.Refused."""
    with sealing.readable(upload) as path:
        return reader.read(path, upload.filename)


def _check_admission(kind: UploadKind, context: Context) -> None:
    if not kind.may_be_sent_by(context.by):
        raise review.Denied("您的角色不能上传这种表格。")
    if not covers(context.by, context.region.path):
        raise review.Denied("不在您的管理范围内。")
    if reason := kind.admit(context):
        raise UploadRefused(Problem("period_closed", reason, "如需补报或更正，请联系区民政局科员。"))


def _content(file: File) -> bytes:
    """The bytes of the file; one beyond the limit is not kept, because a part of it is not the sender's file."""
    content = file.read(LIMITS.file_bytes + 1)
    if len(content) > LIMITS.file_bytes:
        refused = refuse("too_big", megabytes=LIMITS.file_bytes // MEGABYTE)
        raise UploadRefused(_as_problem(refused))
    return content


def _as_problem(refused: guard.Refused) -> Problem:
    return Problem(refused.code, refused.message, refused.hint)


def _comparing(kind: UploadKind, context: Context, upload: Upload, path: Path) -> Steps[Comparison]:
    """What the sheet would change now; a file that cannot be read is a comparison with that one problem."""
    yield Step("安全检查，读取表格")
    try:
        workbook = reader.read(path, upload.filename)
    except guard.Refused as refused:
        return Comparison(problems=[_as_problem(refused)])
    reading = _read(kind, context, upload, workbook)
    total = len(getattr(reading, "rows", ()))
    yield Step(f"读到 {total} 行，与登记比对", total=total)
    result = yield from _told(kind.compare(context, reading), total)
    result.problems = [*reading.problems, *result.problems]
    return result


def _told(comparing: Comparison | Generator, total: int) -> Steps[Comparison]:
    """The comparison of a kind, its number of rows done told where the kind says it."""
    if not isgenerator(comparing):
        return comparing
    while True:
        try:
            yield Step("与登记比对", next(comparing), total)
        except StopIteration as end:
            return end.value


def _read(kind: UploadKind, context: Context, upload: Upload, workbook: Workbook):
    if kind.read:
        sealing.refuse_strays(kind, workbook)
        return kind.read(context, workbook)
    region = context.region
    expected = {"period": upload.period_text, "township": region.code, "township_name": region.short_name}
    reading = kind.sheet(context).read(workbook, expected=expected)
    if not reading.rows:
        sealing.refuse_strays(kind, workbook)
    return reading


def _fill(upload: Upload, result: Comparison) -> None:
    errors = sum(problem.level == Level.ERROR for problem in result.problems)
    ordered = sorted(result.problems, key=lambda problem: (problem.level != Level.ERROR, problem.code == MISSING_ROW))
    review.take_status(upload, Upload.Status.REFUSED if errors else Upload.Status.STAGED)
    upload.counts = _counts(result)
    upload.problems = [_kept(upload, problem) for problem in ordered[:PROBLEMS_KEPT]]
    upload.problem_total = len(result.problems)
    upload.error_total = errors
    upload.fingerprint = result.fingerprint


def _kept(upload: Upload, problem: Problem) -> dict:
    """A problem as it is stored; of a sheet with personal data no number stays whole in it."""
    row = asdict(problem) | {"level": str(problem.level)}
    if upload.declared and upload.declared.file_permission:
        row |= {name: veiled(row[name]) for name in ("message", "hint", "read")}
    return row


def _counts(result: Comparison) -> dict:
    actions = Counter(row["action"] for row in result.rows)
    levels = Counter(problem.level for problem in result.problems)
    rare = {"removed": actions["removed"], "questions": result.questions}
    return {
        **{action: actions[action] for action in ("new", "changed", "unchanged", "missing", "wrong")},
        "errors": levels[Level.ERROR],
        "warnings": levels[Level.WARNING],
        **{name: count for name, count in rare.items() if count},
    }


def _as_text(kind: UploadKind, rows: list[dict]) -> str:
    return compact.as_text(sealing.without_numbers(kind, rows))
