"""Messages of stations, bent at any place: each is decoded or refused, and nothing else ever happens."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.conformance import Refusal
from chargepoints.decoding.events import Arrival, Decision, Metered, TransactionEvidence, readings_of
from chargepoints.packing import pack, unpack
from chargepoints.rpc import Call
from chargepoints.sessions import assemble
from chargepoints.understanding import check, decode
from core.facts import Protocol, TagVerdict

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FRAMES = {
    path.stem: json.loads(path.read_text("utf-8"))[3] for path in (Path(__file__).parent / "frames").glob("*.json")
}

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.sampled_from([1e300, -1e300, 0.5, -1, 0])
    | st.sampled_from(
        ["", "1", "1e300", "-5", "NaN", "0001-01-01", "2026-13-01", "9999-12-31T23:59:59-14:00", "kWh", "Hz"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


@st.composite
def bent(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    action = draw(st.sampled_from(sorted(FRAMES)))
    payload = copy.deepcopy(FRAMES[action])
    for path in draw(st.lists(st.sampled_from(list(places(payload))), max_size=3)):
        whole = payload
        try:
            for part in path[:-1]:
                whole = whole[part]
            if isinstance(whole, dict) and not isinstance(path[-1], str):
                continue  # JSON has names only; a list stood here before it was bent
            whole[path[-1]] = draw(junk)
        except (TypeError, KeyError, IndexError):
            continue
    return action, payload


@settings(deadline=None, max_examples=400)
@given(bent())
def test_a_bent_message_is_decoded_or_refused(message: tuple[str, dict[str, Any]]) -> None:
    action, payload = message
    protocol = Protocol.OCPP_201 if action == "TransactionEvent" else Protocol.OCPP_16
    sound = check(protocol, Call("1", action, payload), lenient=True)
    if isinstance(sound, Refusal):
        return
    decoded = decode(sound, sound.payload, Arrival("lra-01", protocol, NOW, 1))
    if isinstance(decoded, Refusal):
        return
    event = decoded.event
    decision = Decision(NOW, 300, TagVerdict.INVALID, 7)
    learnt = sound.route.learn(event, sound.route.answer(event, decision))
    if isinstance(event, Metered):
        readings_of("station:lra-01/1", event.samples)
    elif isinstance(learnt, TransactionEvidence):
        readings_of("station:lra-01/1", learnt.samples)
        assemble([unpack(pack(learnt))], 22_000.0)
