"""What a format is to us: one row of the table in `ingest/formats.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from core.inventory import Feed
from core.texts import Finding
from ingest.messages import Binding, Decoded, Field, Memory, Message, Option


def _whole(topic: str) -> str:
    return topic


def _none(feed: Feed) -> tuple[()]:  # noqa: ARG001 - most devices have one prefix
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row of the decoder table.

    `shape` shows people what `Feed.topic` looks like, and `feed_topic` makes it of any topic of the
    device; `prefix` cuts a `Feed.topic` to what the device's topics have in common, `further` names
    prefixes it has besides; `fields` are the names known without configuration.
    """

    shape: str
    decode: Callable[[Message, Binding, Memory], Decoded]
    looks_like: Callable[[str, bytes], bool]
    feed_topic: Callable[[str], str] = _whole
    prefix: Callable[[str], str] = _whole
    further: Callable[[Feed], tuple[str, ...]] = _none
    fields: tuple[Field, ...] = ()
    free_fields: bool = False
    """Whether `Feed.fields` means anything to the format."""
    needs_fields: bool = False
    """Whether the format says nothing without `Feed.fields`."""
    device: str = ".*"
    """What `Feed.device` may be, as a pattern."""
    options: Mapping[str, Option] = field(default_factory=dict)
    """The names that `Feed.options` may have, and what they may say."""
    check: Callable[[Feed], Iterable[Finding]] = _none
    """What is wrong with a feed beyond that."""
    announces: Callable[[str], bool] | None = None
    """Whether a topic announces what the values on others mean; None where they say it themselves."""
