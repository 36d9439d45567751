"""Writes the page of OCPP messages from the tables of `chargepoints`: `python docs/reference/ocpp_messages.py`."""  # noqa: INP001 - a script

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from chargepoints.commands.composing import COMMANDS, NOT_SENT
from chargepoints.schemas import schemas_of
from chargepoints.understanding import ROUTES
from core.commands import CommandKind
from core.facts import Protocol
from operations.table import CAPABILITIES

PAGE = Path(__file__).parents[1] / "ocpp.md"

ASKED_BY: Mapping[CommandKind, str] = {
    CommandKind.START: "stations.start",
    CommandKind.STOP: "stations.stop",
    CommandKind.RESET: "stations.reset",
    CommandKind.UNLOCK: "stations.unlock",
    CommandKind.AVAILABILITY: "stations.availability",
    CommandKind.RESERVE: "stations.reserve",
    CommandKind.CANCEL_RESERVATION: "stations.cancel-reservation",
    CommandKind.LIMIT: "stations.limit",
    CommandKind.CLEAR_LIMIT: "stations.clear-limit",
    CommandKind.GET_LIMITS: "stations.limits",
    CommandKind.COMPOSITE_SCHEDULE: "stations.schedule",
    CommandKind.GET: "stations.get",
    CommandKind.SET: "stations.set",
    CommandKind.REPORT: "stations.report",
    CommandKind.NETWORK_PROFILE: "stations.profile",
    CommandKind.TRIGGER: "stations.trigger",
    CommandKind.CLEAR_CACHE: "stations.clear-cache",
    CommandKind.LIST_VERSION: "stations.locallist",
    CommandKind.SEND_LIST: "stations.locallist-sync",
    CommandKind.FIRMWARE: "stations.firmware",
    CommandKind.PUBLISH_FIRMWARE: "stations.publish-firmware",
    CommandKind.UNPUBLISH_FIRMWARE: "stations.unpublish-firmware",
    CommandKind.LOG: "stations.logs",
    CommandKind.INSTALL_CERTIFICATE: "stations.install-certificate",
    CommandKind.DELETE_CERTIFICATE: "stations.delete-certificate",
    CommandKind.LIST_CERTIFICATES: "stations.certificates",
    CommandKind.CERTIFICATE_SIGNED: "stations.certificates",
    CommandKind.DATA_TRANSFER: "stations.send",
    CommandKind.SET_MESSAGE: "stations.message",
    CommandKind.GET_MESSAGES: "stations.messages",
    CommandKind.CLEAR_MESSAGE: "stations.clear-message",
    CommandKind.SET_MONITORING: "stations.monitoring",
    CommandKind.CLEAR_MONITORING: "stations.clear-monitoring",
    CommandKind.MONITORING_BASE: "stations.monitoring-base",
    CommandKind.MONITORING_LEVEL: "stations.monitoring-level",
    CommandKind.MONITORING_REPORT: "stations.monitors",
    CommandKind.CUSTOMER_INFORMATION: "stations.customer-information",
    CommandKind.TRANSACTION_STATUS: "stations.transaction-status",
    CommandKind.COST_UPDATED: "stations.cost",
}
"""Which capability asks for each kind of command."""

SHOWN_BY: Mapping[str, str] = {
    "Authorize": "tags.list",
    "BootNotification": "stations.show",
    "ClearedChargingLimit": "stations.events",
    "DataTransfer": "stations.events",
    "DiagnosticsStatusNotification": "stations.events",
    "FirmwareStatusNotification": "stations.events",
    "Heartbeat": "stations.show",
    "LogStatusNotification": "stations.events",
    "MeterValues": "sessions.show",
    "NotifyChargingLimit": "stations.events",
    "NotifyCustomerInformation": "stations.command",
    "NotifyDisplayMessages": "stations.command",
    "NotifyEvent": "stations.events",
    "NotifyMonitoringReport": "stations.command",
    "NotifyReport": "stations.command",
    "PublishFirmwareStatusNotification": "stations.events",
    "ReportChargingProfiles": "stations.command",
    "ReservationStatusUpdate": "stations.events",
    "SecurityEventNotification": "stations.events",
    "SignCertificate": "stations.certificates",
    "SignedFirmwareStatusNotification": "stations.events",
    "StartTransaction": "sessions.show",
    "StatusNotification": "stations.show",
    "StopTransaction": "sessions.show",
    "TransactionEvent": "sessions.show",
}
"""Which capability shows what stations say."""

