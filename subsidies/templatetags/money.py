"""Yuan in templates: grouped by thousands, in 万元, and in the capitals that Chinese vouchers ask for."""

from django import template

from subsidies import amounts

register = template.Library()
register.filter("yuan", amounts.grouped)
register.filter("wan", amounts.wan)
register.filter("grouped", amounts.short)
register.filter("capitals", amounts.capitals)
