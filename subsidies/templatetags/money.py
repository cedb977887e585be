"""Yuan in templates: grouped by thousands, and in the capitals that Chinese vouchers ask for."""

from django import template

from subsidies import amounts

register = template.Library()
register.filter("yuan", amounts.grouped)
register.filter("grouped", amounts.short)
register.filter("capitals", amounts.capitals)
