"""Where text becomes requests and results become JSON: the same for REST, command line and pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from core.errors import RequestError
from core.texts import Finding
from operations.table import Capability


class InvalidRequestError(RequestError):
    """A request with wrong fields; `findings` holds one finding per field, its name as parameter `field`."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("request.invalid", count=len(findings))
        self.findings = tuple(findings)


def read_request(capability: Capability, given: Mapping[str, Any]) -> Any:
    """Return the request made of plain values; text is read as the field's type.

    Raises `InvalidRequestError` naming every unknown, missing or wrong field at once.
    """
    known = {field.name for field in capability.fields}
    wrong = [Finding.of("request.field_unknown", field=name[:80]) for name in given if name not in known]
    try:
        request = request_adapter(capability).validate_python({n: v for n, v in given.items() if n in known})
    except ValidationError as error:
        wrong += [_finding(entry) for entry in error.errors(include_url=False)]
    if wrong:
        raise InvalidRequestError(wrong)
    return request


def write_result(capability: Capability, result: Any) -> bytes:
    """Return a result as JSON, in stored units, instants in UTC."""
    return result_adapter(capability).dump_json(result)


@cache
def request_adapter(capability: Capability) -> TypeAdapter[Any]:
    """Return the reader of a capability's requests, made once."""
    return TypeAdapter(capability.request)


@cache
def result_adapter(capability: Capability) -> TypeAdapter[Any]:
    """Return the writer of a capability's results, made once."""
    return TypeAdapter(capability.result)


_CODES = {
    "missing": "request.field_missing",
    "enum": "request.field_not_one_of",
    "literal_error": "request.field_not_one_of",
    "greater_than_equal": "request.field_too_small",
    "greater_than": "request.field_too_small",
    "less_than_equal": "request.field_too_large",
    "less_than": "request.field_too_large",
    "string_type": "request.field_not_text",
    "string_too_short": "request.field_too_short",
    "string_too_long": "request.field_too_long",
    "tuple_type": "request.field_not_a_list",
    "missing_argument": "request.field_missing",
}
_KINDS = {
    "int": "request.field_not_an_integer",
    "float": "request.field_not_a_number",
    "bool": "request.field_not_a_boolean",
    "datetime": "request.field_not_an_instant",
}


def _finding(entry: Any) -> Finding:
    kind: str = entry["type"]
    code = _CODES.get(kind) or _KINDS.get(kind.partition("_")[0], "request.field_invalid")
    context = entry.get("ctx", {})
    bound = next(
        (context[name] for name in ("ge", "gt", "le", "lt", "min_length", "max_length") if name in context), ""
    )
    field = ".".join(map(str, entry["loc"])) or "body"
    return Finding.of(code, field=field, expected=str(context.get("expected", bound)))


@cache
def many(capability: Capability) -> frozenset[str]:
    """Return the names of the request's fields that take several values."""
    hints = get_type_hints(capability.request)
    return frozenset(
        name for name, hint in hints.items() if tuple in {get_origin(each) for each in (hint, *get_args(hint))}
    )
