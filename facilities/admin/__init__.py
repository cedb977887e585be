"""The admin of the register: facilities and their records, standards, acceptance."""

from facilities.admin import acceptance, declarations, facility, records, standards

__all__ = ["acceptance", "declarations", "facility", "records", "standards"]
