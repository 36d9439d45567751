"""The OpenAPI 3.1 document, made from the table and the dataclasses it names."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from console.problems import STATUS
from core.texts import catalogue
from operations.edge import request_adapter, result_adapter
from operations.routes import ROOT, route_of
from operations.table import CAPABILITIES, Capability

Json = dict[str, Any]
PROBLEM = {"$ref": "#/components/schemas/Problem"}
ERRORS = sorted({401, 422, *STATUS.values()})


@cache
def document() -> Json:
    """Return the document; every row of the table is an operation whose id is the row's name."""
    schemas, components = _schemas()
    paths: Json = {}
    for name, capability in CAPABILITIES.items():
        method, path = route_of(name, capability)
        paths.setdefault(path, {})[method.lower()] = _operation(name, capability, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kreiswatt", "version": version("kreiswatt"), "license": {"name": "EUPL-1.2"}},
        "paths": paths | _run_paths(),
        "components": {
            "schemas": components | {"Problem": _PROBLEM, "Operation": _RUN},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _schemas() -> tuple[dict[tuple[str, str], Json], Json]:
    inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for name, capability in CAPABILITIES.items():
        inputs.append((name, "validation", request_adapter(capability)))
        inputs.append((name, "serialization", result_adapter(capability)))
    found, definitions = TypeAdapter.json_schemas(inputs, ref_template="#/components/schemas/{model}")
    components: Json = definitions.get("$defs", {})
    for capability in CAPABILITIES.values():
        components[capability.request.__name__]["additionalProperties"] = False
    return {(name, mode): schema for (name, mode), schema in found.items()}, components


def _operation(name: str, capability: Capability, schemas: dict[tuple[str, str], Json]) -> Json:
    reads = route_of(name, capability)[0] == "GET"
    status, result = ("202", {"$ref": "#/components/schemas/Operation"}) if capability.long else ("200", None)
    answer = _answer(name, result or schemas[name, "serialization"])
    operation: Json = {
        "operationId": name,
        "tags": [name.partition(".")[0]],
        "summary": catalogue("en").say(f"capability.{name}"),
        "x-role": capability.role,
        "x-roles": list(capability.roles),
        "responses": {status: answer} | {str(code): _error(code) for code in ERRORS},
    }
    if reads:
        operation["parameters"] = _parameters(capability)
    else:
        operation["parameters"] = [_IDEMPOTENCY_KEY] if capability.changes else []
        operation["requestBody"] = {"required": True, "content": _content(schemas[name, "validation"])}
    return operation


def _parameters(capability: Capability) -> list[Json]:
    # Request dataclasses are flat, so each field of theirs is a parameter with its own schema.
    schema = request_adapter(capability).json_schema(ref_template="#/components/schemas/{model}")
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "path" if name == capability.key else "query",
            "required": name in required,
            "description": catalogue("en").say(f"option.{name}"),
            "schema": field,
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _run_paths() -> Json:
    one = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    run = {"$ref": "#/components/schemas/Operation"}
    runs = {"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": run}}}
    return {
        f"{ROOT}/files/{{id}}": {"get": _file() | {"parameters": one}},
        f"{ROOT}/operations": {"get": _plain("operations.list", runs)},
        f"{ROOT}/operations/{{id}}": {"get": _plain("operations.show", run) | {"parameters": one}},
        f"{ROOT}/operations/{{id}}/cancel": {"post": _plain("operations.cancel", run) | {"parameters": one}},
    }


def _plain(name: str, schema: Json) -> Json:
    return {
        "operationId": name,
        "tags": ["operations"],
        "summary": catalogue("en").say(f"capability.{name}"),
        "responses": {"200": _answer(name, schema)} | {str(code): _error(code) for code in ERRORS},
    }


def _file() -> Json:
    answer = _plain("files.show", {}) | {"tags": ["files"]}
    whole = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    answer["responses"]["200"] = {"description": catalogue("en").say("capability.files.show"), "content": whole}
    return answer


def _answer(name: str, schema: Json) -> Json:
    return {"description": catalogue("en").say(f"capability.{name}"), "content": _content(schema)}


def _content(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _error(status: int) -> Json:
    return {
        "description": catalogue("en").say(f"error.status_{status}"),
        "content": {"application/problem+json": {"schema": PROBLEM}},
    }


_IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
}
_FINDING: Json = {
    "detail": {"type": "string"},
    "code": {"type": "string"},
    "params": {"type": "object", "additionalProperties": True},
}
_PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "params"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        **_FINDING,
        "errors": {"type": "array", "items": {"type": "object", "properties": _FINDING}},
    },
}
_INSTANT: Json = {"type": "string", "format": "date-time"}
_NULL: Json = {"type": "null"}
_RUN: Json = {
    "type": "object",
    "required": ["id", "name", "actor", "state", "fraction", "begun_at_utc"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "actor": {"type": "string"},
        "state": {"enum": ["running", "done", "failed", "cancelled"]},
        "fraction": {"type": "number", "minimum": 0, "maximum": 1},
        "doing": {"anyOf": [{"type": "object", "properties": _FINDING}, _NULL]},
        "begun_at_utc": _INSTANT,
        "ended_at_utc": {"anyOf": [_INSTANT, _NULL]},
        "error": {"anyOf": [{"type": "object", "properties": _FINDING}, _NULL]},
        "result": {},
    },
}
