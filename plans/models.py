"""Index of the app's models; each lives in the file of its concept."""

from plans.duties import Duty, Target
from plans.indicators import Background, Indicator
from plans.leaves import ChaseNote, PeriodException
from plans.reporting import ProgressReport, ReportingPeriod
from plans.tables import PlanTable, PlanTarget, PrintedTotal
from plans.tasks import Task, TaskUnit

__all__ = [
    "Background",
    "ChaseNote",
    "Duty",
    "Indicator",
    "PeriodException",
    "PlanTable",
    "PlanTarget",
    "PrintedTotal",
    "ProgressReport",
    "ReportingPeriod",
    "Target",
    "Task",
    "TaskUnit",
]
