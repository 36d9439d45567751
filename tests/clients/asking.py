"""What we ask of a station in the tests, one call of each kind, in the order asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_NOW = datetime.now(UTC)  # noqa: TID251 - a request for the future
SOON = (_NOW + timedelta(hours=1)).strftime("%FT%TZ")
_LIMIT = {
    "chargingRateUnit": "W",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6100.5}],
}
_COMPONENT = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
_TOKEN = {"idToken": "04A2B3C4D5", "type": "ISO14443"}
_HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "00" * 32,
    "issuerKeyHash": "11" * 32,
    "serialNumber": "1f",
}

ASKED_16: list[tuple[str, dict[str, Any]]] = [
    ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    ("GetConfiguration", {"key": ["HeartbeatInterval", "Nonsense"]}),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "300"}),
    ("ClearCache", {}),
    ("DataTransfer", {"vendorId": "de.example", "messageId": "ping", "data": "ü"}),
    ("UnlockConnector", {"connectorId": 1}),
    ("GetLocalListVersion", {}),
    (
        "SendLocalList",
        {
            "listVersion": 8,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": "04A2B3C4D5", "idTagInfo": {"status": "Accepted", "expiryDate": SOON, "parentIdTag": "G1"}}
            ],
        },
    ),
    ("ReserveNow", {"connectorId": 1, "expiryDate": SOON, "idTag": "04A2B3C4D5", "reservationId": 5}),
    ("CancelReservation", {"reservationId": 5}),
    (
        "SetChargingProfile",
        {
            "connectorId": 0,
            "csChargingProfiles": {
                "chargingProfileId": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "ChargePointMaxProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": _LIMIT,
            },
        },
    ),
    ("GetCompositeSchedule", {"connectorId": 1, "duration": 3600, "chargingRateUnit": "W"}),
    ("ClearChargingProfile", {"id": 1}),
    ("GetDiagnostics", {"location": "https://example.invalid/logs", "retries": 1}),
    ("UpdateFirmware", {"location": "https://example.invalid/firmware.bin", "retrieveDate": SOON}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
]
"""For 1.6: all but starting, stopping and the reset at the end."""

ASKED_201: list[tuple[str, dict[str, Any]]] = [
    ("ChangeAvailability", {"operationalStatus": "Operative", "evse": {"id": 1, "connectorId": 1}}),
    ("GetVariables", {"getVariableData": [_COMPONENT]}),
    ("SetVariables", {"setVariableData": [_COMPONENT | {"attributeValue": "300"}]}),
    ("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"}),
    ("GetReport", {"requestId": 2, "componentCriteria": ["Problem"]}),
    ("ClearCache", {}),
    ("DataTransfer", {"vendorId": "de.example", "messageId": "ping", "data": {"a": 1}}),
    ("UnlockConnector", {"evseId": 1, "connectorId": 1}),
    ("GetLocalListVersion", {}),
    (
        "SendLocalList",
        {
            "versionNumber": 8,
            "updateType": "Full",
            "localAuthorizationList": [
                {
                    "idToken": _TOKEN,
                    "idTokenInfo": {"status": "Accepted", "groupIdToken": {"idToken": "G1", "type": "Central"}},
                }
            ],
        },
    ),
    ("ReserveNow", {"id": 5, "expiryDateTime": SOON, "idToken": _TOKEN, "evseId": 1}),
    ("CancelReservation", {"reservationId": 5}),
    (
        "SetChargingProfile",
        {
            "evseId": 0,
            "chargingProfile": {
                "id": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "ChargingStationMaxProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": [{"id": 1, **_LIMIT}],
            },
        },
    ),
    ("GetChargingProfiles", {"requestId": 3, "chargingProfile": {"stackLevel": 0}}),
    ("GetCompositeSchedule", {"duration": 3600, "evseId": 1}),
    ("ClearChargingProfile", {"chargingProfileId": 1}),
    ("GetLog", {"requestId": 4, "logType": "DiagnosticsLog", "log": {"remoteLocation": "https://example.invalid/"}}),
    (
        "UpdateFirmware",
        {"requestId": 5, "firmware": {"location": "https://example.invalid/f", "retrieveDateTime": SOON}},
    ),
    ("InstallCertificate", {"certificateType": "CSMSRootCertificate", "certificate": "PEM"}),
    ("GetInstalledCertificateIds", {"certificateType": ["CSMSRootCertificate"]}),
    ("DeleteCertificate", {"certificateHashData": _HASH}),
    ("CertificateSigned", {"certificateChain": "PEM", "certificateType": "ChargingStationCertificate"}),
    (
        "SetDisplayMessage",
        {"message": {"id": 1, "priority": "NormalCycle", "message": {"format": "UTF8", "content": "Grüß Gott"}}},
    ),
    ("GetDisplayMessages", {"requestId": 6}),
    ("ClearDisplayMessage", {"id": 1}),
    (
        "SetVariableMonitoring",
        {"setMonitoringData": [_COMPONENT | {"value": 11.5, "type": "UpperThreshold", "severity": 5}]},
    ),
    ("ClearVariableMonitoring", {"id": [1]}),
    ("SetMonitoringBase", {"monitoringBase": "All"}),
    ("SetMonitoringLevel", {"severity": 5}),
    ("GetMonitoringReport", {"requestId": 7}),
    ("CustomerInformation", {"requestId": 8, "report": True, "clear": False, "idToken": _TOKEN}),
    ("GetTransactionStatus", {"transactionId": "fremd-2"}),
    ("CostUpdated", {"totalCost": 3.5, "transactionId": "fremd-2"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
]
"""For 2.0.1: all but starting, stopping and the reset at the end."""

ASKED = {"ocpp1.6": ASKED_16, "ocpp2.0.1": ASKED_201}
