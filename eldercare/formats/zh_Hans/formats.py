"""Dates as 2020-12-31 and times as 2020-12-31 09:05; what is not named here is Django's own for Chinese."""

DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y-m-d H:i"