CASES_16: Mapping[str, str] = {
    "Authorize": "TC_003 TC_004_1 TC_004_2 TC_007 TC_023_1 TC_023_2 TC_023_3",
    "BootNotification": "TC_001",
    "CancelReservation": "TC_051 TC_052",
    "CertificateSigned": "TC_074",
    "ChangeAvailability": "",
    "ChangeConfiguration": "TC_021 TC_040_1 TC_040_2 TC_073 TC_083",
    "ClearCache": "TC_061",
    "ClearChargingProfile": "TC_067",
    "DataTransfer": "TC_064",
    "DeleteCertificate": "TC_076",
    "DiagnosticsStatusNotification": "TC_045_1 TC_045_2",
    "ExtendedTriggerMessage": "TC_074",
    "FirmwareStatusNotification": "TC_044_1 TC_044_2 TC_044_3",
    "GetCompositeSchedule": "TC_066",
    "GetConfiguration": "TC_019_1 TC_019_2",
    "GetDiagnostics": "TC_045_1 TC_045_2",
    "GetInstalledCertificateIds": "TC_076",
    "GetLocalListVersion": "TC_042_1 TC_042_2",
    "GetLog": "TC_079",
    "Heartbeat": "TC_001",
    "InstallCertificate": "TC_075_1 TC_075_2 TC_078",
    "LogStatusNotification": "TC_079",
    "MeterValues": "TC_003 TC_004_1",
    "RemoteStartTransaction": "TC_010 TC_011_1 TC_011_2 TC_026 TC_059",
    "RemoteStopTransaction": "TC_012 TC_028",
    "ReserveNow": "TC_046 TC_047 TC_048_1 TC_048_2 TC_048_3 TC_048_4 TC_049 TC_053",
    "Reset": "TC_013 TC_014",
    "SecurityEventNotification": "TC_078 TC_081",
    "SendLocalList": "TC_043_1 TC_043_3 TC_043_4 TC_043_5",
    "SetChargingProfile": "TC_056 TC_057",
    "SignCertificate": "TC_074",
    "SignedFirmwareStatusNotification": "TC_080 TC_081",
    "SignedUpdateFirmware": "TC_080 TC_081",
    "StartTransaction": "TC_003 TC_004_1 TC_032_1 TC_037_1 TC_037_3 TC_039",
    "StatusNotification": "TC_001 TC_005_1 TC_024",
    "StopTransaction": "TC_003 TC_004_1 TC_032_1 TC_039",
    "TriggerMessage": "TC_054 TC_055",
    "UnlockConnector": "TC_017_1 TC_017_2 TC_018_1 TC_030 TC_031",
    "UpdateFirmware": "TC_044_1 TC_044_2 TC_044_3",
}
"""Cases of the OCA's test document for central systems of 1.6; none has ChangeAvailability."""

