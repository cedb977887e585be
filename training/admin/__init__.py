"""The training registers in the admin, one file a concept."""

from training.admin import certificates, people, quotas, sessions, teams

__all__ = ["certificates", "people", "quotas", "sessions", "teams"]
