"""Settings read back after they were set: some stations accept every key, even unknown ones, and change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chargepoints.commands.sending import Outcome
from chargepoints.configuring.comparing import may_mean_same, plain_key
from core.command_requests import GetConfiguration, SetConfiguration
from core.commands import CommandState
from core.texts import Finding


def reading_of(request: object, outcome: Outcome) -> GetConfiguration | None:
    """Return what is to be read after settings were set; None where nobody wants it or nothing was set."""
    if not isinstance(request, SetConfiguration) or not request.read_back or outcome.state is not CommandState.DONE:
        return None
    return GetConfiguration(keys=tuple(setting.key for setting in request.settings))


def held(request: SetConfiguration, was_set: Outcome, read: Outcome) -> Outcome:
    """Return what came of settings that were set and read: failed where one is not as it was set.

    One that takes effect after a restart only may still be as it was, and one that is never told cannot be compared.
    """
    result = {**was_set.result, "settings": read.result.get("settings", [])}
    if read.state is not CommandState.DONE:
        return replace(was_set, result=result, finding=Finding.of("commands.not_read_back"))
    if after_restart(was_set.result):
        return replace(was_set, result=result)
    told = {plain_key(each.get("key")): each.get("value") for each in result["settings"]}
    for setting in request.settings:
        key = plain_key(setting.key)
        value = told.get(key, "")  # one that the station does not name is none it knows
        if value is not None and not may_mean_same(setting.value, str(value)):
            finding = Finding.of("commands.setting_not_kept", key=setting.key, said=str(value)[:80])
            return replace(was_set, state=CommandState.FAILED, result=result, finding=finding)
    return replace(was_set, result=result)


def named(request: object, outcome: Outcome) -> Outcome:
    """Return what came of one setting of several that 1.6 takes one by one, with its name."""
    if not isinstance(request, SetConfiguration) or "status" not in outcome.result:
        return outcome
    (setting,) = request.settings
    status = str(outcome.result["status"])
    result = {"results": [{"key": setting.key, "status": status}], "reboot_required": status == "RebootRequired"}
    finding = outcome.finding and Finding.of("ocpp.setting_refused", key=setting.key, status=status)
    return replace(outcome, result=result, finding=finding)


def goes_on(request: object, outcome: Outcome) -> bool:
    """Return whether the next message is sent: always after one that did well, and after a setting that was refused."""
    if outcome.state in (CommandState.DONE, CommandState.ACCEPTED):
        return True
    refused = outcome.state in (CommandState.REJECTED, CommandState.NOT_SUPPORTED)
    return refused and isinstance(request, SetConfiguration) and "status" in outcome.result


def after_restart(result: Mapping[str, Any]) -> bool:
    """Return whether something that was set takes effect after a restart only, by what the station answered."""
    words = [str(result.get("status", "")), *(str(each.get("status", "")) for each in result.get("results", ()))]
    return bool(result.get("reboot_required")) or "rebootrequired" in [word.casefold() for word in words]
