"""Addresses of the spreadsheet intake."""

urlpatterns = []
