"""What an explanation's nodes say to people: one place for the page and the command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Final

from babel.dates import format_datetime, format_timedelta

from core.evidence import CitedKind
from core.texts import Catalogue
from core.units import show_exact
from operations.evidence.rows import Explained

Fact = tuple[str, str]
"""A label and what it says."""

WORDS: Final[dict[str, str]] = {
    "quantity": "console.quantity.",
    "quality": "console.quality.",
    "share": "evidence.share.",
    "step": "evidence.step.",
    "basis": "console.energy_basis.",
    "generator": "console.generator.",
}
"""Where the words of a detail stand."""

ORDER: Final = {
    name: place
    for place, name in enumerate(
        (
            "quantity",
            "share",
            "measured_s",
            "recovered_s",
            "interpolated_s",
            "estimated_s",
            "missing_s",
            "quality",
            "step",
            "minimum",
            "maximum",
            "sources",
            "parts",
            "version",
            "made_by",
            "made_at",
            "reason",
            "digest",
        )
    )
}
"""In which order details are said; all others come behind, as they are."""

INSTANTS: Final = {"booked_at", "made_at"}


def heading(node: Explained, texts: Catalogue) -> str:
    """Return what a node is."""
    return texts.say(node.title.code, **node.title.params)


def amount(node: Explained, texts: Catalogue) -> str:
    """Return a node's value with all its digits, empty where it has none."""
    return "" if node.value is None else show_exact(node.value, node.unit, texts.language)


def remarks(node: Explained, texts: Catalogue) -> tuple[str, ...]:
    """Return how a value came about and what was found about it, in sentences."""
    said = ([node.how] if node.how else []) + list(node.findings)
    return tuple(texts.say(each.code, **each.params) for each in said)


def facts(node: Explained, texts: Catalogue, zone: tzinfo | None) -> tuple[Fact, ...]:
    """Return what else is known of a node, in local time where `zone` is that of the reader."""
    return (*_cited(node, texts, zone), *_detailed(node, texts, zone))


def _cited(node: Explained, texts: Catalogue, zone: tzinfo | None) -> Iterator[Fact]:
    cited = node.citation
    if cited is None:
        return
    yield texts.say(f"evidence.kind.{cited.kind.value}"), cited.reference
    if cited.at_utc is not None:
        yield texts.say("evidence.detail.at"), _instant(cited.at_utc, texts, zone)
    if cited.received_at_utc is not None and cited.kind is CitedKind.READING:
        yield texts.say("evidence.detail.received"), _instant(cited.received_at_utc, texts, zone)
    if cited.channel:
        yield texts.say("evidence.detail.channel"), cited.channel
    if cited.edition:
        yield texts.say("evidence.detail.edition"), cited.edition


def _detailed(node: Explained, texts: Catalogue, zone: tzinfo | None) -> Iterator[Fact]:
    for name, value in sorted(node.details.items(), key=lambda each: ORDER.get(each[0], len(ORDER))):
        yield texts.say(f"evidence.detail.{name}"), _detail(name, value, texts, zone)


def _detail(name: str, value: str, texts: Catalogue, zone: tzinfo | None) -> str:
    if name in WORDS:
        return texts.say(WORDS[name] + value)
    if name in INSTANTS:
        return _instant(datetime.fromisoformat(value), texts, zone)
    if name.endswith("_s"):
        return format_timedelta(timedelta(seconds=int(value)), threshold=2, locale=texts.language)
    return value


def _instant(at: datetime, texts: Catalogue, zone: tzinfo | None) -> str:
    """Return a local instant to the second, with what it is off UTC: evidence leaves no doubt about the hour."""
    local = at.astimezone(zone)
    return format_datetime(local, "yyyy-MM-dd HH:mm:ss xxx", tzinfo=local.tzinfo, locale=texts.language)
