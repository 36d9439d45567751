"""Settings of stations: 1.6 keys and 2.x variables to one list of names and values, secrets never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargepoints.commands.answers import Answer, part, parts, text, whole
from chargepoints.commands.sending import Outcome, Payload, given
from core.command_requests import Setting
from core.commands import CommandState
from core.secrets import is_secret_setting
from core.texts import Finding
from core.variable_names import VariableName


def told_keys(answer: Answer) -> Outcome:
    """Return the settings of a GetConfiguration.conf, and the names the station does not know."""
    settings = [
        {
            "key": text(item, "key"),
            "value": _open(text(item, "key"), item.get("value")),
            "read_only": bool(item.get("readonly")),
        }
        for item in parts(answer, "configurationKey")
    ]
    unknown = answer.get("unknownKey")
    names = [str(name) for name in unknown] if isinstance(unknown, list) else []
    return Outcome(state=CommandState.DONE, result={"settings": settings, "unknown": names})


def wire_place(name: VariableName) -> Payload:
    """Return component and variable as 2.x writes them; without the variable where none is named."""
    evse = None if name.evse is None else {"id": name.evse, **given(connectorId=name.connector)}
    variable = {"name": name.variable, **given(instance=name.variable_instance)} if name.variable else None
    component = {"name": name.component, **given(instance=name.instance, evse=evse)}
    return {"component": component, **given(variable=variable)}


def wire_get(key: str) -> Payload:
    """Return a variable as GetVariables asks for it."""
    name = VariableName.parse(key)
    return {**wire_place(name), **given(attributeType=name.attribute)}


def wire_set(setting: Setting) -> Payload:
    """Return a variable as SetVariables sets it."""
    return {"attributeValue": setting.value, **wire_get(setting.key)}


def name_of(item: Answer, attribute: str = "") -> str:
    """Return the name of a variable in an answer or a report."""
    component, variable = part(item, "component"), part(item, "variable")
    evse = part(component, "evse")
    return str(
        VariableName(
            text(component, "name"),
            text(variable, "name"),
            text(component, "instance"),
            text(variable, "instance"),
            evse=whole(evse, "id"),
            connector=whole(evse, "connectorId"),
            attribute=attribute or text(item, "attributeType"),
        )
    )


def told_variables(answer: Answer) -> Outcome:
    """Return the settings of a GetVariablesResponse, those it does not know, and those it will not tell."""
    settings: list[dict[str, Any]] = []
    unknown: list[str] = []
    refused: list[dict[str, str]] = []
    for item in parts(answer, "getVariableResult"):
        key, status = name_of(item), text(item, "attributeStatus")
        if status.casefold() == "accepted":
            settings.append({"key": key, "value": _open(key, item.get("attributeValue")), "read_only": None})
        elif status.casefold().startswith("unknown"):
            unknown.append(key)
        else:
            refused.append({"key": key, "status": status})
    result = {"settings": settings, "unknown": unknown, "refused": refused}
    return Outcome(state=CommandState.DONE, result=result)


def told_set(answer: Answer) -> Outcome:
    """Return which variables were set; not done where one was not."""
    results = [
        {"key": name_of(item), "status": text(item, "attributeStatus"), **_info(item)}
        for item in parts(answer, "setVariableResult")
    ]
    words = [str(item["status"]).casefold() for item in results]
    result = {"results": results, "reboot_required": "rebootrequired" in words}
    refused = [item for item in results if str(item["status"]).casefold() not in ("accepted", "rebootrequired")]
    if not results:
        return Outcome(state=CommandState.FAILED, result=result, finding=Finding.of("ocpp.answer_without_status"))
    if not refused:
        return Outcome(state=CommandState.DONE, result=result)
    finding = Finding.of("ocpp.setting_refused", key=refused[0]["key"], status=refused[0]["status"])
    return Outcome(state=CommandState.REJECTED, result=result, finding=finding)


def told_report(item: Answer) -> list[dict[str, Any]]:
    """Return the settings that one entry of a NotifyReport tells, one per attribute; without `type` it is Actual."""
    characteristics = part(item, "variableCharacteristics")
    about = given(
        unit=text(characteristics, "unit"),
        type=text(characteristics, "dataType"),
        lowest=characteristics.get("minLimit"),
        highest=characteristics.get("maxLimit"),
        choices=text(characteristics, "valuesList"),
        can_be_monitored=characteristics.get("supportsMonitoring"),
    )
    return [
        {
            "key": (key := name_of(item, text(attribute, "type"))),
            "value": _open(key, attribute.get("value")),
            "read_only": text(attribute, "mutability") == "ReadOnly",
            "constant": bool(attribute.get("constant")),
            **about,
        }
        for attribute in parts(item, "variableAttribute")
    ]


def _open(key: str, value: object) -> str | None:
    """Return a setting's value as text; None where there is none or nobody may see it."""
    return None if value is None or is_secret_setting(key) else str(value)


def _info(item: Mapping[str, Any]) -> dict[str, str]:
    info = part(item, "attributeStatusInfo")
    reason = " ".join(filter(None, (text(info, "reasonCode"), text(info, "additionalInfo"))))
    return {"reason": reason} if reason else {}
