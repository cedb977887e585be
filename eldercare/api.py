"""Base classes of the REST API."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.views import exception_handler


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


def explain(exception, context):
    return exception_handler(exception, context)
