"""The kernel's registers in the admin, one file a concept."""

from eldercare.admin import accounts, documents, regions, trail

__all__ = ["accounts", "documents", "regions", "trail"]