CASES_201: Mapping[str, str] = {
    "Authorize": "TC_C_02 TC_C_06 TC_C_07 TC_C_08 TC_C_20 TC_C_37–TC_C_49",
    "BootNotification": "TC_B_01 TC_B_02 TC_B_30 TC_B_31",
    "CancelReservation": "TC_H_*",
    "CertificateSigned": "TC_A_11–TC_A_14",
    "ChangeAvailability": "TC_G_03–TC_G_20",
    "ClearCache": "TC_C_37–TC_C_49",
    "ClearChargingProfile": "TC_K_*",
    "ClearDisplayMessage": "TC_O_*",
    "ClearVariableMonitoring": "TC_N_*",
    "ClearedChargingLimit": "TC_K_*",
    "CostUpdated": "TC_I_*",
    "CustomerInformation": "TC_N_27–TC_N_32 TC_N_46 TC_N_62 TC_N_63",
    "DataTransfer": "TC_P_02 TC_P_03",
    "DeleteCertificate": "TC_M_*",
    "FirmwareStatusNotification": "TC_L_02–TC_L_24",
    "GetBaseReport": "TC_B_12–TC_B_14",
    "GetChargingProfiles": "TC_K_*",
    "GetCompositeSchedule": "TC_K_*",
    "GetDisplayMessages": "TC_O_*",
    "GetInstalledCertificateIds": "TC_M_*",
    "GetLocalListVersion": "TC_D_01–TC_D_09",
    "GetLog": "TC_N_*",
    "GetMonitoringReport": "TC_N_*",
    "GetReport": "TC_B_18",
    "GetTransactionStatus": "TC_E_29–TC_E_39",
    "GetVariables": "TC_B_06–TC_B_08",
    "Heartbeat": "TC_B_01",
    "InstallCertificate": "TC_M_*",
    "LogStatusNotification": "TC_N_*",
    "MeterValues": "TC_J_01–TC_J_11",
    "NotifyChargingLimit": "TC_K_*",
    "NotifyCustomerInformation": "TC_N_27–TC_N_32 TC_N_46 TC_N_62 TC_N_63",
    "NotifyDisplayMessages": "TC_O_*",
    "NotifyEvent": "TC_N_*",
    "NotifyMonitoringReport": "TC_N_*",
    "NotifyReport": "TC_B_12–TC_B_14 TC_B_18",
    "PublishFirmware": "TC_L_02–TC_L_24",
    "PublishFirmwareStatusNotification": "TC_L_02–TC_L_24",
    "ReportChargingProfiles": "TC_K_*",
    "RequestStartTransaction": "TC_F_01–TC_F_27",
    "RequestStopTransaction": "TC_F_01–TC_F_27",
    "ReservationStatusUpdate": "TC_H_*",
    "ReserveNow": "TC_H_*",
    "Reset": "TC_B_20–TC_B_27",
    "SecurityEventNotification": "TC_A_*",
    "SendLocalList": "TC_D_01–TC_D_09",
    "SetChargingProfile": "TC_K_*",
    "SetDisplayMessage": "TC_O_*",
    "SetMonitoringBase": "TC_N_*",
    "SetMonitoringLevel": "TC_N_*",
    "SetNetworkProfile": "TC_B_42 TC_B_44 TC_A_19",
    "SetVariableMonitoring": "TC_N_*",
    "SetVariables": "TC_B_09 TC_B_10 TC_A_09 TC_A_10",
    "SignCertificate": "TC_A_11–TC_A_14",
    "StatusNotification": "TC_G_03–TC_G_20",
    "TransactionEvent": "TC_E_01–TC_E_22 TC_E_26–TC_E_39 TC_E_53",
    "TriggerMessage": "TC_F_01–TC_F_27 TC_B_02",
    "UnlockConnector": "TC_F_01–TC_F_27",
    "UnpublishFirmware": "TC_L_02–TC_L_24",
    "UpdateFirmware": "TC_L_02–TC_L_24",
}
"""Cases of the OCA's test document for central systems of 2.0.1, part 6; a whole block where they share one."""

CASES: Mapping[Protocol, Mapping[str, str]] = {
    Protocol.OCPP_16: CASES_16,
    Protocol.OCPP_201: CASES_201,
    Protocol.OCPP_21: CASES_201,
}
OURS: Mapping[str, str] = {
    "encoded": "tests/chargepoints/test_commands.py::test_whatever_is_asked_keeps_to_the_schema_of_its_version",
    "understood": "tests/chargepoints/test_commands.py::test_every_status_of_the_specification_is_understood",
    "answered": "tests/chargepoints/test_decoding.py"
    "::test_every_route_names_schemas_that_exist_and_answers_as_they_ask",
    "named": "tests/docs/test_ocpp_page.py::test_every_message_is_used_or_says_why_not",
}
"""Tests of ours over all messages."""


