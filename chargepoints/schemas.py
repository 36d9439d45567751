"""The JSON schemas of the `ocpp` package, compiled once per version.

All run as draft 6: of draft 4 the shipped files use nothing else, except that it would refuse
`1.0` as an integer, which real stations send. `date-time` is not checked here: stations leave
the zone out, and `decoding.instants` reads time in one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import jsonschema_rs
import orjson

from core.facts import Protocol

_FOLDERS = {Protocol.OCPP_16: "v16", Protocol.OCPP_201: "v201", Protocol.OCPP_21: "v21"}
_PSEUDONYM = re.compile(r"tag:[0-9a-f]{20}|sealed:[0-9a-f]+")
_ENDINGS = ("Request", "Response", "")


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of a schema: the JSON schema keyword, where (`meterValue/0/timestamp`), and the keyword's value.

    `instance` is the offending value; it may be personal and is never told.
    """

    keyword: str
    path: tuple[str | int, ...]
    expected: object
    instance: object

    @property
    def where(self) -> str:
        """Return the path for people."""
        missing = (self.expected,) if self.keyword == "required" else ()
        return "/".join(str(part) for part in (*self.path, *missing))


class Schemas:
    """The compiled schemas of one version."""

    def __init__(self, validators: Mapping[str, jsonschema_rs.Draft6Validator]) -> None:
        self._validators = validators
        self.actions = frozenset(_action(name) for name in validators)
        """All actions of the version, whoever may send them."""

    def __contains__(self, name: object) -> bool:
        return name in self._validators

    def violations(self, name: str, payload: object) -> tuple[Violation, ...]:
        """Return how `payload` breaks the schema `name`, nothing where it does not."""
        validator = self._validators[name]
        if validator.is_valid(payload):
            return ()
        found = (
            Violation(error.kind.name, tuple(error.instance_path), error.kind.value, error.instance)
            for error in validator.iter_errors(payload)
        )
        return tuple(violation for violation in found if not _is_pseudonym(violation))


@cache
def schemas_of(protocol: Protocol) -> Schemas:
    """Return the schemas of a version, compiled at its first use."""
    folder = resources.files("ocpp") / _FOLDERS[protocol] / "schemas"
    return Schemas(
        {
            entry.name.removesuffix(".json"): jsonschema_rs.Draft6Validator(
                orjson.loads(entry.read_bytes()), validate_formats=False
            )
            for entry in folder.iterdir()
            if entry.name.endswith(".json")
        }
    )


def answer_violations(protocol: Protocol, action: str, answer: object) -> tuple[Violation, ...]:
    """Return how a station's answer to a call of ours breaks its schema; nothing for an action that has none."""
    schemas, name = schemas_of(protocol), f"{action}Response"
    return schemas.violations(name, answer) if name in schemas else ()


def _is_pseudonym(violation: Violation) -> bool:
    """Return whether only a pseudonym or a seal is too long: journalled frames carry it instead of what it hides."""
    return violation.keyword == "maxLength" and _PSEUDONYM.fullmatch(str(violation.instance)) is not None


def _action(name: str) -> str:
    return next(name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending))
