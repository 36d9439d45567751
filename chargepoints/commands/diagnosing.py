"""OCPP 2.x: reports, monitoring, customer information, display messages (blocks B, N, O)."""

from __future__ import annotations

from typing import Any

from chargepoints.commands.answers import Answer, part, parts, text, whole
from chargepoints.commands.certificates import hash_data
from chargepoints.commands.sending import Context, Outcome, Payload, given, when
from chargepoints.commands.settings import name_of, wire_place
from core.command_requests import (
    ClearMessage,
    ClearMonitoring,
    CustomerInformation,
    GetConfiguration,
    GetMessages,
    Monitor,
    RequestMonitoringReport,
    RequestReport,
    SetMessage,
    SetMonitoring,
    SetMonitoringBase,
    SetMonitoringLevel,
)
from core.command_words import (
    MessagePriority,
    MessageState,
    MonitorCriterion,
    MonitoringBase,
    MonitorKind,
    ReportBase,
    ReportCriterion,
)
from core.commands import CommandState
from core.errors import RequestError
from core.texts import Finding
from core.variable_names import VariableName

BASES = {
    ReportBase.CONFIGURATION: "ConfigurationInventory",
    ReportBase.FULL: "FullInventory",
    ReportBase.SUMMARY: "SummaryInventory",
}
CRITERIA = {
    ReportCriterion.ACTIVE: "Active",
    ReportCriterion.AVAILABLE: "Available",
    ReportCriterion.ENABLED: "Enabled",
    ReportCriterion.PROBLEM: "Problem",
}
MONITORS = {
    MonitorKind.UPPER_THRESHOLD: "UpperThreshold",
    MonitorKind.LOWER_THRESHOLD: "LowerThreshold",
    MonitorKind.DELTA: "Delta",
    MonitorKind.PERIODIC: "Periodic",
    MonitorKind.PERIODIC_CLOCK_ALIGNED: "PeriodicClockAligned",
}
MONITOR_CRITERIA = {
    MonitorCriterion.THRESHOLD: "ThresholdMonitoring",
    MonitorCriterion.DELTA: "DeltaMonitoring",
    MonitorCriterion.PERIODIC: "PeriodicMonitoring",
}
MONITORING_BASES = {
    MonitoringBase.ALL: "All",
    MonitoringBase.FACTORY_DEFAULT: "FactoryDefault",
    MonitoringBase.HARD_WIRED: "HardWiredOnly",
}
PRIORITIES = {
    MessagePriority.ALWAYS_FRONT: "AlwaysFront",
    MessagePriority.IN_FRONT: "InFront",
    MessagePriority.NORMAL: "NormalCycle",
}
STATES = {
    MessageState.CHARGING: "Charging",
    MessageState.FAULTED: "Faulted",
    MessageState.IDLE: "Idle",
    MessageState.UNAVAILABLE: "Unavailable",
}

_WORST, _LEAST = 0, 9


def everything(_request: GetConfiguration, context: Context) -> Payload:
    """Ask for all variables."""
    return {"requestId": context.number, "reportBase": BASES[ReportBase.FULL]}


def base_report(request: RequestReport, context: Context) -> Payload:
    """Ask for a whole report."""
    return {"requestId": context.number, "reportBase": BASES[request.base or ReportBase.FULL]}


def report(request: RequestReport, context: Context) -> Payload:
    """Ask for what fits criteria and names."""
    return {
        "requestId": context.number,
        **given(
            componentCriteria=[CRITERIA[criterion] for criterion in request.criteria] or None,
            componentVariable=_places(request.keys),
        ),
    }


def asks_for_parts(request: RequestReport) -> bool:
    """Return whether a report is by criteria or names."""
    return request.base is None and bool(request.criteria or request.keys)


def _places(keys: tuple[str, ...]) -> list[Payload] | None:
    return [wire_place(VariableName.parse(key)) for key in keys] or None


def set_monitoring(request: SetMonitoring, _context: Context) -> Payload:
    """Set monitors."""
    return {"setMonitoringData": [_monitor(monitor) for monitor in request.monitors]}


def _monitor(monitor: Monitor) -> Payload:
    name = VariableName.parse(monitor.key)
    if not name.variable:
        raise RequestError("ocpp.variable_name_invalid", name=monitor.key[:50])
    return {
        **wire_place(name),
        "type": MONITORS[monitor.kind],
        "value": monitor.value,
        "severity": _severity(monitor.severity),
        **given(id=monitor.number, transaction=monitor.during_sessions_only or None),
    }


def _severity(severity: int) -> int:
    if not _WORST <= severity <= _LEAST:
        raise RequestError("ocpp.severity_invalid", severity=severity)
    return severity


