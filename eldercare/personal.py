"""Personal data at rest: phone and certificate numbers are kept encrypted, matched by keyed digest, shown masked.

The key lies outside the database, so that a copy of the database, or a backup of it, shows none of them. Several keys,
newest first, may be given; the others only read what was written under them.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from pathlib import PurePath

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

DUMPED = "sealed:"
SEALED_FILE = b"sealed-file:"
UNREADABLE = "（密钥已更换，无法读取）"
_DATE = re.compile(r"(?:19|20)\d\d-?[01]\d-?[0-3]\d")
_NUMBER = re.compile(r"[0-9A-Za-z](?:[- ]?[0-9A-Za-z]){6,}")


def _key(secret: str, purpose: bytes) -> bytes:
    return hashlib.sha256(purpose + b"\x00" + secret.encode()).digest()


@lru_cache(maxsize=4)
def _box(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_key(secret, b"personal"))) for secret in secrets])


def digest(text: str) -> str:
    """A keyed fingerprint by which equal numbers are found without being read; empty for an empty text."""
    if not text:
        return ""
    return hmac.new(_key(settings.PERSONAL_KEYS[-1], b"match"), text.encode(), hashlib.sha256).hexdigest()


def masked(text: str) -> str:
    """A number with its middle hidden: 138****5678; short ones show two digits, the shortest nothing but their length."""
    if len(text) < 7:
        return "*" * len(text)
    if len(text) < 11:
        return f"{'*' * (len(text) - 2)}{text[-2:]}"
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"


def veiled(text: str) -> str:
    """A sentence in which everything that may be a phone or certificate number is masked; plain words stay."""
    return _NUMBER.sub(lambda found: masked(found[0]) if any(map(str.isdigit, found[0])) else found[0], text)


def holds_number(text: str) -> bool:
    """Whether a text that should be plain words holds what may be a phone or certificate number; a date is none."""
    return any(veiled(found[0]) != found[0] and not _DATE.fullmatch(found[0]) for found in _NUMBER.finditer(text))


def veiled_name(filename: str) -> str:
    """The name of a file, whose suffix and dates stay and in which every other number is masked."""
    path = PurePath(filename)
    stem = _NUMBER.sub(lambda found: found[0] if _DATE.fullmatch(found[0]) else veiled(found[0]), path.stem)
    return stem + path.suffix


def sealed(text: str) -> str:
    """A text encrypted as `PersonalText` keeps it, for rows that are stored as JSON; empty for an empty text."""
    return _box(tuple(settings.PERSONAL_KEYS)).encrypt(text.encode()).decode("ascii") if text else ""


def unsealed(token: str) -> str:
    """What `sealed` was given; UNREADABLE when none of the keys opens it."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.PERSONAL_KEYS)).decrypt(token.encode("ascii")).decode()
    except (InvalidToken, UnicodeError):
        return UNREADABLE


def sealed_file(content: bytes) -> bytes:
    """The bytes of a file as they are kept on the disk."""
    return SEALED_FILE + _box(tuple(settings.PERSONAL_KEYS)).encrypt(content)


def unsealed_file(content: bytes) -> bytes:
    """What `sealed_file` was given; what was never sealed as it is. Raises FileNotFoundError when no key opens it."""
    if not content.startswith(SEALED_FILE):
        return content
    try:
        return _box(tuple(settings.PERSONAL_KEYS)).decrypt(content.removeprefix(SEALED_FILE))
    except InvalidToken as gone:
        raise FileNotFoundError("the key that sealed the file is not among the keys") from gone


class PersonalText(models.TextField):
    """A text that the database holds encrypted only. It cannot be searched; match by `digest`."""

    def from_db_value(self, value, expression, connection) -> str:
        return unsealed(value or "")

    def get_prep_value(self, value) -> str:
        return sealed(super().get_prep_value(value) or "")

    def value_to_string(self, obj) -> str:
        """What a dump of the data holds: the encrypted text, marked so that loading the dump opens it again."""
        token = self.get_prep_value(self.value_from_object(obj))
        return f"{DUMPED}{token}" if token else ""

    def to_python(self, value) -> str:
        text = super().to_python(value) or ""
        return unsealed(text.removeprefix(DUMPED)) if text.startswith(DUMPED) else text
