"""Index of the app's models; each lives in the file of its concept."""

from facilities.acceptance import AcceptanceReview
from facilities.attachments import Attachment
from facilities.facility import Facility, FacilityRecord, SerialCounter
from facilities.prices import UnitPrice
from facilities.records import Declaration, Exemption, OperatorContract, ServiceLink
from facilities.rectification import Rectification
from facilities.standards import FunctionZone, Requirement, StandardEdition, ZoneAlias
from facilities.visits import SiteVisit
from facilities.waivers import Waiver

__all__ = [
    "AcceptanceReview",
    "Attachment",
    "Declaration",
    "Exemption",
    "Facility",
    "FacilityRecord",
    "FunctionZone",
    "OperatorContract",
    "Rectification",
    "Requirement",
    "SerialCounter",
    "ServiceLink",
    "SiteVisit",
    "StandardEdition",
    "UnitPrice",
    "Waiver",
    "ZoneAlias",
]
