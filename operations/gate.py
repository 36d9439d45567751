"""The gate: every capability, whoever asks and whichever way, is called here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import Field, fields
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from core.errors import ForbiddenError, NotFoundError, ServiceError
from core.people import Actor
from operations.arrivals.files import FoundFile, find_file
from operations.edge import read_request
from operations.house import Call, House, Progress, silent
from operations.local import LOCAL_ROWS, is_local
from operations.schedule import JOB_ROWS
from operations.table import CAPABILITIES, Capability

_PSEUDONYM: Final = re.compile(r"tag:[0-9a-f]{20}")


class Gate:
    """Checks role and scope, writes the audit entry, calls the function."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def call(
        self, name: str, request: object, actor: Actor, now_utc: datetime, progress: Progress | None = None
    ) -> Any:
        """Return the result of capability `name`.

        A change is written to the audit before it is made, and once more if it fails, so that
        none goes unrecorded. Raises `NotFoundError` for an unknown name, `ForbiddenError` if the
        actor may not, and whatever `ServiceError` the capability raises.
        """
        capability = admitted(name, actor)
        call = Call(actor, now_utc, progress or silent)
        if not capability.changes:
            return await capability.run(self.house, request, call)
        return await self._change(name, capability, request, call)

    async def ask(
        self,
        name: str,
        given: Mapping[str, Any],
        actor: Actor,
        now_utc: datetime,
        progress: Progress | None = None,
    ) -> Any:
        """Return the result of capability `name` for a request given as plain values (form, page, program)."""
        return await self.call(name, read_request(admitted(name, actor), given), actor, now_utc, progress)

    async def fetch(self, file: str, actor: Actor, now_utc: datetime) -> FoundFile:
        """Return a file that was made. Raises `NotFoundError` if it is gone, `ForbiddenError` for somebody else's."""
        return await find_file(self.house, file, Call(actor, now_utc))

    async def _change(self, name: str, capability: Capability, request: Any, call: Call) -> Any:
        entry = (subject(request, call.actor), detail(request))
        await self.house.ledger.audit(call.actor.name, name, *entry, call.now_utc)
        try:
            return await capability.run(self.house, request, call)
        except ServiceError as error:
            await self._failed(name, entry[0], str(error.finding), call)
            raise
        except asyncio.CancelledError:
            await self._failed(name, entry[0], "operation.cancelled", call)
            raise

    async def _failed(self, name: str, subject: str, why: str, call: Call) -> None:
        await self.house.ledger.audit(call.actor.name, f"{name}.failed", subject, why, call.now_utc)


def admitted(name: str, actor: Actor) -> Capability:
    """Return the capability if the actor may ask for it. Raises `NotFoundError` or `ForbiddenError`.

    The rows of jobs are for jobs alone, those of this machine for who owns its files: no person and
    no program has a name with `job:` or `local:` before it.
    """
    capability = CAPABILITIES.get(name) or (JOB_ROWS.get(name) if actor.name.startswith("job:") else None)
    capability = capability or (LOCAL_ROWS.get(name) if is_local(actor) else None)
    if capability is None:
        raise NotFoundError("error.unknown_capability", name=name)
    if not any(actor.may(role) for role in capability.roles):
        raise ForbiddenError("error.role_missing", name=name, role=", ".join(capability.roles))
    if capability.whole and actor.sites is not None:
        raise ForbiddenError("error.scope_too_narrow", name=name)
    return capability


def subject(request: Any, actor: Actor) -> str:
    """Return what a change is about: the request's first identifying field, or else the actor."""
    for name in ("id", "name", "ids", "sources", "meter", "upload"):
        value = getattr(request, name, None)
        if value:
            return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return actor.name


def detail(request: Any) -> str:
    """Return what was asked for as JSON, empty where only defaults were.

    A field kept out of repr is a secret, and kept out here as what is `personal`; of a file its digest is named.
    The audit is never changed, so it names no card by its pseudonym, which may have to be erased one day.
    """
    shown = {field.name: _said(field, getattr(request, field.name)) for field in fields(request) if _may_stand(field)}
    defaults = {field.name: field.default for field in fields(request)}
    said = {name: value for name, value in shown.items() if value != defaults[name]}
    return _PSEUDONYM.sub("tag:…", json.dumps(said, ensure_ascii=False, default=str)) if said else ""


def _may_stand(field: Field[Any]) -> bool:
    return field.repr and not field.metadata.get("personal")


def _said(field: Field[Any], value: Any) -> Any:
    if field.metadata.get("file") and isinstance(value, str):
        return f"sha256:{sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return value
