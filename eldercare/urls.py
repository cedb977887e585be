"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from eldercare import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("accounts/login/", pages.SignIn.as_view(), name="login"),
    path("accounts/logout/", pages.SignOut.as_view(), name="logout"),
    path("dashboard/", include("eldercare.dashboard.urls")),
    path("uploads/", include("eldercare.uploadpages.urls")),
    path("help/", pages.Help.as_view(), name="help"),
    path("api/v1/", include("eldercare.apiurls")),
    path("admin/", admin.site.urls),
    path("healthz", pages.healthz, name="healthz"),
]
