"""How a pushed thing is known again, and whether somebody has changed it since.

A dashboard carries its mark in a hidden constant: the digest of what was pushed, and the version that Grafana would
give it. It was edited where neither holds any more. Both are asked, for Grafana 13 writes back what it was given in
other words, and earlier ones count a version where nothing changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

MARK: Final = "kreiswatt_mark"
_OURS: Final = frozenset({"id", "version", "schemaVersion", "pluginVersion", "iteration"})
"""What Grafana sets itself."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was pushed last: its digest, and the version it then became."""

    digest: str
    version: int


def essence(value: Any) -> Any:
    """Return what matters of a JSON value: without what Grafana numbers itself, and without what is empty."""
    if isinstance(value, Mapping):
        kept = {
            name: essence(each) for name, each in value.items() if name not in _OURS or (name == "id" and _panel(value))
        }
        return {name: each for name, each in kept.items() if each not in (None, {}, [], "")}
    if isinstance(value, list):
        return [essence(each) for each in value]
    return value


def _panel(value: Mapping[str, Any]) -> bool:
    return "gridPos" in value


def digest(value: Any) -> str:
    """Return the digest of what matters of a value."""
    text = json.dumps(essence(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=12).hexdigest()


def marked(board: Mapping[str, Any], version: int) -> dict[str, Any]:
    """Return a dashboard with the mark of its content, to be saved over `version` (0: there is none)."""
    found = deepcopy(dict(board))
    text = f"{digest(board)}:{version + 1}"
    constant = {"type": "constant", "name": MARK, "query": text, "hide": 2, "skipUrlSync": True}
    found["templating"] = {**found.get("templating", {}), "list": [*_variables(board), constant]}
    found["id"], found["version"] = None, version
    return found


def mark_of(board: Mapping[str, Any]) -> Mark | None:
    """Return the mark that a dashboard carries, None if it is not ours."""
    for variable in _variables(board):
        if variable.get("name") == MARK:
            told, _, version = str(variable.get("query", "")).partition(":")
            return Mark(told, int(version)) if told and version.isdecimal() else None
    return None


def unmarked(board: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dashboard without its mark."""
    found = dict(board)
    kept = [variable for variable in _variables(board) if variable.get("name") != MARK]
    found["templating"] = {**found.get("templating", {}), "list": kept}
    return found


def is_edited(board: Mapping[str, Any]) -> bool:
    """Return whether somebody saved a dashboard of ours since it was pushed; one without a mark is somebody's own."""
    mark = mark_of(board)
    if mark is None:
        return True
    return mark.version != board.get("version") and mark.digest != digest(unmarked(board))


def _variables(board: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    templating = board.get("templating")
    return templating.get("list") or [] if isinstance(templating, Mapping) else []
