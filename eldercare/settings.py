"""Settings come from the environment; a missing variable is explained, never guessed.

PORTAL_ENV=production   strict mode: the variables below become obligatory
PORTAL_SECRET_KEY       signing key (development keeps one under var/)
PORTAL_PERSONAL_KEYS    keys for phone and certificate numbers, newest first, separated by commas
PORTAL_PERSONAL_YEARS   years that names and numbers of rosters are kept (default 5, after the last session or membership)
PORTAL_HOSTS            host names served, separated by commas
DATABASE_URL            postgres://… (default: SQLite under var/)
PORTAL_VAR              folder of database, uploads and attachments (default: var/ beside manage.py)
PORTAL_SHEET_ROWS       rows that one spreadsheet may hold (default 20000; read in eldercare/sheets/limits.py)
PORTAL_HTTPS            0 when TLS ends elsewhere without X-Forwarded-Proto (default 1 in production)
"""

import os
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


def switch(name: str, meanings: dict[str, bool]) -> bool:
    """What a word out of the environment means ("" when it is not set); an explained failure for any other word."""
    text = os.environ.get(name, "")
    if text not in meanings:
        words = "、".join(word for word in meanings if word)
        raise ImproperlyConfigured(f"环境变量 {name} 只能是 {words}，或者不设；现为“{text[:20]}”。")
    return meanings[text]


BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = switch("PORTAL_ENV", {"": False, "development": False, "production": True})
VAR = Path(os.environ.get("PORTAL_VAR") or BASE_DIR / "var")


def years(name: str, default: int) -> int:
    """A number of years from 1 to 99 out of the environment; an explained failure for anything else."""
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 99):
        raise ImproperlyConfigured(f"环境变量 {name} 应为 1 到 99 的整数，现为“{text}”。")
    return int(text)


def required(name: str, meaning: str) -> str:
    """The variable's value; in production an explained failure when it is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"缺少环境变量 {name}（{meaning}）。生产环境必须设置，见 README“部署”一节。")
    return value


def listed(name: str, meaning: str, shortest: int = 1) -> list[str]:
    """The variable's values between commas, without blanks around them; each at least so many characters long."""
    return [long_enough(value.strip(), name, meaning, shortest) for value in required(name, meaning).split(",")]


def long_enough(value: str, name: str, meaning: str, shortest: int) -> str:
    """The value; an explained failure, which does not repeat it, when it is too short."""
    if len(value) < shortest:
        raise ImproperlyConfigured(
            f"环境变量 {name}（{meaning}）至少要 {shortest} 个字符，有一个只有 {len(value)} 个。"
        )
    return value


def database(url: str) -> dict:
    """The database of an address; an explained failure, which does not repeat the password in it, for one that is none."""
    try:
        return dj_database_url.parse(url)
    except ValueError as wrong:
        form = "postgres://用户:密码@主机/库，密码里的特殊字符用 %XX 写"
        raise ImproperlyConfigured(f"环境变量 DATABASE_URL 读不懂，请写成 {form}。") from wrong


def development_secret(name: str = "secret_key") -> str:
    """A key made once per installation and kept under var/, so that sessions survive a restart."""
    path = VAR / name
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
        path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()


DEBUG = False
SECRET_KEY = (
    long_enough(required("PORTAL_SECRET_KEY", "签名密钥"), "PORTAL_SECRET_KEY", "签名密钥", 50)
    if PRODUCTION
    else development_secret()
)
# Newest first; earlier keys only read what was written under them. They never lie in the database.
PERSONAL_KEYS = (
    listed("PORTAL_PERSONAL_KEYS", "个人信息加密密钥，多个用逗号分隔，最新的在前", 32)
    if PRODUCTION
    else [development_secret("personal_key")]
)
PERSONAL_YEARS = years("PORTAL_PERSONAL_YEARS", 5)
ALLOWED_HOSTS = (
    listed("PORTAL_HOSTS", "门户的域名，多个用逗号分隔")
    if PRODUCTION
    else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)

INSTALLED_APPS = [
    "eldercare",
    "facilities",
    "plans",
    "subsidies",
    "training",
    "eldercare.adminconfig.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "eldercare.gate.NoTrace",
    "eldercare.gate.PlainText",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "eldercare.bodies.BoundedBody",
    "eldercare.gate.SignedIn",
    "eldercare.gate.OwnPassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "eldercare.urls"
WSGI_APPLICATION = "eldercare.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "eldercare.navigation.navigation",
            ],
        },
    },
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE takes the write lock at BEGIN: plain and WAL alone end in "database is locked" under four writers.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Who waits is told so before the server takes the process for hung, and a machine that vanished in the middle of a
    # confirmation does not keep its township locked until its connection is missed.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "options", "-c lock_timeout=60s -c idle_in_transaction_session_timeout=300s"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "eldercare.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/lockout.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# Lockouts end by themselves; who failed to sign in stands in the portal's own audit trail.
AXES_ENABLE_ADMIN = False

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "eldercare.formats"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# One process serves everything in development and in the demo; production collects static files first.
WHITENOISE_USE_FINDERS = not PRODUCTION
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_AUTOREFRESH = False
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A printed table of 80 units by 40 columns is typed on one page.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "eldercare.pages.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    HTTPS = switch("PORTAL_HTTPS", {"": True, "1": True, "0": False})
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "eldercare.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    "EXCEPTION_HANDLER": "eldercare.api.errors.explain",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "社区居家养老服务设施统计接口",
    "DESCRIPTION": "计划、设施、覆盖率等统计数据，只读。每个统计值附分子、分母、统计日期与区划版本。",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "defaultModelsExpandDepth": -1},
    "SERVE_INCLUDE_SCHEMA": False,
}


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# The day on which a district's figures are read when nobody names one; demo districts stand still in their demo year.
DEMO_AS_OF = "2020-12-31"
