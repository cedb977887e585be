"""The schema as a file, and a page that explains it; both work offline and under the content security policy."""

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny, IsAuthenticated

from eldercare.api.errors import refusal
from eldercare.api.views import MayUseApi


class Schema(SpectacularAPIView):
    """The OpenAPI schema, for accounts that may use the API."""

    permission_classes = (IsAuthenticated, MayUseApi)

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)


class Docs(SpectacularSwaggerSplitView):
    """The schema as a page. The address asks for a login as every page does."""

    permission_classes = (AllowAny,)
    template_name = "api/docs.html"
    title = "数据接口说明"


def unknown(request: HttpRequest):
    """An address that the API does not have."""
    return refusal(404, "没有这个接口；全部接口见 /api/v1/docs/。")
