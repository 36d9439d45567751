"""What values that are words are called: the value as it is published, and the code of its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from core.alarms import ALARMS, Severity
from core.facts import ConnectorStatus
from core.fleet import MatchBasis
from core.inventory import Drive, Medium
from core.work import JobState, MeterEventKind


def _said(prefix: str, values: Iterable[str]) -> Mapping[str, str]:
    return {value: f"{prefix}{value}" for value in values}


WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "alarm": _said("alarm.", ALARMS),
    "basis": _said("console.match.by_", (each.value for each in MatchBasis)),
    "booking": _said("console.booking_kind.", (each.value for each in MeterEventKind)),
    "drive": _said("console.drive.", (each.value for each in Drive)),
    "limit": _said("candidates.limit.", ("range", "no_outlet", "outlet_taken", "grid", "time")),
    "medium": _said("console.medium.", (each.value for each in Medium)),
    "run": _said("jobs.state.", (each.value for each in JobState)),
    "severity": _said("console.severity.", (each.value for each in Severity)),
    "status": _said("console.status.", (each.value for each in ConnectorStatus)),
    "suitability": _said("candidates.suitability.", ("suitable", "with_intermediate_charging", "not_suitable")),
    "yes": {"1": "boards.yes", "0": "boards.no"},
    "truth": {"true": "boards.yes", "false": "boards.no"},
}
