"""Bad input of stations: what is sent, and what is answered in 1.6 and 2.0.1. The issue's table, as parameters.

`None` means that no answer is due. `kept` is the code of the reason under which it is listed, and None
where it is no rejection. Whatever is sent, the next heartbeat on the same socket is answered, unless
`closes` names the WebSocket code that the protocol asks for.
"""

from __future__ import annotations

from typing import NamedTuple

GUID = "a" * 36


class Case(NamedTuple):
    """`frame` as sent; the CALLERROR's (id, code) in each version; why it is listed."""

    name: str
    frame: str | bytes
    answer_16: tuple[object, str] | None
    answer_201: tuple[object, str] | None
    kept: str | None
    closes: int | None = None


BAD_FRAMES = [
    Case("no JSON", "hello", None, ("-1", "RpcFrameworkError"), "ocpp.not_json"),
    Case(
        "JSON cut off behind the id", '[2,"7","Heartbeat",{', ("7", "FormationViolation"), ("7", "RpcFrameworkError"),
        "ocpp.not_json",
    ),
    Case("no list", '{"a":1}', None, ("-1", "RpcFrameworkError"), "ocpp.not_a_message"),
    Case("empty", "", None, ("-1", "RpcFrameworkError"), "ocpp.not_json"),
    Case("100,000 nested brackets", "[" * 100_000, None, ("-1", "RpcFrameworkError"), "ocpp.too_deep"),
    Case(
        "100,000 nested brackets as payload", '[2,"8","Heartbeat",' + "[" * 100_000, ("8", "FormationViolation"),
        ("8", "RpcFrameworkError"), "ocpp.too_deep",
    ),
    Case(
        "action as list", '[2,"9",["Heartbeat"],{}]', ("9", "FormationViolation"), ("9", "RpcFrameworkError"),
        "ocpp.action_invalid",
    ),
    Case(
        "action as object", '[2,"9",{"a":1},{}]', ("9", "FormationViolation"), ("9", "RpcFrameworkError"),
        "ocpp.action_invalid",
    ),
    Case(
        "unknown action", '[2,"10","MakeCoffee",{}]', ("10", "NotImplemented"), ("10", "NotImplemented"),
        "ocpp.action_unknown",
    ),
    Case(
        "an action that only we send", '[2,"11","ClearCache",{}]', ("11", "NotSupported"), ("11", "NotSupported"),
        "ocpp.action_not_supported",
    ),
    Case("payload missing", '[2,"12","Heartbeat"]', ("12", "FormationViolation"), ("12", "RpcFrameworkError"),
         "ocpp.call_incomplete"),
    Case("one part too many", '[2,"13","Heartbeat",{},1]', ("13", "FormationViolation"), ("13", "RpcFrameworkError"),
         "ocpp.call_incomplete"),
    Case("payload null", '[2,"14","Heartbeat",null]', ("14", "FormationViolation"), ("14", "FormatViolation"),
         "ocpp.payload_invalid"),
    Case("payload a list", '[2,"15","Heartbeat",[]]', ("15", "FormationViolation"), ("15", "FormatViolation"),
         "ocpp.payload_invalid"),
    Case("a field too many", '[2,"16","Heartbeat",{"a":1}]', ("16", "FormationViolation"), ("16", "FormatViolation"),
         "ocpp.field_invalid"),
    Case("missing field", '[2,"17","Authorize",{}]', ("17", "OccurenceConstraintViolation"),
         ("17", "OccurrenceConstraintViolation"), "ocpp.field_missing"),
    Case("wrong type", '[2,"18","DataTransfer",{"vendorId":["x"]}]', ("18", "TypeConstraintViolation"),
         ("18", "TypeConstraintViolation"), "ocpp.field_invalid"),
    Case("text too long", '[2,"19","DataTransfer",{"vendorId":"' + "x" * 256 + '"}]',
         ("19", "PropertyConstraintViolation"), ("19", "PropertyConstraintViolation"), "ocpp.field_invalid"),
    Case("id null", '[2,null,"Heartbeat",{}]', None, ("-1", "RpcFrameworkError"), "ocpp.id_invalid"),
    Case("id an object", '[2,{"a":1},"Heartbeat",{}]', None, ("-1", "RpcFrameworkError"), "ocpp.id_invalid"),
    Case("id of 37 characters", f'[2,"{GUID}b","Heartbeat",{{}}]', None, ("-1", "RpcFrameworkError"),
         "ocpp.id_invalid"),
    Case("unknown message type", '[9,"20","Heartbeat",{}]', ("20", "FormationViolation"),
         ("20", "MessageTypeNotSupported"), "ocpp.message_type_unknown"),
    Case("message type a text", '["2","21","Heartbeat",{}]', ("21", "FormationViolation"),
         ("21", "MessageTypeNotSupported"), "ocpp.message_type_unknown"),
    Case("a result without payload", '[3,"22"]', None, None, "ocpp.response_invalid"),
    Case("a result nobody asked for", '[3,"23",{}]', None, None, None),
    Case("an error nobody asked for", '[4,"24","InternalError","",{}]', None, None, None),
    Case("binary garbage", b"\x00\xff\x00\xff", None, ("-1", "RpcFrameworkError"), "ocpp.not_json"),
    Case("NaN", '[2,"25","Heartbeat",{"a":NaN}]', ("25", "FormationViolation"), ("25", "RpcFrameworkError"),
         "ocpp.not_json"),
]  # fmt: skip
