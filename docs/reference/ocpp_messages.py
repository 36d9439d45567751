"""Writes the page of OCPP messages from the tables of `chargepoints`: `python docs/reference/ocpp_messages.py`."""  # noqa: INP001 - a script

from __future__ import annotations

import json
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
    CommandKind.CANCEL_RESERVATION: "stations.cancel_reservation",
    CommandKind.LIMIT: "stations.limit",
    CommandKind.CLEAR_LIMIT: "stations.clear_limit",
    CommandKind.GET_LIMITS: "stations.limits",
    CommandKind.COMPOSITE_SCHEDULE: "stations.schedule",
    CommandKind.GET: "stations.get",
    CommandKind.SET: "stations.set",
    CommandKind.REPORT: "stations.report",
    CommandKind.NETWORK_PROFILE: "stations.network_profile",
    CommandKind.TRIGGER: "stations.trigger",
    CommandKind.CLEAR_CACHE: "stations.clear_cache",
    CommandKind.PASSWORD: "stations.password",
    CommandKind.LIST_VERSION: "stations.list_version",
    CommandKind.SEND_LIST: "stations.send_list",
    CommandKind.FIRMWARE: "stations.firmware",
    CommandKind.PUBLISH_FIRMWARE: "stations.publish_firmware",
    CommandKind.UNPUBLISH_FIRMWARE: "stations.unpublish_firmware",
    CommandKind.LOG: "stations.log",
    CommandKind.INSTALL_CERTIFICATE: "stations.install_certificate",
    CommandKind.DELETE_CERTIFICATE: "stations.delete_certificate",
    CommandKind.LIST_CERTIFICATES: "stations.certificates",
    CommandKind.CERTIFICATE_SIGNED: "certificates.list",
    CommandKind.DATA_TRANSFER: "stations.transfer",
    CommandKind.SET_MESSAGE: "stations.display",
    CommandKind.GET_MESSAGES: "stations.displayed",
    CommandKind.CLEAR_MESSAGE: "stations.clear_display",
    CommandKind.SET_MONITORING: "stations.monitor",
    CommandKind.CLEAR_MONITORING: "stations.clear_monitor",
    CommandKind.MONITORING_BASE: "stations.monitoring_base",
    CommandKind.MONITORING_LEVEL: "stations.monitoring_level",
    CommandKind.MONITORING_REPORT: "stations.monitors",
    CommandKind.CUSTOMER_INFORMATION: "stations.customer",
    CommandKind.TRANSACTION_STATUS: "stations.transaction",
    CommandKind.COST_UPDATED: "stations.cost",
}
"""Which capability asks for each kind of command."""

BY_ITSELF = frozenset({CommandKind.CERTIFICATE_SIGNED})
"""Kinds that are sent because a station asked for it; their capability shows what came of it."""

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
    "NotifyCustomerInformation": "commands.show",
    "NotifyDisplayMessages": "commands.show",
    "NotifyEVChargingNeeds": "commands.show",
    "NotifyEvent": "stations.events",
    "NotifyMonitoringReport": "commands.show",
    "NotifyReport": "commands.show",
    "PublishFirmwareStatusNotification": "stations.events",
    "ReportChargingProfiles": "commands.show",
    "ReservationStatusUpdate": "stations.events",
    "SecurityEventNotification": "stations.events",
    "SignCertificate": "certificates.list",
    "SignedFirmwareStatusNotification": "stations.events",
    "StartTransaction": "sessions.show",
    "StatusNotification": "stations.show",
    "StopTransaction": "sessions.show",
    "TransactionEvent": "sessions.show",
}
"""Which capability shows what stations say."""

CASES: Mapping[str, Mapping[str, list[str]]] = json.loads(Path(__file__).with_name("ocpp_cases.json").read_bytes())
"""Which messages go over the wire in which of the OCA's cases, as the tests of conformance play them."""

SHOWN = 12
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
what it said, and the cases of the Open Charge Alliance's public test documents (1.6 of September 2025, 2.0.1
part 6) in which it goes over the wire, as our tests play them: `tests/chargepoints/cases_16.py` and those beside
it. *Ours* is a message that only our own tests have. For 2.1 there is no such document: its messages are those
of 2.0.1 and are held to its cases.

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
UNPLAYED = """
## Cases that are not played

Where a case asks for what Kreiswatt does not do, such as a contract that is signed or looked up, the case is played and
the refusal is what it shows (`TC_A_12`, `TC_M_24`, `TC_M_26`, `TC_M_28`). These are not played:

| Version | Cases | Why |
|---|---|---|
"""
GAP = "**nothing uses it yet**"

NOT_PLAYED: tuple[tuple[str, str, str], ...] = (
    (
        "2.0.1",
        "TC_C_50, TC_C_51, TC_C_52",
        "contract certificates of vehicles (Plug & Charge) are answered `Invalid` and `CertChainError`, not verified",
    ),
    (
        "2.0.1",
        "TC_K_02",
        "for a central system that sends a session's limit while no session runs; none is sent here (K01.FR.03)",
    ),
)
"""Cases for central systems that are not played, and why."""


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
    """Return the cases of a message, the first of many; 2.1 is held to those of 2.0.1."""
    held_to = Protocol.OCPP_201 if version is Protocol.OCPP_21 else version
    cases = CASES[held_to.value].get(action, [])
    more = f" and {len(cases) - SHOWN} more" if len(cases) > SHOWN else ""
    return ", ".join(cases[:SHOWN]) + more or "ours"


def page() -> str:
    """Return the text of the page."""
    parts = [HEAD]
    for version, title in TITLES.items():
        parts.append(f"\n## {title}\n\n| Message | Direction | Capability | Cases |\n|---|---|---|---|\n")
        parts += [f"| {row.action} | {row.direction} | {row.use} | {row.cases} |\n" for row in rows(version)]
    parts.append(UNPLAYED)
    parts += [f"| {version} | {cases} | {why} |\n" for version, cases, why in NOT_PLAYED]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} written")  # noqa: T201 - a script says what it did
