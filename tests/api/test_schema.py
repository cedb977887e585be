"""The OpenAPI schema and its page."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from endpoints import LISTS

from plans.models import ReportingPeriod

PATHS = (*LISTS, "coverage")


@pytest.fixture
def schema(api):
    return json.loads(api.get("schema/", Accept="application/vnd.oai.openapi+json").content)


def test_the_schema_generates_without_a_warning(db):
    written = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    assert written.getvalue().startswith("openapi: 3")


def test_every_endpoint_is_described(schema):
    assert sorted(schema["paths"]) == sorted(f"/api/v1/{name}/" for name in PATHS)
    assert all(list(methods) == ["get"] for methods in schema["paths"].values())


@pytest.mark.parametrize("name", [name for name in PATHS if name != "coverage"])
def test_described_rows_are_the_rows_that_come(api, register, wulong, schema, entered, name):
    register()
    ReportingPeriod.objects.create(district=wulong, month=date(2020, 12, 1), due_on=date(2021, 1, 5))
    [row, *_] = api.body(f"{name}/")["results"]
    answer = schema["paths"][f"/api/v1/{name}/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    page = schema["components"]["schemas"][answer["$ref"].rpartition("/")[2]]
    described = schema["components"]["schemas"][page["properties"]["results"]["items"]["$ref"].rpartition("/")[2]]
    assert list(described["properties"]) == list(row)


def test_every_parameter_is_described(schema, api):
    for path, methods in schema["paths"].items():
        named = [parameter["name"] for parameter in methods["get"]["parameters"]]
        _, words = api.detail(path.removeprefix("/api/v1/") + "?nonsense=1")
        told = words.partition("可用的参数：")[2].rstrip("。").split("、")
        assert sorted(named) == sorted(told)


def test_the_token_is_described(schema):
    assert schema["components"]["securitySchemes"]["token"]["name"] == "Authorization"


def test_the_schema_needs_an_account(client, db):
    assert client.get("/api/v1/schema/").status_code == 401


def test_the_page_asks_for_a_login_and_loads_only_from_this_server(client, api):
    assert client.get("/api/v1/docs/").status_code == 302
    page = api.get("docs/").content.decode()
    assert "swagger-ui" in page
    assert "<style" not in page
    assert "style=" not in page
    assert 'src="http' not in page
    assert api.get("docs/?script=").headers["Content-Type"].startswith("application/javascript")
