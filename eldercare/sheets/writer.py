"""Spreadsheets out: templates to fill in, the sender's own file with its errors marked, exports."""

from eldercare.sheets.annotate import annotate, annotated
from eldercare.sheets.export import export, export_csv, export_into
from eldercare.sheets.remarks import Look, Remark
from eldercare.sheets.template import template

__all__ = ["Look", "Remark", "annotate", "annotated", "export", "export_csv", "export_into", "template"]
