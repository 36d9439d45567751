"""Reports that come in parts, put together until the station says that it was the last.

What is collected is in memory only, up to a bound; the journal has every part.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Report:
    """The items of a report so far, by the station's count of its parts; those without one in order of receipt."""

    parts: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    size: int = 0
    cut: bool = False

    def take(self, part: int | None, items: list[dict[str, Any]]) -> None:
        """Add a part; one that was there already comes again and says nothing new."""
        number = len(self.parts) if part is None else part
        if number in self.parts:
            return
        if self.size >= _ITEMS:
            self.cut = True
            return
        self.parts[number] = items
        self.size += len(items)

    def whole(self) -> list[dict[str, Any]]:
        """Return all items in the order of the parts."""
        return [item for _, items in sorted(self.parts.items()) for item in items]


class Collecting:
    """The parts of reports that are under way, by station and number."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, int], Report] = OrderedDict()

    def add(self, station: str, reported: Reported) -> dict[str, Any] | None:
        """Take a part; return the whole result once the last part is there.

        A result that grew too large has `cut` set; the oldest of too many reports is given up.
        """
        name, tell = NAMED[reported.action]
        key = station, reported.request
        report = self._open.setdefault(key, Report())
        report.take(reported.part, [each for item in reported.items for each in tell(item)])
        if not reported.last:
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
            return None
        del self._open[key]
        items = report.whole()
        return {name: items[:_ITEMS]} | ({"cut": True} if report.cut or len(items) > _ITEMS else {})

    def forget(self, station: str, request: int) -> None:
        """Drop what came of a report that nobody waits for any more."""
        self._open.pop((station, request), None)
