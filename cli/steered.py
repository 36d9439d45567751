"""Whether what was asked went well: the exit code of the command says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from core.commands import CommandState
from operations.table import Capability

FAILED: Final = 1
DIFFERENT: Final = 3
"""As `diff` has a code of its own for what differs, so that scripts can tell it from what went wrong."""

_BADLY: Final = frozenset(
    {CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT, CommandState.NOT_SUPPORTED}
)


_DIFFERS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "dashboards.diff": lambda answer: not answer["same"],
    "stations.plan": lambda answer: answer["differs"],
    "stations.drift": lambda answer: any(row["closed_at_utc"] is None for row in answer["items"]),
}
_LOOKS: Final = "dashboards.diff"
_NOT_SEEN: Final = ("failed", "unsure", "not_reached")
"""What a comparison says of things that it could not compare; that is worse than a difference."""

_FAILS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "dashboards.push": lambda answer: not answer["complete"],
    "stations.apply": lambda answer: answer["failed"] > 0,
}
"""What in an answer says that something differs, or that not all went well."""


def exit_code(name: str, capability: Capability, answer: bytes) -> int:
    """Return 1 where not all went well, 3 where a comparison found a difference, else 0."""
    if name == _LOOKS and any(step["outcome"] in _NOT_SEEN for step in json.loads(answer)["steps"]):
        return FAILED
    if name in _DIFFERS:
        return DIFFERENT if _DIFFERS[name](json.loads(answer)) else 0
    if name in _FAILS:
        return FAILED if _FAILS[name](json.loads(answer)) else 0
    return 0 if went_well(capability, answer) else FAILED


def went_well(capability: Capability, answer: bytes) -> bool:
    """Return False where a charge point refused, failed or kept silent; what still goes on is no failure."""
    if getattr(capability.result, "__name__", "") != "AskedCommands":
        return True
    return not any(row["progress"] in _BADLY for row in json.loads(answer)["items"])
