"""Rosters of village teams: read per township, matched, confirmed once, taken back whole; counted for the villages."""

from eldercare import facts, uploads
from eldercare.uploads import Upload, UploadKind
from training import teamfacts
from training.teamsheet import applying, comparing, sheet

BADGES = {"new": "new", "changed": "changed", "wrong": "error", "unchanged": "unchanged"}
ROWS_SHOWN = 500


def page(upload: Upload, user) -> dict:
    """Context of training/team_upload.html besides the preview's own: rows and how many, may_fetch, asked, may_answer.

    Members whom the sheet leaves out are not among the rows: the preview's warnings name them.
    """
    rows = upload.staged.read() if hasattr(upload, "staged") else []
    shown = [row | {"label": uploads.ACTION_LABELS[row["action"]]} for row in rows]
    told = [row | {"badge": BADGES[row["action"]]} for row in shown if row["action"] not in ("unchanged", "missing")]
    asked = [row for row in rows if row.get("question")] if upload.status == Upload.Status.STAGED else []
    return {
        "asked": asked,
        "may_answer": bool(asked) and user.has_perm("training.add_teammember"),
        "rows": told[:ROWS_SHOWN],
        "more": max(len(told) - ROWS_SHOWN, 0),
        "may_fetch": upload.declared.may_be_fetched_by(user),
    }


def questions(upload: Upload) -> dict:
    """The open questions for scripts; `key` names each when it is answered."""
    rows = upload.staged.read() if upload.status == Upload.Status.STAGED else []
    return {"questions": [row["question"] for row in rows if row.get("question")]}


KIND = UploadKind(
    code="team",
    label="村级队伍花名册",
    permission="training.add_teammember",
    sheet=lambda context: sheet.SHEET,
    compare=comparing.compare,
    fingerprint=comparing.fingerprint,
    apply=applying.apply,
    undo=applying.undo,
    template=sheet.template,
    admit=applying.admit,
    has_period=False,
    whole_district=True,
    page=page,
    tell=questions,
    held=lambda upload, region: [*region.lineage(), upload.district_id],
    template_name="admin/training/team_upload.html",
    file_permission="training.see_personal_data",
    consequences=(
        "名册记入各村的队伍，养老助理、老年协会、志愿服务队按现在在队的人数核查。",
        "有名册的村以名册为准，不再用申报的数。",
        "确认之后可以在本页整份撤销。",
    ),
)


def connect() -> None:
    """Let uploads know the rosters, and the checks of villages what they count."""
    uploads.declare(KIND)
    facts.provide(teamfacts.PREFIX, teamfacts.rostered)
