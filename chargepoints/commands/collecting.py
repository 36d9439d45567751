"""Reports that come in parts, put together until the station says that it was the last.

What is collected is in memory only, up to a bound; the journal has every part.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from chargepoints.commands.answers import parts, text, whole
from chargepoints.commands.diagnosing import told_message, told_monitor
from chargepoints.commands.limits import told_schedule
from chargepoints.commands.settings import told_report
from chargepoints.decoding.events import Reported

_OPEN = 500
_ITEMS = 50_000

Item = Mapping[str, Any]


def _told_profile(item: Item) -> list[dict[str, Any]]:
    """Return a limit that a ReportChargingProfiles tells."""
    schedules = parts(item, "chargingSchedule")
    return [
        {
            "profile": whole(item, "id"),
            "connector": whole(item, "evseId"),
            "source": text(item, "chargingLimitSource"),
            "purpose": text(item, "chargingProfilePurpose"),
            "stack_level": whole(item, "stackLevel"),
            "kind": text(item, "chargingProfileKind"),
            "until": text(item, "validTo"),
            "schedules": [told_schedule(schedule, text(schedule, "startSchedule")) for schedule in schedules],
        }
    ]


def _told_customer(item: Item) -> list[dict[str, Any]]:
    """Return a piece of what a station knows of a customer, sealed as the journal has it."""
    return [{"data": text(item, "data")}]


NAMED: Mapping[str, tuple[str, Callable[[Item], list[dict[str, Any]]]]] = {
    "NotifyReport": ("settings", told_report),
    "NotifyMonitoringReport": ("monitors", told_monitor),
    "NotifyDisplayMessages": ("messages", told_message),
    "ReportChargingProfiles": ("limits", _told_profile),
    "NotifyCustomerInformation": ("customer", _told_customer),
}
"""Under which name a message's items stand in a command's result, and how they are told."""


class Collecting:
    """The parts of reports that are under way, by station and number."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, int], list[dict[str, Any]]] = OrderedDict()

    def add(self, station: str, reported: Reported) -> dict[str, Any] | None:
        """Take a part; return the whole result once the last part is there.

        A result that grew too large has `cut` set; the oldest of too many reports is given up.
        """
        name, tell = NAMED[reported.action]
        key = station, reported.request
        items = self._open.setdefault(key, [])
        for item in reported.items if len(items) < _ITEMS else ():
            items += tell(item)
        if not reported.last:
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return None
        del self._open[key]
        return {name: items[:_ITEMS]} | ({"cut": True} if len(items) > _ITEMS else {})

    def forget(self, station: str, request: int) -> None:
        """Drop what came of a report that nobody waits for any more."""
        self._open.pop((station, request), None)
