"""Who speaks on a broker: devices, the meters behind them, what they say, and what is easily misread about them.

Pure: what was heard goes in, findings come out. A device that is told without doubts was recognised surely;
whatever is not certain says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from core.inventory import Feed
from core.texts import Finding
from ingest.formats import DECODERS
from ingest.hearing import Track, in_order
from ingest.naming import names_in, number_in
from ingest.part_rows import Part
from ingest.parts import parts_of
from ingest.preview import Preview, preview
from ingest.recognition import CERTAIN_FROM, Group, groups_of
from ingest.routing import feed_findings
from ingest.traps import traps

MOST_DEVICES: Final = 500
DECLARED_CONFIDENCE: Final = 0.3
DECLARED: Final = ("generic_json", "generic_value")
"""Formats that people must declare: what carries numbers and is of no known format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A meter, channel or vehicle that was heard; `feed` is how an entry would read it, as far as that is known.

    `confidence` goes from 0 to 1; `doubts` say why the format is not certain, `warnings` what is easily misread.
    """

    feed: Feed
    part: Part
    confidence: float
    doubts: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    seen: Preview
    topics: int
    messages: int
    retained: int
    first_at_utc: datetime
    last_at_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """What the messages came to: devices; topics of nobody; devices beyond those told."""

    devices: tuple[Heard, ...]
    unknown: tuple[Track, ...]
    untold: int


def investigate(tracks: Sequence[Track], broker: str, zone: str) -> Solved:
    """Return the devices that speak on these topics, those that measure first.

    Topics whose messages were all lost tell nothing.
    """
    usable = [track for track in tracks if track.kept]
    groups, rest = groups_of(usable)
    heard: list[Heard] = []
    for group in sorted(groups, key=lambda group: (-group.confidence, group.topic)):
        heard += _of_group(group, usable, broker, zone)
    announced = tuple(f"{one.feed.device}/" for one in heard if one.feed.format == "ha_discovery" and one.feed.device)
    rest = [track for track in rest if not f"{track.topic}/".startswith(announced)]
    declared, unknown = _declared(rest)
    for group in declared[: max(0, MOST_DEVICES - len(heard))]:
        heard += _of_group(group, usable, broker, zone)
    told = sorted(heard, key=_rank)[:MOST_DEVICES]
    untold = len(heard) - len(told) + max(0, len(declared) - max(0, MOST_DEVICES - len(groups)))
    return Solved(devices=tuple(_twice(told)), unknown=tuple(unknown), untold=untold)


def _rank(one: Heard) -> tuple[bool, bool, bool, str]:
    """Return what comes first: meters that measure, surest first; then vehicles; then what said nothing."""
    return not (one.seen.values or one.part.names), one.part.vehicle, bool(one.doubts), one.feed.topic


def _declared(tracks: Iterable[Track]) -> tuple[list[Group], list[Track]]:
    """Return what a declared mapping could read, and what carries no number.

    Plain values side by side are one device; so are a value and those below it.
    """
    found: dict[tuple[str, str], Group] = {}
    left, plain = [], {}
    for track in tracks:
        if names_in(track.topic, track.newest.payload):
            _add(found, "generic_json", track.topic, track)
        elif number_in(track.newest.payload) and "/" in track.topic.strip("/"):
            plain[track.topic] = track
        else:
            left.append(track)
    above = {ancestor for topic in plain for ancestor in _above(topic)}
    for topic, track in plain.items():
        own = next((each for each in (*_above(topic), topic) if each in plain and each in above), None)
        _add(found, "generic_value", own or topic.rpartition("/")[0], track)
    return list(found.values()), left


def _add(found: dict[tuple[str, str], Group], format_: str, topic: str, track: Track) -> None:
    group = found.setdefault((format_, topic), Group(format_, topic, confidence=DECLARED_CONFIDENCE))
    group.tracks.append(track)


def _above(topic: str) -> list[str]:
    """Return the topics above one, from the top."""
    levels = topic.split("/")
    return ["/".join(levels[:depth]) for depth in range(1, len(levels))]


def _of_group(group: Group, all_tracks: Sequence[Track], broker: str, zone: str) -> Iterator[Heard]:
    group = _with_node(group, all_tracks)
    for part in parts_of(group):
        feed = Feed(broker=broker, format=group.format, topic=group.topic, device=part.device, fields=_fields(part))
        tracks = _tracks(feed, group, all_tracks)
        messages = in_order(tracks)
        usable = not feed_findings(feed)
        seen = preview(feed, messages, ZoneInfo(zone)) if usable else Preview()
        yield Heard(
            feed=feed,
            part=part,
            confidence=round(group.confidence, 2),
            doubts=tuple(_doubts(group, part, seen)),
            warnings=traps(group.format, group.topic, tracks, part, seen),
            seen=seen,
            topics=len(tracks),
            messages=sum(track.count for track in tracks),
            retained=sum(track.retained for track in tracks),
            first_at_utc=messages[0].received_at_utc,
            last_at_utc=messages[-1].received_at_utc,
        )


def _fields(part: Part) -> tuple[tuple[str, str], ...]:
    return tuple((named.name, named.target) for named in part.names if named.target)


def _with_node(group: Group, all_tracks: Sequence[Track]) -> Group:
    """Return the device with the messages of the node that it belongs to, where the format has nodes."""
    further = DECODERS[group.format].further(Feed(broker="", format=group.format, topic=group.topic))
    if not further:
        return group
    return Group(group.format, group.topic, _below(further, all_tracks), group.confidence, group.rivals)


def _tracks(feed: Feed, group: Group, all_tracks: Sequence[Track]) -> list[Track]:
    """Return all topics that an entry with this feed would hear."""
    further = DECODERS[feed.format].further(feed)
    known = {track.topic for track in group.tracks}
    return [*group.tracks, *(track for track in _below(further, all_tracks) if track.topic not in known)]


def _below(prefixes: Sequence[str], all_tracks: Sequence[Track]) -> list[Track]:
    begins = tuple(f"{prefix}/" for prefix in prefixes)
    return [track for track in all_tracks if begins and f"{track.topic}/".startswith(begins)]


def _doubts(group: Group, part: Part, seen: Preview) -> Iterator[Finding]:
    if group.format in DECLARED:
        yield Finding.of("detective.doubt_declared")
    elif group.confidence < CERTAIN_FROM:
        yield Finding.of("detective.doubt_thin")
    if group.rival:
        yield Finding.of("detective.doubt_rival", format=group.rival)
    if seen.rejected and not seen.read and not seen.values and not part.names:
        yield Finding.of("detective.doubt_unreadable")


def _twice(heard: Sequence[Heard]) -> Iterator[Heard]:
    """Yield what was heard; what announces itself and is also understood directly would count twice."""
    direct = {one.feed.topic for one in heard if one.feed.format not in ("ha_discovery", *DECLARED)}
    for one in heard:
        if one.feed.format == "ha_discovery" and one.feed.device in direct:
            warning = Finding.of("detective.announced_twice", topic=one.feed.device)
            yield replace(one, warnings=(warning, *one.warnings))
        else:
            yield one
