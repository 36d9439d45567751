"""Every message that a station may send, whole and bent: understood and answered by its schema, or refused."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.conformance import Refusal
from chargepoints.decoding.events import Arrival, Decision, Decoded
from chargepoints.rpc import Call
from chargepoints.schemas import schemas_of
from chargepoints.understanding import ROUTES, check, decode
from core.facts import Protocol, TagVerdict

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
FOLDERS = {Protocol.OCPP_16: "v16", Protocol.OCPP_201: "v201", Protocol.OCPP_21: "v21"}
MESSAGES = [(version, action) for version, routes in ROUTES.items() for action in routes]
DECISION = Decision(NOW, 300, TagVerdict.ACCEPTED, 7)


def _schema(version: Protocol, action: str) -> dict[str, Any]:
    name = f"{ROUTES[version][action].request}.json"
    text = (resources.files("ocpp") / FOLDERS[version] / "schemas" / name).read_text(encoding="utf-8-sig")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _example(schema: dict[str, Any], definitions: dict[str, Any], *, whole: bool) -> Any:
    """Return a value that keeps to a schema: with all its fields, or with the required ones."""
    if "$ref" in schema:
        return _example(definitions[schema["$ref"].rpartition("/")[2]], definitions, whole=whole)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        named = schema.get("properties", {}) if whole else schema.get("required", ())
        fields = {name: schema["properties"][name] for name in named if name != "customData"}
        return {name: _example(field, definitions, whole=whole) for name, field in fields.items()}
    if schema.get("type") == "array":
        return [_example(schema["items"], definitions, whole=whole)]
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> Any:
    match schema.get("type"):
        case "string" if schema.get("format") == "date-time":
            return "2026-11-22T09:59:00Z"
        case "boolean":
            return True
        case "integer" | "number":
            return min(max(1, schema.get("minimum", 1)), schema.get("maximum", 1))
        case _:
            return "1"


def _said(version: Protocol, action: str, *, whole: bool) -> dict[str, Any]:
    schema = _schema(version, action)
    said: dict[str, Any] = _example(schema, schema.get("definitions", {}), whole=whole)
    return said


def _understood(version: Protocol, action: str, said: dict[str, Any], *, lenient: bool) -> Decoded | Refusal:
    sound = check(version, Call("1", action, said), lenient=lenient)
    if isinstance(sound, Refusal):
        return sound
    decoded = decode(sound, sound.payload, Arrival("lra-01", version, NOW, 1))
    if isinstance(decoded, Refusal):
        return decoded
    answer = sound.route.answer(decoded.event, DECISION)
    assert not sound.route.response or schemas_of(version).violations(sound.route.response, answer) == ()
    sound.route.learn(decoded.event, answer)
    return decoded


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "bare"])
@pytest.mark.parametrize(("version", "action"), MESSAGES)
def test_a_message_that_keeps_to_its_schema_is_understood(version: Protocol, action: str, whole: bool) -> None:  # noqa: FBT001
    understood = _understood(version, action, _said(version, action, whole=whole), lenient=False)
    assert isinstance(understood, Decoded), understood
    assert understood.findings == ()


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, item in items for place in ((*path, key), *_places(item, (*path, key)))]


JUNK = (
    st.none()
    | st.booleans()
    | st.sampled_from([1e300, -1e300, 2**63, -1, 0, 0.5, "", "x" * 3000, "9999-12-31"])
    | st.builds(list)
    | st.builds(dict)
)


@st.composite
def bent(draw: st.DrawFn) -> tuple[Protocol, str, dict[str, Any]]:
    version, action = draw(st.sampled_from(MESSAGES))
    said = _said(version, action, whole=True)
    places = _places(said)
    for path in draw(st.lists(st.sampled_from(places), max_size=2)) if places else ():
        inner: Any = said
        with suppress(KeyError, TypeError, IndexError):  # what stood there was bent before
            for part in path[:-1]:
                inner = inner[part]
            if isinstance(inner, list) or isinstance(path[-1], str):
                inner[path[-1]] = draw(JUNK)
    return version, action, said


@settings(deadline=None, max_examples=300)
@given(bent())
def test_a_bent_message_of_any_version_is_understood_or_refused(message: tuple[Protocol, str, dict[str, Any]]) -> None:
    version, action, said = message
    assert isinstance(_understood(version, action, said, lenient=True), (Decoded, Refusal))
