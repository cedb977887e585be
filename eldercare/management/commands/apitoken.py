"""apitoken USERNAME: a read-only token of the REST API, shown once."""

from django.core.management.base import CommandError

from eldercare import audit, tokens
from eldercare.accounts import User
from eldercare.management.command import PortalCommand

LONGEST = 3650


class Command(PortalCommand):
    help = "为账号签发只读的数据接口令牌（只显示一次）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("username", help="账号")
        parser.add_argument("--days", type=int, default=365, help="有效天数（默认365）")

    def handle(self, *args, username: str, days: int, **options) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"没有账号 {username}。")
        if not user.is_active or not user.has_perm("eldercare.use_api"):
            raise CommandError(f"账号 {username}（{user.role_labels}）不能使用数据接口。")
        if not 1 <= days <= LONGEST:
            raise CommandError(f"有效天数应在1到{LONGEST}之间。")
        secret = tokens.issue(user, days=days)
        audit.record("token.issued", target=user, detail={"days": days})
        self.stderr.write(f"账号 {username} 的令牌如下，有效 {days} 天，不会再次显示。")
        self.stderr.write("请求头写：Authorization: Token <令牌>")
        self.stdout.write(secret)
