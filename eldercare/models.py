"""Index of the kernel's models; each lives in the file of its concept."""

from eldercare.accounts import User
from eldercare.audit import AuditRecord
from eldercare.names import RegionAlias
from eldercare.policies import Policy, PolicyClause, PolicyConflict, PolicyLoad
from eldercare.regions import DivisionEdition, PopulationFact, Region
from eldercare.review import ReviewEvent
from eldercare.tokens import ApiToken
from eldercare.uploads import StagedRows, Upload

__all__ = [
    "ApiToken",
    "AuditRecord",
    "DivisionEdition",
    "Policy",
    "PolicyClause",
    "PolicyConflict",
    "PolicyLoad",
    "PopulationFact",
    "Region",
    "RegionAlias",
    "ReviewEvent",
    "StagedRows",
    "Upload",
    "User",
]