def clear_monitoring(request: ClearMonitoring, _context: Context) -> Payload:
    """Take monitors away."""
    return {"id": list(request.numbers)}


def monitoring_base(request: SetMonitoringBase, _context: Context) -> Payload:
    """Turn a set of monitors on."""
    return {"monitoringBase": MONITORING_BASES[request.base]}


def monitoring_level(request: SetMonitoringLevel, _context: Context) -> Payload:
    """Say how bad an event must be to be reported."""
    return {"severity": _severity(request.severity)}


def monitoring_report(request: RequestMonitoringReport, context: Context) -> Payload:
    """Ask which monitors are set."""
    return {
        "requestId": context.number,
        **given(
            monitoringCriteria=[MONITOR_CRITERIA[criterion] for criterion in request.criteria] or None,
            componentVariable=_places(request.keys),
        ),
    }


def customer_information(request: CustomerInformation, context: Context) -> Payload:
    """Ask what a station knows of a customer, or to forget it. Exactly one thing names the customer (N09.FR.09)."""
    named = given(
        idToken=context.token(request.tag).id_token if request.tag else None,
        customerIdentifier=request.customer,
        customerCertificate=hash_data(request.certificate) if request.certificate else None,
    )
    if len(named) != 1:
        raise RequestError("ocpp.customer_unnamed")
    return {"requestId": context.number, "report": request.report, "clear": request.clear, **named}


def set_message(request: SetMessage, context: Context) -> Payload:
    """Show a text."""
    display = {"name": "Display", "evse": {"id": request.connector}} if request.connector else None
    content = {"format": request.format.value, "content": request.text, **given(language=request.language)}
    message = {
        "id": request.number,
        "priority": PRIORITIES[request.priority],
        "message": content,
        **given(
            state=STATES[request.state] if request.state else None,
            startDateTime=when(request.from_utc),
            endDateTime=when(request.until_utc),
            transactionId=context.running(request.session).transaction if request.session else None,
            display=display,
        ),
    }
    return {"message": message}


def get_messages(request: GetMessages, context: Context) -> Payload:
    """Ask for the texts."""
    return {
        "requestId": context.number,
        **given(
            id=list(request.numbers) or None,
            priority=PRIORITIES[request.priority] if request.priority else None,
            state=STATES[request.state] if request.state else None,
        ),
    }


def clear_message(request: ClearMessage, _context: Context) -> Payload:
    """Take a text away."""
    return {"id": request.number}


def told_monitors(answer: Answer) -> Outcome:
    """Return which monitors were set, with their numbers."""
    results = [
        {
            "key": name_of(item),
            "kind": text(item, "type"),
            "number": whole(item, "id"),
            "status": text(item, "status"),
        }
        for item in parts(answer, "setMonitoringResult")
    ]
    return _all_accepted(results, "key")


def told_cleared(answer: Answer) -> Outcome:
    """Return which monitors were taken away."""
    results = [
        {"number": whole(item, "id"), "status": text(item, "status")} for item in parts(answer, "clearMonitoringResult")
    ]
    return _all_accepted(results, "number")


def _all_accepted(results: list[dict[str, Any]], name: str) -> Outcome:
    if not results:
        return Outcome(state=CommandState.FAILED, finding=Finding.of("ocpp.answer_without_status"))
    refused = [item for item in results if str(item["status"]).casefold() != "accepted"]
    if not refused:
        return Outcome(state=CommandState.DONE, result={"results": results})
    finding = Finding.of("ocpp.setting_refused", key=str(refused[0][name]), status=str(refused[0]["status"]))
    return Outcome(state=CommandState.REJECTED, result={"results": results}, finding=finding)


def told_monitor(item: Answer) -> list[dict[str, Any]]:
    """Return the monitors that one entry of a NotifyMonitoringReport tells."""
    key = name_of(item)
    return [
        {
            "key": key,
            "number": whole(monitor, "id"),
            "kind": text(monitor, "type"),
            "value": monitor.get("value"),
            "severity": whole(monitor, "severity"),
            "during_sessions_only": bool(monitor.get("transaction")),
        }
        for monitor in parts(item, "variableMonitoring")
    ]


def told_message(item: Answer) -> list[dict[str, Any]]:
    """Return a text that a NotifyDisplayMessages tells."""
    content = part(item, "message")
    return [
        {
            "number": whole(item, "id"),
            "text": text(content, "content"),
            "language": text(content, "language"),
            "priority": text(item, "priority"),
            "state": text(item, "state"),
            "from": text(item, "startDateTime"),
            "until": text(item, "endDateTime"),
        }
    ]
