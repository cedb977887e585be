"""Spreadsheets in and out. Imports no model."""
