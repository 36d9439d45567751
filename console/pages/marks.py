"""How a state looks: a shape, a tone and a word together, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LOOKS: dict[str, dict[str, tuple[str, str]]] = {
    "Outcome": {
        "created": ("good", "good"),
        "changed": ("good", "good"),
        "same": ("closed", "idle"),
        "edited": ("paused", "warn"),
        "failed": ("warn", "bad"),
        "unsure": ("warn", "warn"),
        "not_reached": ("offline", "bad"),
    },
    "RolloutState": {
        "running": ("charging", "busy"),
        "paused": ("paused", "idle"),
        "stopped": ("warn", "bad"),
        "done": ("good", "good"),
        "cancelled": ("closed", "idle"),
    },
    "StationRollout": {
        "waiting": ("reserved", "idle"),
        "asked": ("charging", "busy"),
        "proving": ("charging", "busy"),
        "done": ("good", "good"),
        "failed": ("warn", "bad"),
        "skipped": ("closed", "idle"),
    },
    "CertificateState": {
        "in_use": ("good", "good"),
        "issued": ("paused", "idle"),
        "sent": ("charging", "busy"),
        "rejected": ("warn", "bad"),
        "deleted": ("closed", "idle"),
        "superseded": ("closed", "idle"),
    },
    "Urgency": {
        "fine": ("good", "good"),
        "soon": ("paused", "warn"),
        "urgent": ("warn", "bad"),
        "over": ("offline", "bad"),
    },
    "Light": {"green": ("good", "good"), "yellow": ("warn", "warn"), "red": ("offline", "bad")},
    "BillVerdict": {
        "agrees": ("good", "good"),
        "differs": ("warn", "warn"),
        "not_compared": ("unknown", "idle"),
    },
    "BudgetStatus": {
        "kept": ("good", "good"),
        "tight": ("paused", "warn"),
        "over_expected": ("warn", "warn"),
        "exceeded": ("warn", "bad"),
        "unknown": ("unknown", "idle"),
    },
    "AlarmState": {
        "pending": ("unknown", "idle"),
        "active": ("warn", "bad"),
        "acknowledged": ("paused", "warn"),
        "cleared": ("good", "good"),
    },
    "Severity": {
        "info": ("info", "idle"),
        "warning": ("warn", "warn"),
        "critical": ("warn", "bad"),
    },
    "ImportState": {
        "running": ("charging", "busy"),
        "done": ("good", "good"),
        "broken_off": ("warn", "warn"),
        "withdrawn": ("closed", "idle"),
    },
    "LetterState": {
        "waiting": ("paused", "idle"),
        "sent": ("good", "good"),
        "dead": ("warn", "bad"),
    },
    "ConnectorStatus": {
        "available": ("available", "good"),
        "preparing": ("occupied", "idle"),
        "charging": ("charging", "busy"),
        "suspended_ev": ("paused", "idle"),
        "suspended_evse": ("paused", "warn"),
        "finishing": ("occupied", "idle"),
        "occupied": ("occupied", "idle"),
        "reserved": ("reserved", "idle"),
        "unavailable": ("closed", "warn"),
        "faulted": ("warn", "bad"),
    },
    "StationState": {
        "offline": ("offline", "bad"),
        "faulted": ("warn", "bad"),
        "unavailable": ("closed", "warn"),
        "charging": ("charging", "busy"),
        "occupied": ("occupied", "idle"),
        "available": ("available", "good"),
        "unknown": ("unknown", "idle"),
    },
    "Freshness": {
        "fresh": ("good", "good"),
        "late": ("paused", "warn"),
        "silent": ("warn", "bad"),
        "never": ("unknown", "idle"),
        "computed": ("info", "idle"),
        "by_hand": ("info", "idle"),
    },
    "SessionState": {
        "open": ("charging", "busy"),
        "ended": ("good", "idle"),
    },
    "JobState": {
        "running": ("charging", "busy"),
        "done": ("good", "good"),
        "failed": ("warn", "bad"),
        "cancelled": ("closed", "idle"),
        "abandoned": ("offline", "warn"),
    },
    "State": {
        "running": ("charging", "busy"),
        "done": ("good", "good"),
        "failed": ("warn", "bad"),
        "cancelled": ("closed", "idle"),
    },
}
"""Shape and tone of each member, by the name of its enum."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What `parts.state` draws: the name of a shape, a tone (good, busy, warn, bad, idle), and the word."""

    shape: str
    tone: str
    text: str


def look(member: StrEnum) -> tuple[str, str]:
    """Return shape and tone of a state."""
    return LOOKS[type(member).__name__][member.value]
