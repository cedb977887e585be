"""The app's endpoints: /standards/, /facilities/ and /findings/."""

from facilities.api.findings import Findings
from facilities.api.register import Facilities
from facilities.api.standards import Standards

__all__ = ["Facilities", "Findings", "Standards"]
