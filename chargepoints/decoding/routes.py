"""The shape of a version's routing table: action to schemas, decoder, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chargepoints.decoding.events import Arrival, Decision, Decoded, Event

Payload = Mapping[str, Any]
"""A message's payload with its names as on the wire (camelCase)."""


Decode = Callable[[Payload, Arrival], Decoded]


def _nothing_learnt(event: Event, _answer: Payload) -> Event:
    return event


@dataclass(frozen=True, slots=True)
class Route:
    """How one action of a station is understood and answered.

    `request` and `response` name the schemas. `decode` makes the event, `answer` the payload of
    our answer, `learn` completes the event by what the answer decided (a number, a verdict):
    live from the answer about to be sent, in a replay from the journalled one. `decides` says
    that the answer carries a decision, so it must be in the journal before it is sent. `unused`
    says why nothing comes of a message but its answer.
    """

    request: str
    response: str
    decode: Decode
    answer: Callable[[Event, Decision], dict[str, Any]]
    learn: Callable[[Event, Payload], Event] = field(default=_nothing_learnt, kw_only=True)
    decides: bool = field(default=False, kw_only=True)
    unused: str = field(default="", kw_only=True)


Routes = Mapping[str, Route]
