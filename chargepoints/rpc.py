"""OCPP-J's envelope: what a frame is, and how errors are said in each version. Nothing here waits.

OCPP-J 1.6 and 2.0.1 part 4: CALL `[2, id, action, payload]`, CALLRESULT `[3, id, payload]`,
CALLERROR `[4, id, code, description, details]`. 2.1 adds CALLRESULTERROR, which is shaped like CALLERROR
and says that an answer of ours was wrong, and SEND `[6, id, action, payload]`, which is never answered.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from core.facts import Protocol
from core.texts import Finding, catalogue

MessageId = str | int
"""Ids are strings of at most 36 characters; numbers, as some stations send them, are answered as numbers."""

_CALL, _CALL_RESULT, _CALL_ERROR, _CALL_RESULT_ERROR, _SEND = 2, 3, 4, 5, 6
_ID_MAX = 36
_NO_ID = "-1"
_DESCRIPTION_MAX = 255

_CALL_HEAD = re.compile(rb'\s*\[\s*2\s*,\s*(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,36})"|(\d{1,18}))\s*[,\]]')
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


class Fault(StrEnum):
    """Why a call cannot be answered with a result, in the words of 2.0.1."""

    NOT_IMPLEMENTED = "NotImplemented"
    """The action is unknown."""
    NOT_SUPPORTED = "NotSupported"
    """The action is known, but not one that we take."""
    INTERNAL = "InternalError"
    FORMAT = "FormatViolation"
    PROPERTY = "PropertyConstraintViolation"
    OCCURRENCE = "OccurrenceConstraintViolation"
    TYPE = "TypeConstraintViolation"
    RPC_FRAMEWORK = "RpcFrameworkError"
    SECURITY = "SecurityError"
    """The station may not say that now."""
    MESSAGE_TYPE = "MessageTypeNotSupported"


_WORDS_16 = {
    Fault.FORMAT: "FormationViolation",
    Fault.OCCURRENCE: "OccurenceConstraintViolation",  # so misspelt in the specification
    Fault.RPC_FRAMEWORK: "FormationViolation",
    Fault.MESSAGE_TYPE: "FormationViolation",
}


class Call(NamedTuple):
    """A request; `silent` where no answer is due (2.1, SEND)."""

    id: MessageId
    action: str
    payload: dict[str, Any]
    silent: bool = False


class CallResult(NamedTuple):
    """The answer to one of our calls."""

    id: str
    payload: dict[str, Any]


class CallError(NamedTuple):
    """The refusal of one of our calls. Stations put anything into code and description."""

    id: str
    code: str
    description: str


class Malformed(NamedTuple):
    """A frame that is no message. `id` is the one to answer under, None where there is none or no answer is due.

    `spoils` is the id of a call of ours to which this was meant as the answer, empty where it is none.
    """

    id: MessageId | None
    fault: Fault
    finding: Finding
    answerable: bool = True
    spoils: str = ""


Message = Call | CallResult | CallError | Malformed


class Parsed(NamedTuple):
    """A frame's message, and its JSON as read (None where it could not be)."""

    message: Message
    json: list[Any] | None


def parse(frame: bytes, max_depth: int, protocol: Protocol = Protocol.OCPP_16) -> Parsed:
    """Return what a frame says. Any bytes have an answer; none raises."""
    if _is_deeper(frame, max_depth):
        return _unread(frame, Finding.of("ocpp.too_deep", limit=max_depth))
    try:
        json = orjson.loads(frame)
    except orjson.JSONDecodeError:
        return _unread(frame, Finding.of("ocpp.not_json", size_byte=len(frame)))
    if not isinstance(json, list) or len(json) < 2:  # noqa: PLR2004 - type and id are the least
        return Parsed(Malformed(None, Fault.RPC_FRAMEWORK, Finding.of("ocpp.not_a_message")), None)
    return Parsed(_message(json, protocol is Protocol.OCPP_21), json)


def call_frame(id: str, action: str, payload: dict[str, Any]) -> bytes:  # noqa: A002
    """Return the bytes of a request."""
    return orjson.dumps([_CALL, id, action, payload])


def result_frame(id: MessageId, payload: dict[str, Any]) -> bytes:  # noqa: A002
    """Return the bytes of an answer."""
    return orjson.dumps([_CALL_RESULT, id, payload])


