"""Pages of the spreadsheet intake."""
