"""队伍成员 in the admin: members of village teams, phones masked; corrected by replacing, left by a date, never deleted."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path

from eldercare.adminbase import DistrictFilter, ReadOnlyAdmin, TownshipFilter
from eldercare.regions import VILLAGE_KINDS, Region
from eldercare.review import Denied, MoveRefused
from training import personal
from training.admin import answering
from training.models import TeamMember
from training.services import teams
from training.teamsheet import KIND


class StandingFilter(admin.SimpleListFilter):
    """Who is in a team; rows that another one has replaced are looked at when asked for."""

    title = "状态"
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return (("in", "在队"), ("left", "已退出"), ("retracted", "已撤销或更正"))

    def queryset(self, request, queryset):
        if self.value() == "retracted":
            return queryset.filter(retracted_at__isnull=False)
        standing = queryset.filter(retracted_at__isnull=True)
        has_left = Q(ends_on__isnull=False)
        return {"in": standing.exclude(has_left), "left": standing.filter(has_left)}.get(self.value(), standing)


class MemberTownshipFilter(TownshipFilter):
    lookup = "village__parent"


class MemberDistrictFilter(DistrictFilter):
    lookup = "person__district"


class VillageField(forms.ModelChoiceField):
    """A village with its township before it."""

    def label_from_instance(self, obj: Region) -> str:
        return f"{obj.parent} {obj}"


class MemberForm(forms.Form):
    """What may have been entered wrongly of one member."""

    village = VillageField(Region.objects.none(), label="村（社区）")
    kind = forms.ChoiceField(label="队伍类别", choices=TeamMember._meta.get_field("kind").choices)
    team = forms.CharField(label="队伍名称", max_length=60, required=False)
    duty = forms.CharField(label="职务", max_length=40, required=False)
    starts_on = forms.DateField(label="加入日期", required=False, widget=forms.DateInput({"type": "date"}))
    ends_on = forms.DateField(label="退出日期", required=False, widget=forms.DateInput({"type": "date"}))
    reason = forms.CharField(label="更正原因", min_length=2, max_length=200)

    def __init__(self, member: TeamMember, user, *args, **kwargs) -> None:
        initial = {name: getattr(member, name) for name in teams.FIELDS}
        super().__init__(*args, initial=initial, auto_id="correct-%s", **kwargs)
        day = member.person.district.default_as_of()
        rows = member.person.district.below().on(day).filter(kind__in=VILLAGE_KINDS) | Region.objects.filter(
            pk=member.village_id
        )
        self.fields["village"].queryset = rows.visible_to(user).select_related("parent").order_by("path")


class LeaveForm(forms.Form):
    """The last day in the team."""

    on = forms.DateField(label="退出日期", widget=forms.DateInput({"type": "date"}), help_text="在队的最后一天。")
    reason = forms.CharField(label="原因", min_length=2, max_length=200)


@admin.register(TeamMember)
class TeamMemberAdmin(ReadOnlyAdmin):
    """队伍成员: written by rosters; here they are looked up, corrected one by one and let go."""

    change_form_template = "admin/training/teammember.html"
    list_display = ("name", "village", "kind", "team", "phone_shown", "starts_on", "ends_on", "state")
    list_select_related = ("village__parent", "person")
    list_filter = (StandingFilter, "kind", MemberTownshipFilter, MemberDistrictFilter)
    search_fields = ("person__name", "team", "village__short_name")
    search_help_text = "按姓名、队伍名称或村（社区）查找；号码加密保存，不能查找"
    fields = ("name", "village", "kind", "team", "duty", "phone_shown", "starts_on", "ends_on", "state", "recorded_at")
    readonly_fields = fields

    @admin.display(description="姓名", ordering="person__name")
    def name(self, row: TeamMember) -> str:
        return row.person.name

    @admin.display(description="联系电话")
    def phone_shown(self, row: TeamMember) -> str:
        return row.person.masked_phone or "—"

    @admin.display(description="状态")
    def state(self, row: TeamMember) -> str:
        if row.retracted_at:
            return "已撤销或更正"
        return "已退出" if row.ends_on else "在队"

    def get_urls(self):
        view = self.admin_site.admin_view
        own = (
            path("answers/", view(self.answers_view), name="training_teammember_answers"),
            path("<int:pk>/correct/", view(self.correct_view), name="training_teammember_correct"),
            path("<int:pk>/leave/", view(self.leave_view), name="training_teammember_leave"),
        )
        return [*own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, self._panel(request, row) | (extra_context or {}))

    def _panel(self, request: HttpRequest, row: TeamMember, **forms_sent) -> dict:
        """What may be done with a member, and the other rows of the person in teams."""
        may = request.user.has_perm(teams.PERMISSION) and not row.retracted_at and not row.person.erased_at
        others = TeamMember.objects.visible_to(request.user).filter(person=row.person).exclude(pk=row.pk)
        panel = {
            "member": row,
            "may_change": may,
            "may_reveal": request.user.has_perm(personal.SEE) and row.person.erased_at is None,
            "others": [(each, self.state(each)) for each in others.select_related("village")],
        }
        if may:
            panel |= {"correct_form": MemberForm(row, request.user), "leave_form": LeaveForm(auto_id="leave-%s")}
        return panel | forms_sent

    def answers_view(self, request: HttpRequest) -> HttpResponse:
        """Answers to the questions of a roster of village teams."""
        if not request.user.has_perm(KIND.permission):
            raise Denied("您的角色不能答复花名册的疑问。")
        return answering.answered(request, kind=KIND.code)

    def correct_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a wrong entry right; the row that takes its place is shown then."""
        row = self._asked(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = MemberForm(row, request.user, request.POST)
        return self._done(request, row, form, "correct_form", lambda told: teams.correct(row, by=request.user, **told))

    def leave_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let somebody leave a team by a date."""
        row = self._asked(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = LeaveForm(request.POST, auto_id="leave-%s")
        return self._done(request, row, form, "leave_form", lambda told: teams.leave(row, by=request.user, **told))

    def _asked(self, request: HttpRequest, pk: int) -> TeamMember:
        """The member of that number. Raises Denied for a role that may not change members, Http404 out of scope."""
        if not request.user.has_perm(teams.PERMISSION):
            raise Denied("您的角色不能更改队伍成员。")
        return self.get_object(request, str(pk))

    def _done(self, request: HttpRequest, row: TeamMember, form: forms.Form, name: str, act) -> HttpResponse:
        """Do it and show the row that stands now; or show the page again with every field that is wrong."""
        if form.is_valid():
            try:
                new = act(form.cleaned_data)
                messages.success(request, "已登记；原来的一条保留在“已撤销或更正”里。")
                return redirect("admin:training_teammember_change", new.pk)
            except MoveRefused as refused:
                form.add_error(None, str(refused))
            except ValidationError as wrong:
                form.add_error(None, "；".join(wrong.messages))
        request.method = "GET"
        answer = super().change_view(request, str(row.pk), "", self._panel(request, row, **{name: form}))
        answer.status_code = 422
        return answer
