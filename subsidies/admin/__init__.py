"""The admin of the money: allowances, schemes, candidates and claims, budgets, the payment ledger."""

from subsidies.admin import allowances, budgets, claims, ledger, schemes

__all__ = ["allowances", "budgets", "claims", "ledger", "schemes"]
