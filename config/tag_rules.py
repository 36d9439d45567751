"""What can be wrong with charging cards: no number, two, or that of another card."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.shelves import Shelves, Written, entries_of, overlap, place_of
from core.inventory import Tag
from core.texts import Finding


def check_tags(shelves: Shelves, pseudonym_of: Callable[[str], str] | None) -> Iterator[Finding]:
    """Yield what is wrong with cards, and each one that has the number of another one on some day."""
    tags = entries_of(shelves, Tag)
    for written, tag in tags:
        said = written.locator.plain(written.way)  # what is there and wrong has been named already
        if not {"uid", "pseudonym"} & set(said):
            yield written.finding("config.tag_without_number", "uid")
        elif tag.uid and tag.pseudonym:
            yield written.finding("config.tag_numbered_twice", "uid")
        elif tag.uid_sealed and not tag.pseudonym:
            yield written.finding("config.tag_without_number", "pseudonym")
        if tag.vehicle and tag.group:
            yield written.finding("config.tag_of_two", "group")
    known = [(written, tag) for written, tag in tags if tag.uid or tag.pseudonym]
    yield from _twins(known, _trait(known, pseudonym_of))


def _trait(tags: list[tuple[Written, Tag]], pseudonym_of: Callable[[str], str] | None) -> Callable[[Tag], str]:
    """Return by what cards are compared; the key is asked for only where some are known by pseudonym alone."""
    if pseudonym_of is None or not any(tag.pseudonym for _, tag in tags):
        # OCPP 1.6 and 2.0.1: a tag's number is compared without regard to case
        return lambda tag: tag.pseudonym or tag.uid.strip().casefold()
    make = pseudonym_of
    return lambda tag: tag.known_as(make)


def _twins(tags: list[tuple[Written, Tag]], trait: Callable[[Tag], str]) -> Iterator[Finding]:
    seen: dict[str, list[tuple[Written, Tag]]] = {}
    for written, tag in tags:
        earlier = seen.setdefault(trait(tag), [])
        twin = next(((where, other) for where, other in earlier if overlap(tag, other)), None)
        earlier.append((written, tag))
        if twin is not None:
            where, other = twin
            yield written.finding(
                "config.uid_twice",
                "uid" if tag.uid else "pseudonym",
                other=where.way[1],
                holder=_holder(tag),
                other_holder=_holder(other),
                **place_of(where),
            )


def _holder(tag: Tag) -> str:
    return tag.vehicle or tag.group or "–"
