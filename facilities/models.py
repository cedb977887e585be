"""Index of the app's models; each lives in the file of its concept."""

from facilities.acceptance import AcceptanceReview
from facilities.facility import Facility, FacilityRecord, SerialCounter
from facilities.records import Declaration, Exemption, OperatorContract, ServiceLink
from facilities.standards import FunctionZone, Requirement, StandardEdition, ZoneAlias

__all__ = [
    "AcceptanceReview",
    "Declaration",
    "Exemption",
    "Facility",
    "FacilityRecord",
    "FunctionZone",
    "OperatorContract",
    "Requirement",
    "SerialCounter",
    "ServiceLink",
    "StandardEdition",
    "ZoneAlias",
]
