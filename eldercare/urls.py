"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from eldercare import pages
from eldercare.dashboard import policypage

handler400 = "eldercare.mishaps.malformed"
handler500 = "eldercare.mishaps.broken"

urlpatterns = [
    path("", pages.home, name="home"),
    path("accounts/login/", pages.SignIn.as_view(), name="login"),
    path("accounts/logout/", pages.SignOut.as_view(), name="logout"),
    path("accounts/password/", pages.NewPassword.as_view(), name="password_change"),
    path("dashboard/", include("eldercare.dashboard.urls")),
    path("policies/", policypage.index, name="policies"),
    path("policies/<slug:slug>/", policypage.page, name="policy"),
    path("uploads/", include("eldercare.uploadpages.urls")),
    path("help/", pages.Help.as_view(), name="help"),
    path("api/v1/", include("eldercare.apiurls")),
    # The admin's doors are the portal's: one place to sign in, to sign out and to change a password.
    path("admin/login/", pages.AdminDoor.as_view()),
    path("admin/logout/", pages.SignOut.as_view()),
    path("admin/password_change/", RedirectView.as_view(pattern_name="password_change")),
    path("admin/", admin.site.urls),
    path("healthz", pages.healthz, name="healthz"),
]
