"""What the page of a sent roster shows, and its open questions for scripts."""

from eldercare.uploads import ACTION_LABELS, Upload
from training.rostersheet.sheet import session_of

BADGES = {"new": "new", "changed": "changed", "unchanged": "quiet", "wrong": "error"}
SHOWN = 1000


def context(upload: Upload, user) -> dict:
    """The session, the rows with their badge, and the questions that wait."""
    rows = upload.staged.read() if hasattr(upload, "staged") else []
    shown = [row | {"label": ACTION_LABELS[row["action"]], "badge": BADGES[row["action"]]} for row in rows]
    is_open = upload.status == Upload.Status.STAGED
    return {
        "session": session_of(upload.context(user)),
        "rows": shown[:SHOWN],
        "total": len(rows),
        "asked": [row for row in rows if row.get("question")] if is_open else [],
        "may_answer": is_open and user.has_perm("training.add_attendance"),
    }


def questions(upload: Upload) -> dict:
    """The open questions; `key` names each when it is answered."""
    rows = upload.staged.read() if upload.status == Upload.Status.STAGED else []
    return {"questions": [row["question"] for row in rows if row.get("question")]}
