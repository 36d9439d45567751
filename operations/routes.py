"""Where a row stands in the REST API; known to the server and to the command line alike."""

from __future__ import annotations

from operations.table import Capability

ROOT = "/api/v1"

FILES = f"{ROOT}/imports/files"
"""Takes files, which rows then name by their digest."""

ASKED: frozenset[str] = frozenset(
    {
        "history",
        "areas",
        "authority",
        "bookings",
        "candidates",
        "configuration",
        "drift",
        "plan",
        "profile",
        "costs",
        "days",
        "diff",
        "events",
        "faults",
        "infrastructure",
        "local_list",
        "logs",
        "gaps",
        "payments",
        "proposals",
        "preview",
        "withdrawal",
        "report",
        "revenue",
        "scenario",
        "unknown",
        "use_of_funds",
    }
)
"""Verbs that only ask."""


def route_of(name: str, capability: Capability) -> tuple[str, str]:
    """Return method and path of a row, the key of a show in braces."""
    subject, verb = name.split(".")
    if verb == "list" or (verb == "show" and capability.key is None):
        return "GET", f"{ROOT}/{subject}"
    if verb == "show":
        return "GET", f"{ROOT}/{subject}/{{{capability.key}}}"
    return "GET" if verb in ASKED and not capability.long else "POST", f"{ROOT}/{subject}/{verb}"
