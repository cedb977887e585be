"""Addresses of the dashboards."""

from django.urls import path

from eldercare.dashboard import (
    allowances,
    district,
    facilityfile,
    figurepage,
    gaps,
    money,
    reporting,
    township,
    trainingboard,
    villageteams,
)

urlpatterns = [
    path("", district.index, name="dashboard"),
    path("<str:code>/", district.page, name="district"),
    path("<str:code>/figures/<str:definition>/", figurepage.page, name="figure"),
    path("<str:code>/gaps/", gaps.district_page, name="gaps"),
    path("<str:code>/money/", money.page, name="money"),
    path("<str:code>/training/", trainingboard.page, name="training"),
    path("<str:code>/teams/", villageteams.district_page, name="teams"),
    path("<str:code>/reporting/", reporting.page, name="reporting"),
    path("<str:code>/reporting/print/", reporting.printed, name="reporting-print"),
    path("<str:code>/reporting/export/", reporting.exported, name="reporting-export"),
    path("<str:code>/reporting/chases/", reporting.chase, name="reporting-chase"),
    path("<str:code>/allowances/", allowances.page, name="allowances"),
    path("<str:code>/allowances/export/", allowances.exported, name="allowances-export"),
    path("<str:code>/<str:township_code>/allowances/", allowances.township_page, name="township-allowances"),
    path(
        "<str:code>/<str:township_code>/allowances/template/", allowances.template, name="township-allowances-template"
    ),
    path("<str:code>/<str:township_code>/teams/", villageteams.township_page, name="township-teams"),
    path("<str:code>/<str:township_code>/gaps/", gaps.township_page, name="township-gaps"),
    path("<str:code>/facilities/<str:facility_code>/", facilityfile.page, name="facility-file"),
    path("<str:code>/<str:township_code>/", township.page, name="township"),
]
