"""Tags and secrets never reach the journal; nothing else of a frame is changed."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.privacy import Privacy, outline
from core.errors import FormatError

PRIVACY = Privacy(bytes(range(32)))
UID = "04A2B3C4D5"
TOKEN = PRIVACY.token(UID)


def redacted(frame: str) -> str:
    return PRIVACY.redact(frame.encode(), orjson.loads(frame))[0].decode()


def test_a_pseudonym_is_keyed_and_the_same_in_any_case() -> None:
    assert TOKEN == PRIVACY.token(UID.lower()) == PRIVACY.token(f" {UID} ")
    assert Privacy(bytes(32)).token(UID) != TOKEN
    assert TOKEN.startswith("tag:")
    assert len(TOKEN) == 24
    assert UID not in repr(PRIVACY)


FRAMES = [
    (f'[2,"1","Authorize",{{"idTag" : "{UID}"}}]', f'[2,"1","Authorize",{{"idTag" : "{TOKEN}"}}]'),
    (
        f'[2,"1","TransactionEvent",{{"idToken":{{"type":"ISO14443","idToken":"{UID}"}}}}]',
        f'[2,"1","TransactionEvent",{{"idToken":{{"type":"ISO14443","idToken":"{TOKEN}"}}}}]',
    ),
    (f'[2,"1","Authorize",{{"id\\u0054ag":"{UID}"}}]', f'[2,"1","Authorize",{{"idTag":"{TOKEN}"}}]'),
    (f'[2,"1","Authorize",{{"IDTAG":"{UID}"}}]', f'[2,"1","Authorize",{{"IDTAG":"{TOKEN}"}}]'),
    (f'[2,"1","Authorize",{{"idTag":["{UID}"]}}]', f'[2,"1","Authorize",{{"idTag":["{TOKEN}"]}}]'),
    (
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"00ff"}]',
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"secret:removed"}]',
    ),
    (
        '[2,"1","Set",{"setVariableData":[{"attributeValue":"x","variable":{"name":"BasicAuthPassword"}}]}]',
        '[2,"1","Set",{"setVariableData":[{"attributeValue":"secret:removed","variable":{"name":"BasicAuthPassword"}}]}]',
    ),
    (
        '[2,"1","X",{"variable":{"name":"BasicAuthPassword"},"variableAttribute":[{"value":"x"}]}]',
        '[2,"1","X",{"variable":{"name":"BasicAuthPassword"},"variableAttribute":[{"value":"secret:removed"}]}]',
    ),
    (
        '[2,"1","GetLog",{"log":{"remoteLocation":"https://u:secret@kreis.example:8443/upload/0a1b?x=1"}}]',
        '[2,"1","GetLog",{"log":{"remoteLocation":"https://kreis.example:8443/"}}]',
    ),
    ('[2,"1","X",{"location":"ftp://kreis.example"}]', '[2,"1","X",{"location":"ftp://kreis.example/"}]'),
    ('[2,"1","X",{"location":"Outlet"}]', '[2,"1","X",{"location":"Outlet"}]'),
    ('[2,"1","Authorize",{"idTag":""}]', '[2,"1","Authorize",{"idTag":""}]'),
    ('[2, "1", "Heartbeat", {}]', '[2, "1", "Heartbeat", {}]'),
]


def test_a_makers_own_message_is_sealed_whatever_its_shape() -> None:
    frame = b'[2,"1","DataTransfer",{"vendorId":"org.example","data":{"name":"Erika Mustermann"}}]'
    kept, json_ = PRIVACY.redact(frame, orjson.loads(frame))
    assert b"Erika" not in kept
    sealed = json_[3]["data"].removeprefix("sealed:")
    assert orjson.loads(PRIVACY.open(bytes.fromhex(sealed))) == {"name": "Erika Mustermann"}


@pytest.mark.parametrize(("frame", "expected"), FRAMES)
def test_tags_and_secrets_are_replaced_and_the_rest_stays_as_it_came(frame: str, expected: str) -> None:
    assert redacted(frame) == expected


@pytest.mark.parametrize(
    "frame",
    [
        f'[2,"1","DataTransfer",{{"vendorId":"x","data":"{UID}"}}]',
        f'[4,"1","FormationViolation","got {{\\"idTag\\":\\"{UID}\\"}}",{{}}]',
        f'[2,"1","Authorize",{{"idTag":"{UID}","idTag":"{UID}"}}]',
    ],
)
def test_what_may_hold_a_tag_is_sealed(frame: str) -> None:
    assert UID not in redacted(frame)
    json.loads(redacted(frame))


def test_a_sealed_frame_opens_with_its_key_only() -> None:
    sealed = PRIVACY.seal(b"hello")
    assert PRIVACY.open(sealed) == b"hello"
    assert PRIVACY.seal(b"hello") != sealed
    for broken in (sealed[:-1], b"", sealed[:12] + b"x" * 30):
        with pytest.raises(FormatError):
            PRIVACY.open(broken)
    with pytest.raises(FormatError):
        Privacy(bytes(32)).open(sealed)


def test_an_outline_shows_the_shape_only() -> None:
    shown = outline(b'[2,"17","Authorize",{"idTag":"04A2\xff')
    assert shown.decode() == '[0,"00","xxxxxxxxx",{"xxxxx":"00x0�'
    assert len(outline(b"[" * 100_000)) == 1000


keys = st.sampled_from(["idTag", "parentIdTag", "idToken", "groupIdToken", "data", "other", "id\tTag"])
values = st.recursive(
    st.just(UID), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["idTag", "idToken", "parentIdTag"]), values, min_size=1), st.booleans())
def test_no_message_whatever_carries_a_tag_under_a_tags_key(message: dict[str, object], escaped: bool) -> None:  # noqa: FBT001
    text = json.dumps([2, "1", "Authorize", message])
    if escaped:
        text = text.replace("Tag", "\\u0054ag").replace("Token", "T\\u006fken")
    frame, clean = PRIVACY.redact(text.encode(), orjson.loads(text))
    assert orjson.loads(frame) == clean
    assert not tagged(clean)


def tagged(value: object, under: str = "") -> bool:
    if isinstance(value, dict):
        return any(tagged(item, key) for key, item in value.items())
    if isinstance(value, list):
        return any(tagged(item, under) for item in value)
    return value == UID and under in {"idTag", "idToken", "parentIdTag"}
