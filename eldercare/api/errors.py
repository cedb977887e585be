"""Refusals of the API: always {"detail": text}, in the words of the bureau."""

import math

from django.http import Http404, JsonResponse
from rest_framework import exceptions, status
from rest_framework.views import exception_handler

from eldercare import audit
from eldercare.pages import client_address

NOT_FOUND = "没有找到，或不在您的管理范围内。"


class Malformed(exceptions.APIException):
    """A question that cannot be answered as it was asked; the text says what to write instead."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "malformed"


class OutOfScope(Http404):
    """A region that does not exist for this account, whether it exists or not."""

    def __init__(self, text: str = NOT_FOUND) -> None:
        super().__init__(text)


def explain(exception: Exception, context: dict) -> JsonResponse | None:
    """The answer to an exception that a view may raise; None for a fault of our own, which becomes a logged 500."""
    answer = exception_handler(exception, context)
    if answer is None:
        return None
    if isinstance(exception, OutOfScope | exceptions.PermissionDenied):
        _remember(exception, context["request"])
    headers = {name: answer[name] for name in ("WWW-Authenticate", "Retry-After") if answer.has_header(name)}
    return refusal(answer.status_code, _words(exception, context["request"]), headers)


def refusal(code: int, text: str, headers: dict[str, str] | None = None) -> JsonResponse:
    """An error as JSON."""
    return JsonResponse({"detail": text}, status=code, headers=headers, json_dumps_params={"ensure_ascii": False})


def _remember(exception: Exception, request) -> None:
    detail = {"address": request.get_full_path()[:300], "reason": str(exception)[:200]}
    audit.record("access.denied", by=request.user, detail=detail, address=client_address(request))


def _words(exception: Exception, request) -> str:
    match exception:
        case exceptions.NotAuthenticated():
            return "请先登录，或在请求头中提供接口令牌：Authorization: Token 令牌。"
        case exceptions.MethodNotAllowed():
            return f"数据接口只读，不支持 {request.method} 方法。"
        case exceptions.Throttled():
            wait = f"请 {math.ceil(exception.wait)} 秒后再试" if exception.wait else "请稍后再试"
            return f"请求过于频繁，{wait}。"
        case exceptions.NotAcceptable():
            return "不支持所要的格式。"
        case exceptions.APIException():
            return str(exception.detail)
    return str(exception) or NOT_FOUND
