"""What the app does around its moves: claims, approvals, payments and flags."""

from subsidies.services import approving, claiming, flagging, paying
from subsidies.services.approving import approve, cancel, send_back
from subsidies.services.budgeting import set_budget
from subsidies.services.claiming import draft, submit, withdraw
from subsidies.services.flagging import keep
from subsidies.services.paying import Entry, instalment, pay, recover

__all__ = [
    "Entry",
    "approve",
    "cancel",
    "draft",
    "instalment",
    "keep",
    "pay",
    "recover",
    "send_back",
    "set_budget",
    "submit",
    "withdraw",
]


def connect() -> None:
    """Tie the conditions and consequences of every concern to the moves."""
    claiming.connect()
    approving.connect()
    paying.connect()
    flagging.connect()
