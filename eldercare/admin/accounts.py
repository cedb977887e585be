"""Accounts, roles and API tokens in the admin. Roles are ticked as a bureau knows them, nothing else is granted."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from eldercare.accounts import ROLES, User, grant
from eldercare.adminbase import ReadOnlyAdmin, ScopedAdmin
from eldercare.regions import VILLAGE_KINDS, exists_today
from eldercare.tokens import ApiToken

# Groups are the stored form of the roles; they follow the code, so there is nothing to edit.
admin.site.unregister(Group)

ROLE_CHOICES = [(role.code, f"{role.label}：{role.description}") for role in ROLES]


def roles_field() -> forms.MultipleChoiceField:
    """The roles with what each is for."""
    return forms.MultipleChoiceField(
        label="角色", choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple, required=False,
        help_text="可以兼任；同一件事不能由同一人既提交又审核。",
    )  # fmt: skip


class RoleRules:
    """What holds of roles and region in both forms."""

    def clean(self):
        cleaned = super().clean()
        roles, region = cleaned.get("roles", []), cleaned.get("region")
        if "township" in roles and not (region and region.is_township):
            self.add_error("region", "乡镇经办须属于一个乡镇（街道）。")
        elif roles and region is None:
            self.add_error("region", "没有所属区划的账号看不到任何数据，请选择。")
        return cleaned


class NewAccountForm(RoleRules, BaseUserCreationForm):
    """A new account with its first password."""

    roles = roles_field()

    class Meta(BaseUserCreationForm.Meta):
        model = User
        fields = ("username", "full_name", "region")

    def save(self, commit=True):
        """The maker knows this password too; its owner replaces it at the first sign-in."""
        self.instance.must_change_password = True
        return super().save(commit)


class AccountForm(RoleRules, forms.ModelForm):
    """An account; its password has its own page. Nobody changes the own roles, region or state."""

    roles = roles_field()
    own = False

    class Meta:
        model = User
        fields = ("username", "full_name", "region", "is_active", "must_change_password")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].initial = [role.code for role in self.instance.roles]
        for name in ("roles", "is_active", "region"):
            self.fields[name].disabled = self.own


class SetPasswordForm(AdminPasswordChangeForm):
    """A new password for somebody else's account; switching passwords off is no choice here."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)
        for name in ("password1", "password2"):
            self.fields[name].required = True

    def save(self, commit=True):
        """Two people know this password now; its owner replaces it at the next sign-in."""
        self.user.must_change_password = True
        return super().save(commit)


@admin.register(User)
class AccountAdmin(ScopedAdmin, UserAdmin):
    """账号."""

    form = AccountForm
    add_form = NewAccountForm
    change_password_form = SetPasswordForm
    add_form_template = None
    change_user_password_template = "admin/accounts/password.html"
    list_display = ("username", "full_name", "region", "role_names", "is_active", "last_login")
    list_select_related = ("region",)
    list_filter = ("is_active", "groups")
    search_fields = ("username", "full_name", "region__short_name")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("password_page", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "full_name", "region")}),
        ("角色", {"fields": ("roles",)}),
        ("状态", {"fields": ("is_active", "must_change_password", "password_page", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "full_name", "region")}),
        ("角色", {"fields": ("roles",)}),
        ("初始密码", {"fields": ("password1", "password2")}),
    )

    def get_queryset(self, request):
        """Superusers belong to the server's keeper: others neither see nor change them."""
        rows = super().get_queryset(request).prefetch_related("groups")
        return rows if request.user.is_superuser else rows.filter(is_superuser=False)

    @admin.display(description="角色")
    def role_names(self, user: User) -> str:
        return "、".join(group.name for group in user.groups.all()) or (
            "超级用户" if user.is_superuser else "未分配角色"
        )

    @admin.display(description="密码")
    def password_page(self, user: User) -> str:
        return format_html('<a href="{}">重设密码</a>', reverse("admin:auth_user_password_change", args=[user.pk]))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "region":
            # An account of a unit that has ended keeps it until somebody moves the account.
            kept = User.objects.filter(region__isnull=False).values("region")
            rows = field.queryset.exclude(kind__in=VILLAGE_KINDS)
            field.queryset = rows.filter(exists_today() | Q(pk__in=kept))
        return field

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if obj is not None:
            form.own = obj.pk == request.user.pk
        return form

    def has_delete_permission(self, request, obj=None):
        """Nobody removes the own account."""
        own = obj is not None and obj.pk == request.user.pk
        return not own and super().has_delete_permission(request, obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not getattr(form, "own", False):
            grant(form.instance, *form.cleaned_data["roles"])


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """接口令牌: issued by a command, seen and withdrawn here."""

    list_display = ("user", "issued_at", "expires_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__full_name")
    fields = ("user", "issued_at", "expires_at", "last_used_at")

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm("eldercare.delete_apitoken")
