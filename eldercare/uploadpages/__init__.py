"""Pages of the spreadsheet intake: template down, file up, preview, confirm once, undo; for people and for scripts."""
