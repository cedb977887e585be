"""Roles as data: what each may do, and that the groups in the database say the same."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from factories import PASSWORD

from eldercare.accounts import ROLE_BY_CODE, ROLES, grant, sync_roles

WRITING = ("add_", "change_", "delete_")


def test_roles_are_the_seven_of_the_bureau():
    assert [role.code for role in ROLES] == [
        "clerk", "reviewer", "approver", "township", "leader", "apiclient", "admin",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_group_holds_exactly_the_role_s_permissions(role, db):
    stored = Permission.objects.filter(group__name=role.label)
    names = {f"{p.content_type.app_label}.{p.codename}" for p in stored.select_related("content_type")}
    assert names == set(role.permissions)


def test_sync_takes_back_what_somebody_added_to_a_role(db):
    leader = Group.objects.get(name="领导")
    leader.permissions.add(Permission.objects.get(codename="change_facility"))
    sync_roles()
    assert not leader.permissions.filter(codename="change_facility").exists()


@pytest.mark.parametrize("code", ["leader", "apiclient"])
def test_reading_roles_can_write_nothing(code):
    names = [name.partition(".")[2] for name in ROLE_BY_CODE[code].permissions]
    assert not [name for name in names if name.startswith(WRITING)]


def test_system_administrator_decides_nothing():
    names = {name.partition(".")[2] for name in ROLE_BY_CODE["admin"].permissions}
    written = {name.partition("_")[2] for name in names if name.startswith(WRITING)}
    assert written <= {"user", "apitoken", "region"}
    assert not [name for name in names if name.startswith(("submit_", "decide_", "receive_", "consent_", "revoke_"))]
    assert "confirm_upload" not in names


def test_no_role_both_submits_and_decides_acceptance():
    for role in ROLES:
        assert not {"facilities.submit_acceptancereview", "facilities.decide_acceptancereview"} <= set(role.permissions)


def test_only_bureau_roles_work_in_the_admin():
    assert {role.code for role in ROLES if role.staff} == {"clerk", "reviewer", "approver", "admin"}


def test_roles_add_up(make_user, wulong):
    user = make_user("clerk", wulong)
    grant(user, "clerk", "reviewer")
    assert user.has_perm("facilities.submit_acceptancereview")
    assert user.has_perm("facilities.decide_acceptancereview")
    assert user.role_labels == "科员、审核"


def test_granting_a_reading_role_takes_staff_access_away(make_user, wulong):
    user = make_user("clerk", wulong)
    grant(user, "leader")
    user.refresh_from_db()
    assert not user.is_staff


def test_no_account_of_a_role_is_a_superuser(make_user, wulong):
    assert not any(make_user(role.code, wulong).is_superuser for role in ROLES)


def test_township_user_is_told_by_region(township_user, clerk):
    assert township_user.is_township_user
    assert not clerk.is_township_user


def test_name_shown_is_the_person_s(make_user):
    user = make_user("clerk", username="zhangsan")
    assert user.display_name == "zhangsan"
    user.full_name = "张三"
    assert str(user) == "张三"


@pytest.mark.parametrize("weak", ["short1", "12345678901", "password123"])
def test_weak_password_is_refused(weak):
    from django.contrib.auth.password_validation import validate_password

    with pytest.raises(ValidationError):
        validate_password(weak)


def test_production_hashes_passwords_with_argon2():
    from eldercare import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_signing_in_and_out_is_recorded(client, clerk):
    from eldercare.audit import AuditRecord

    client.post("/accounts/login/", {"username": "clerk", "password": "wrong-password"})
    client.post("/accounts/login/", {"username": "clerk", "password": PASSWORD})
    client.post("/accounts/logout/")
    assert list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))[-3:] == [
        "login.failed", "login", "logout",
    ]  # fmt: skip


def test_account_locks_after_repeated_wrong_passwords(client, clerk):
    for _ in range(6):
        client.post("/accounts/login/", {"username": "clerk", "password": "wrong-password"})
    answer = client.post("/accounts/login/", {"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session
