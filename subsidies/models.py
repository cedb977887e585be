"""Index of the app's models; each lives in the file of its concept."""

from subsidies.allowances import AllowanceTotal
from subsidies.budgets import Budget, Source
from subsidies.claims import ClaimShare, SubsidyClaim
from subsidies.payments import Payment
from subsidies.schemes import SubsidyScheme

__all__ = ["AllowanceTotal", "Budget", "ClaimShare", "Payment", "Source", "SubsidyClaim", "SubsidyScheme"]
