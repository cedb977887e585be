"""Numbers on their way through a preview: encrypted like those at rest, so that no staged row holds one in clear."""

from eldercare.personal import PersonalText

_FIELD = PersonalText()


def seal(text: str) -> str:
    """The text encrypted; empty for an empty one."""
    return _FIELD.get_prep_value(text)


def unseal(sealed: str) -> str:
    """What was sealed."""
    return _FIELD.from_db_value(sealed, None, None)
