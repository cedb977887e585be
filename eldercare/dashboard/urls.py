"""Addresses of the dashboards."""

from django.urls import path

from eldercare.dashboard import district, figurepage, township

urlpatterns = [
    path("", district.index, name="dashboard"),
    path("<str:code>/", district.page, name="district"),
    path("<str:code>/figures/<str:definition>/", figurepage.page, name="figure"),
    path("<str:code>/<str:township_code>/", township.page, name="township"),
]