def error_frame(protocol: Protocol, id: MessageId | None, fault: Fault, finding: Finding) -> bytes | None:  # noqa: A002
    """Return the bytes of a refusal; None where the version has none for a message without an id.

    OCPP-J 2.0.1 answers under the id "-1" then, 1.6 cannot. The description is short and in
    English; it never repeats what the station sent.
    """
    if id is None and protocol is Protocol.OCPP_16:
        return None
    code = _WORDS_16.get(fault, fault.value) if protocol is Protocol.OCPP_16 else fault.value
    description = catalogue("en").tell(finding)[:_DESCRIPTION_MAX]
    return orjson.dumps([_CALL_ERROR, _NO_ID if id is None else id, code, description, {}])


def _message(json: list[Any], is_21: bool) -> Message:  # noqa: FBT001 - all versions but one are alike
    kind, id_ = json[0], _id(json[1])
    if is_21 and kind in (_CALL_RESULT_ERROR, _SEND) and not isinstance(kind, bool):
        return _result_refused(json) if kind == _CALL_RESULT_ERROR else _sent(id_, json)
    if kind in (_CALL_RESULT, _CALL_ERROR) and not isinstance(kind, bool):
        return _response(kind, id_, json)
    if id_ is None:
        return Malformed(None, Fault.RPC_FRAMEWORK, Finding.of("ocpp.id_invalid"))
    if kind != _CALL:
        return Malformed(id_, Fault.MESSAGE_TYPE, Finding.of("ocpp.message_type_unknown", type=str(kind)[:20]))
    return _call(id_, json)


def _call(id_: MessageId, json: list[Any]) -> Message:
    if len(json) != 4:  # noqa: PLR2004 - type, id, action, payload
        return Malformed(id_, Fault.RPC_FRAMEWORK, Finding.of("ocpp.call_incomplete", count=len(json)))
    if not isinstance(json[2], str):
        return Malformed(id_, Fault.RPC_FRAMEWORK, Finding.of("ocpp.action_invalid"))
    if not isinstance(json[3], dict):
        return Malformed(id_, Fault.FORMAT, Finding.of("ocpp.payload_invalid", action=json[2][:50]))
    return Call(id_, json[2], json[3])


def _sent(id_: MessageId | None, json: list[Any]) -> Message:
    message = Malformed(None, Fault.RPC_FRAMEWORK, Finding.of("ocpp.id_invalid")) if id_ is None else _call(id_, json)
    if isinstance(message, Call):
        return message._replace(silent=True)
    return message._replace(answerable=False) if isinstance(message, Malformed) else message


def _result_refused(json: list[Any]) -> Malformed:
    """Return that the station could not use an answer of ours; nobody waits for anything any more."""
    reason = " ".join(str(part)[:50] for part in json[2:4])
    return Malformed(None, Fault.RPC_FRAMEWORK, Finding.of("ocpp.result_refused", reason=reason), answerable=False)


def _response(kind: int, id_: MessageId | None, json: list[Any]) -> Message:
    if id_ is not None and kind == _CALL_ERROR and len(json) > 2:  # noqa: PLR2004 - a code at least
        code, description = json[2], "".join(map(str, json[3:4]))
        return CallError(str(id_), str(code)[:50], description[:_DESCRIPTION_MAX])
    if id_ is not None and kind == _CALL_RESULT and len(json) == 3 and isinstance(json[2], dict):  # noqa: PLR2004
        return CallResult(str(id_), json[2])
    invalid = Finding.of("ocpp.response_invalid")
    return Malformed(None, Fault.RPC_FRAMEWORK, invalid, answerable=False, spoils="" if id_ is None else str(id_))


def _id(value: object) -> MessageId | None:
    if isinstance(value, str):
        return value if len(value) <= _ID_MAX else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _unread(frame: bytes, finding: Finding) -> Parsed:
    """Return a frame that is no JSON as malformed, under the id its head shows, if any."""
    head = _CALL_HEAD.match(frame)
    id_: MessageId | None = None
    if head:
        id_ = head[1].decode("ascii") if head[1] is not None else int(head[2])
    return Parsed(Malformed(id_, Fault.RPC_FRAMEWORK, finding), None)


def _is_deeper(frame: bytes, limit: int) -> bool:
    """Return whether brackets nest deeper than `limit`, found before anything is built from them."""
    if frame.count(b"[") + frame.count(b"{") <= limit:
        return False
    depth = 0
    for bracket in _BRACKETS.finditer(_STRINGS.sub(b"", frame)):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > limit:
            return True
    return False
