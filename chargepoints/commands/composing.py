"""From a command to its message in the version that a station speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from chargepoints.commands import v16, v21, v201
from chargepoints.commands.sending import Commands, Context, NotInVersionError, Payload, Sending
from chargepoints.schemas import schemas_of
from core.commands import CommandKind
from core.errors import RequestError
from core.facts import Protocol

COMMANDS: Mapping[Protocol, Commands] = {
    Protocol.OCPP_16: v16.COMMANDS,
    Protocol.OCPP_201: v201.COMMANDS,
    Protocol.OCPP_21: v21.COMMANDS,
}
"""What can be sent in each version."""

NOT_SENT: Mapping[Protocol, Mapping[str, str]] = {
    Protocol.OCPP_16: v16.NOT_SENT,
    Protocol.OCPP_201: v201.NOT_SENT,
    Protocol.OCPP_21: v21.NOT_SENT,
}
"""Messages to stations that are not sent, and why."""

_SHOWN = 100
_TAG_FIELDS = ("tag", "parent_tag")


class Composed(NamedTuple):
    """A message ready to be sent, and the row that understands its answer."""

    sending: Sending
    payload: Payload


def compose(version: Protocol, kind: CommandKind, request: object, context: Context) -> Composed:
    """Return the message that says a request.

    Raises `NotInVersionError` for what the version cannot say, `RequestError` for what nobody can and for
    what is too long for a message.
    """
    sending = sending_of(version, kind, request)
    payload = sending.encode(request, context)
    name = sending.action if version is Protocol.OCPP_16 else f"{sending.action}Request"
    for violation in schemas_of(version).violations(name, payload):
        raise RequestError("ocpp.unsendable", field=violation.where[:_SHOWN], rule=violation.keyword)
    return Composed(sending, payload)


def sending_of(version: Protocol, kind: CommandKind, request: object) -> Sending:
    """Return the row of a version's table that fits a request. Raises `NotInVersionError` if there is none."""
    for sending in COMMANDS[version].get(kind, ()):
        if sending.fits(request):
            return sending
    raise NotInVersionError("ocpp.not_in_version", word=f"commands.kind.{kind.value}")


def tags_in(request: object) -> frozenset[str]:
    """Return the pseudonyms of all tags that a request names; `Context.tokens` must have their uids."""
    return frozenset(_found(request, _TAG_FIELDS))


def sessions_in(request: object) -> frozenset[str]:
    """Return the sessions that a request names; `Context.sessions` must have them."""
    return frozenset(_found(request, ("session",)))


def _found(value: Any, names: tuple[str, ...]) -> Iterable[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _found(item, names)
    elif is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name in names and inner:
                yield inner
            else:
                yield from _found(inner, names)
