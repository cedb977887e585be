"""Index of the app's models; each lives in the file of its concept."""

from plans.duties import Duty, Target
from plans.reporting import ProgressReport, ReportingPeriod
from plans.tables import PlanTable, PlanTarget, PrintedTotal

__all__ = ["Duty", "PlanTable", "PlanTarget", "PrintedTotal", "ProgressReport", "ReportingPeriod", "Target"]
