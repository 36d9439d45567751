"""What a station may say while it is not accepted: that it booted, and what it was asked for. Nothing here waits.

OCPP 2.0.1 B02 and B03: between a BootNotification that was answered with Pending or Rejected and one that is accepted,
every other call is refused with SecurityError, except what answers a call of ours. 1.6 (4.2) asks the same of stations
and leaves open what a central system does with those that talk all the same; they are treated alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

BOOT: Final = "BootNotification"
_TRIGGERS: Final = frozenset({"TriggerMessage", "ExtendedTriggerMessage"})
_SOON: Final = timedelta(minutes=5)
_LONG: Final = timedelta(hours=6)

_RENAMED: Final[Mapping[str, str]] = {
    "SignChargePointCertificate": "SignCertificate",
    "SignChargingStationCertificate": "SignCertificate",
    "SignV2GCertificate": "SignCertificate",
    "SignCombinedCertificate": "SignCertificate",
    "SignV2G20Certificate": "SignCertificate",
}
"""What a trigger calls otherwise than the message that it asks for."""

_NEVER: Final = frozenset({"TransactionEvent", "StartTransaction", "StopTransaction", "Authorize"})
"""Nobody charges at a station that is not accepted, whatever it was asked for."""

_LEADS_TO: Final[Mapping[str, tuple[str, timedelta]]] = {
    "CustomerInformation": ("NotifyCustomerInformation", _SOON),
    "GetBaseReport": ("NotifyReport", _SOON),
    "GetChargingProfiles": ("ReportChargingProfiles", _SOON),
    "GetDiagnostics": ("DiagnosticsStatusNotification", _LONG),
    "GetDisplayMessages": ("NotifyDisplayMessages", _SOON),
    "GetLog": ("LogStatusNotification", _LONG),
    "GetMonitoringReport": ("NotifyMonitoringReport", _SOON),
    "GetReport": ("NotifyReport", _SOON),
    "SignedUpdateFirmware": ("SignedFirmwareStatusNotification", _LONG),
    "UpdateFirmware": ("FirmwareStatusNotification", _LONG),
}
"""What a station sends because of a call of ours, and for how long that is taken for its reason."""


class Gate:
    """The gate of one connection: open once the station is accepted."""

    def __init__(self, *, accepted: bool) -> None:
        self.accepted = accepted
        self._asked: dict[str, datetime] = {}

    def asked(self, action: str, payload: Mapping[str, Any], at_utc: datetime) -> None:
        """Note a call of ours; what it leads to may come before its answer."""
        if action in _TRIGGERS:
            wanted = str(payload.get("requestedMessage", ""))
            self._asked[_RENAMED.get(wanted, wanted)] = at_utc + _SOON
        elif action in _LEADS_TO:
            leads_to, lasting = _LEADS_TO[action]
            self._asked[leads_to] = at_utc + lasting

    def lets(self, action: str, at_utc: datetime) -> bool:
        """Return whether the station may make this call now."""
        if self.accepted or action == BOOT:
            return True
        until_utc = self._asked.get(action)
        return action not in _NEVER and until_utc is not None and at_utc <= until_utc
