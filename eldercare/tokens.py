"""Tokens of the REST API: read-only, expiring, stored as a hash, shown once."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from rest_framework import authentication, exceptions

from eldercare.scoping import Scoped


def fingerprint(secret: str) -> str:
    """What is stored of a token. A random 256-bit secret needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiToken(Scoped):
    """接口令牌: lets one account read figures and lists of its region until it expires."""

    scope_lookups = ("user__region__path",)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name="账号")
    digest = models.CharField("摘要", max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField("签发时间", default=timezone.now, editable=False)
    expires_at = models.DateTimeField("到期时间")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.issued_at:%Y-%m-%d}"


def issue(user, *, days: int) -> str:
    """Make a token for an account and return its secret, which is never shown again."""
    secret = secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, digest=fingerprint(secret), expires_at=timezone.now() + timedelta(days=days))
    return secret


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token <secret>`; writes are refused whatever the account may do elsewhere."""

    def authenticate(self, request):
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "token":
            return None
        token = ApiToken.objects.select_related("user__region").filter(digest=fingerprint(secret.strip())).first()
        if token is None or not token.user.is_active:
            raise exceptions.AuthenticationFailed("令牌无效。")
        if token.expires_at <= timezone.now():
            raise exceptions.AuthenticationFailed("令牌已过期，请联系民政局重新签发。")
        self._note_use(token)
        return token.user, token

    def authenticate_header(self, request) -> str:
        return "Token"

    def _note_use(self, token: ApiToken) -> None:
        """Remember the last use, at most once an hour, so that reading stays reading."""
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > timedelta(hours=1):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