def _file(what: str) -> str:
    """Return the file of a test of ours."""
    return f"`{OURS[what].partition('::')[0]}`"


HEAD = f"""\
# OCPP messages

<!-- Written by docs/reference/ocpp_messages.py from the tables of chargepoints; a test compares both. Edit those. -->

Every message of the versions that Kreiswatt speaks, which way it goes, the capability that sends it or shows
what it said, and the cases in which the Open Charge Alliance's public test documents (1.6 of September 2025,
2.0.1 part 6) use it. A `*` is the whole block, *ours* a message that no case of a document has. For 2.1 there
is no such document: it is held to the cases of 2.0.1.

Over all messages and versions stand tests of ours: what we send keeps to the schema, every status that a
station may answer is understood ({_file("encoded")}), every answer of ours keeps to the schema
({_file("answered")}), and every message is named here ({_file("named")}).

A message that is only answered is in the journal like all others. An action that the version does not know is
answered with `NotImplemented`, one that it knows for the other direction with `NotSupported`.

Settings are named as OCPP 1.6 names its keys, and for 2.x as
`Component[.instance][@evse[.connector]]/Variable[.instance][:attribute]`, for example
`OCPPCommCtrlr/HeartbeatInterval` or `EVSE@1/Power:MaxSet`.
"""
TITLES = {
    Protocol.OCPP_16: "OCPP 1.6J with the security whitepaper",
    Protocol.OCPP_201: "OCPP 2.0.1",
    Protocol.OCPP_21: "OCPP 2.1",
}
GAP = "**nothing uses it yet**"


class Row(NamedTuple):
    """A message of a version: which way it goes, what uses it or why nothing does, where it is tested."""

    action: str
    direction: str
    use: str
    cases: str


def rows(version: Protocol) -> Iterator[Row]:
    """Return the messages of a version by name; one that goes both ways has a row for each."""
    for action in sorted(schemas_of(version).actions):
        kinds = kinds_of(version, action)
        route = ROUTES[version].get(action)
        if route is not None:
            use = f"not supported: {route.unused}" if route.unused else _capabilities([SHOWN_BY.get(action, "")])
            yield Row(action, "from the station", use, _cases(version, action))
        if kinds:
            yield Row(
                action, "to the station", _capabilities(map(ASKED_BY.__getitem__, kinds)), _cases(version, action)
            )
        elif action in NOT_SENT[version]:
            yield Row(action, "to the station", f"not supported: {NOT_SENT[version][action]}", "–")
        elif route is None:
            yield Row(action, "–", GAP, "–")


def kinds_of(version: Protocol, action: str) -> list[CommandKind]:
    """Return the kinds of commands that a message says."""
    sent = COMMANDS[version].items()
    return [kind for kind, sendings in sent if any(sending.action == action for sending in sendings)]


def _capabilities(names: Iterator[str] | list[str] | map[str]) -> str:
    known = sorted({name for name in names if name in CAPABILITIES})
    links = [f"[`{name}`](reference/capabilities.md#{_anchor(name)})" for name in known]
    return ", ".join(links) or GAP


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _cases(version: Protocol, action: str) -> str:
    return CASES[version].get(action, "").replace(" ", ", ").replace("*", "\\*") or "ours"


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for version, title in TITLES.items():
        parts.append(f"\n## {title}\n\n| Message | Direction | Capability | Cases |\n|---|---|---|---|\n")
        parts += [f"| {row.action} | {row.direction} | {row.use} | {row.cases} |\n" for row in rows(version)]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} written")  # noqa: T201 - a script says what it did
