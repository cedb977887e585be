"""Settings out of the environment: what is missing, misspelt or too weak stops the portal with words, never silently."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

SECRET, KEY, OLD = "s" * 50, "k" * 32, "o" * 32
PRODUCTION = {
    "PORTAL_ENV": "production",
    "PORTAL_SECRET_KEY": SECRET,
    "PORTAL_PERSONAL_KEYS": KEY,
    "PORTAL_HOSTS": "portal.example.org",
}
SHOWN = (
    "from eldercare import settings as s;"
    "print(s.PRODUCTION, s.PERSONAL_KEYS, s.ALLOWED_HOSTS, getattr(s, 'SESSION_COOKIE_SECURE', False))"
)


def start(tmp_path, **environment: str) -> tuple[int, str, str]:
    """Exit code and what a fresh process says that reads the settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_URL"))}
    done = subprocess.run(
        [sys.executable, "-c", SHOWN],
        cwd=settings.BASE_DIR,
        env=kept | {"PORTAL_VAR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip().splitlines()[-1] if done.stderr else ""


def test_lists_are_read_without_the_blanks_that_people_put_after_commas(tmp_path):
    given = PRODUCTION | {"PORTAL_PERSONAL_KEYS": f"{KEY}, {OLD}", "PORTAL_HOSTS": "a.example.org, b.example.org"}
    code, said, _ = start(tmp_path, **given)
    assert (code, said) == (0, f"True ['{KEY}', '{OLD}'] ['a.example.org', 'b.example.org'] True")


WRONG = {
    "no secret": ({"PORTAL_SECRET_KEY": ""}, "缺少环境变量 PORTAL_SECRET_KEY"),
    "short secret": ({"PORTAL_SECRET_KEY": "s" * 49}, "PORTAL_SECRET_KEY（签名密钥）至少要 50 个字符"),
    "no personal key": ({"PORTAL_PERSONAL_KEYS": ""}, "缺少环境变量 PORTAL_PERSONAL_KEYS"),
    "short personal key": ({"PORTAL_PERSONAL_KEYS": f"{KEY},short"}, "至少要 32 个字符，有一个只有 5 个"),
    "comma at the end of the keys": ({"PORTAL_PERSONAL_KEYS": f"{KEY},"}, "至少要 32 个字符，有一个只有 0 个"),
    "no host": ({"PORTAL_HOSTS": ""}, "缺少环境变量 PORTAL_HOSTS"),
    "comma at the end of the hosts": ({"PORTAL_HOSTS": "a.example.org,"}, "PORTAL_HOSTS"),
    "misspelt mode": ({"PORTAL_ENV": "prod"}, "PORTAL_ENV 只能是 development、production"),
    "mode in capitals": ({"PORTAL_ENV": "Production"}, "PORTAL_ENV 只能是"),
    "a word for a switch": ({"PORTAL_HTTPS": "true"}, "PORTAL_HTTPS 只能是 1、0"),
    "foreign database": ({"DATABASE_URL": "foo://someone:verysecret@host/db"}, "DATABASE_URL 读不懂"),
}


@pytest.mark.parametrize(("changed", "said"), WRONG.values(), ids=WRONG.keys())
def test_what_is_missing_misspelt_or_too_weak_is_explained(tmp_path, changed, said):
    code, _, last = start(tmp_path, **PRODUCTION | changed)
    assert code != 0
    assert said in last
    assert "verysecret" not in last


def test_without_any_variable_the_portal_is_for_development(tmp_path):
    code, said, _ = start(tmp_path)
    assert (code, said.split()[0]) == (0, "False")
