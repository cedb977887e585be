"""Spreadsheets out: templates to fill in, the sender's own file with its errors marked, exports."""

from eldercare.sheets.annotate import annotated
from eldercare.sheets.export import export, export_csv, export_into
from eldercare.sheets.template import template

__all__ = ["annotated", "export", "export_csv", "export_into", "template"]
