"""Files as townships and strangers send them, built by code, each with what the upload page must answer to it.

`ground` is the township they are sent to, `table` its sheet as rows, `case` what a case is; the cases stand in the
modules named after what is messy (`formats`, `layouts`, `headings`, `spellings`, `contents`, `identities`) or hostile
(`names`, `bombs`, `disguises`, `injections`; the guard's own hostile files come from tests/sheets/hostile.py).
"""
