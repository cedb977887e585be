"""Registers in and out of the admin: django-import-export Resources, fed by the guarded reader and nothing else.

A register is declared once, by the columns of its sheet; the template, the reading, the messages and the export all come
from them. An import is read in the child process, tried in a transaction that is rolled back, shown, and done once; an
export is streamed from one query. The package's own formats, forms, templates and temporary files are not used: they would
open files without the guard.
"""
