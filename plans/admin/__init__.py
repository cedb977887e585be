"""Plan tables, plan numbers, reporting periods, monthly reports and what is written down beside them in the admin."""

from plans.admin import kept, periods, reports, tables

__all__ = ["kept", "periods", "reports", "tables"]
