"""A rule of the database that refused a change, in the words it was declared with."""

from django.apps import apps
from django.db import IntegrityError


def broken_rule(error: IntegrityError) -> str:
    """The words of the database rule that refused a change, or a general explanation."""
    for constraint in (rule for model in apps.get_models() for rule in model._meta.constraints):
        worded = constraint.violation_error_message != constraint.default_violation_error_message
        if worded and constraint.name in str(error):
            return str(constraint.violation_error_message)
    return "与已登记的数据冲突，没有办理；请刷新页面核对后再试。"
