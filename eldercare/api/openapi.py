"""The OpenAPI schema, made from what the endpoints declare, and its pages."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from eldercare.api.answers import XLSX
from eldercare.api.fields import Field

REFUSALS = (400, 401, 403, 404, 429)


class TokenScheme(OpenApiAuthenticationExtension):
    """How a token is sent."""

    target_class = "eldercare.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "填写：Token 加空格加令牌"}


class Problem(serializers.Serializer):
    """A refusal."""

    detail = serializers.CharField(help_text="原因")


class ContractSchema(AutoSchema):
    """Operation, parameters and answers as the view declares them; a view without `fields` names its `answer`."""

    def get_operation_id(self) -> str:
        return self.view.name

    def get_tags(self) -> list[str]:
        return ["统计数据"]

    def get_summary(self) -> str:
        return self.view.title

    def get_description(self) -> str:
        return self.view.about

    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [
            OpenApiParameter(item.name, description=item.description, **item.schema) for item in self.view.parameters
        ]

    def get_response_serializers(self) -> dict:
        fields = getattr(self.view, "fields", None)
        body = page_of(self.view.name, fields) if fields else self.view.answer
        return {
            (200, "application/json"): body,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, XLSX): OpenApiTypes.BINARY,
            **dict.fromkeys(REFUSALS, Problem),
        }


_KINDS = {
    "text": serializers.CharField,
    "integer": serializers.IntegerField,
    "number": serializers.FloatField,
    "boolean": serializers.BooleanField,
    "date": serializers.DateField,
    "moment": serializers.DateTimeField,
    "any": serializers.JSONField,
}


def described(field: Field) -> dict[str, serializers.Field]:
    """A field, and its label where it has one, as the schema writes them."""
    text = field.label
    if field.choices:
        text += "：" + "、".join(f"{code} {label}" for code, label in field.choices.items())
    made = {field.name: _serialized(field.kind, text)}
    if field.choices is not None:
        made[f"{field.name}_label"] = _serialized("list" if field.kind == "list" else "text", field.label)
    return made


def _serialized(kind: str, text: str) -> serializers.Field:
    if kind == "list":
        return serializers.ListField(child=serializers.CharField(), allow_null=True, help_text=text)
    return _KINDS[kind](allow_null=True, help_text=text)


def row_of(name: str, fields: tuple[Field, ...]) -> type[serializers.Serializer]:
    """The schema of one row."""
    parts = {key: part for field in fields for key, part in described(field).items()}
    return type(_camel(name) + "Row", (serializers.Serializer,), parts)


def page_of(name: str, fields: tuple[Field, ...]) -> type[serializers.Serializer]:
    """The schema of one page of rows."""
    parts = {
        "count": serializers.IntegerField(help_text="符合条件的总行数"),
        "next": serializers.URLField(allow_null=True, help_text="下一页"),
        "previous": serializers.URLField(allow_null=True, help_text="上一页"),
        "results": row_of(name, fields)(many=True),
    }
    return type(_camel(name) + "Page", (serializers.Serializer,), parts)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))
