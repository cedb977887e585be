"""还差什么: what a facility still lacks, in four lists, on the review and the facility page."""


def panel(request, row, found) -> dict:
    """Context of this part of the review page; `found` is the live check, None once the review is decided."""
    return {}


def urls(admin) -> list:
    """Addresses below the review."""
    return []
