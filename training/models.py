"""Index of the app's models; each lives in the file of its concept."""

from training.changes import Change, PersonChange
from training.people import Certificate, Person
from training.quotas import Counted, QuotaTable, QuotaTotal, TrainingQuota, TrainingRole
from training.sessions import Attendance, TrainingSession
from training.teams import TeamKind, TeamMember

__all__ = [
    "Attendance",
    "Certificate",
    "Change",
    "Counted",
    "Person",
    "PersonChange",
    "QuotaTable",
    "QuotaTotal",
    "TeamKind",
    "TeamMember",
    "TrainingQuota",
    "TrainingRole",
    "TrainingSession",
]
