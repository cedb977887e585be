"""The admin of the register: facilities and their records, standards, acceptance."""

from facilities.admin import (
    acceptance,
    declarations,
    facility,
    ledger,
    prices,
    records,
    standards,
    waiverlist,
)

__all__ = [
    "acceptance",
    "declarations",
    "facility",
    "ledger",
    "prices",
    "records",
    "standards",
    "waiverlist",
]
