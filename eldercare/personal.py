"""Personal data at rest: phone and certificate numbers are kept encrypted, matched by keyed digest, shown masked.

The key lies outside the database, so that a copy of the database, or a backup of it, shows none of them. Several keys,
newest first, may be given; the others only read what was written under them.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

UNREADABLE = "（密钥已更换，无法读取）"


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
    """A number with its middle hidden: 138****5678; short ones show nothing but their length."""
    if len(text) < 7:
        return "*" * len(text)
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"


class PersonalText(models.TextField):
    """A text that the database holds encrypted only. It cannot be searched; match by `digest`."""

    def from_db_value(self, value, expression, connection) -> str:
        if not value:
            return value or ""
        try:
            return _box(tuple(settings.PERSONAL_KEYS)).decrypt(value.encode("ascii")).decode()
        except (InvalidToken, UnicodeError):
            return UNREADABLE

    def get_prep_value(self, value) -> str:
        text = super().get_prep_value(value)
        return _box(tuple(settings.PERSONAL_KEYS)).encrypt(text.encode()).decode("ascii") if text else ""
