"""What the parts of the service and their figures say to people: one place for the page and the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from babel.dates import format_datetime, format_timedelta

from core.texts import Catalogue
from core.units import number

Said = tuple[str, str]
"""A figure's name for people, and what it came to with its unit."""

FLAGS: Final = frozenset({("ingest", "connected"), ("jobs", "leader")})
"""Figures that only say whether something is so."""

_DONE, _FAILURES = "_done_timestamp_s", "_failures"


def part_name(name: str, texts: Catalogue) -> str:
    """Return what people call a part, with the name it has in the settings if there may be several."""
    part, _, which = name.partition(":")
    said = _text(texts, f"health.part.{part}", part)
    return f"{said} ({which})" if which else said


def figures_said(name: str, figures: Mapping[str, float], texts: Catalogue, zone: tzinfo | None) -> Iterator[Said]:
    """Yield the figures of a part in their order, all that is counted of a job in one line.

    A figure that has no text keeps the name that programs know. Instants are those of `zone`, None for that of
    this machine.
    """
    part = name.partition(":")[0]
    for figure, value in figures.items():
        job = figure.removesuffix(_FAILURES)
        if job != figure:
            yield _text(texts, f"job.{job}", job), _job(figures.get(job + _DONE), int(value), texts, zone)
        elif not figure.endswith(_DONE):
            yield _label(part, figure, texts), _value(part, figure, value, texts)


def _job(done_s: float | None, failures: int, texts: Catalogue, zone: tzinfo | None) -> str:
    """Return when a job was last done, and how often it failed if it did."""
    said = texts.say("health.never_done")
    if done_s is not None:
        done = datetime.fromtimestamp(done_s, UTC).astimezone(zone)
        said = format_datetime(done, "dd.MM.y, HH:mm" if texts.language == "de" else "y-MM-dd HH:mm")
    return f"{said} ({texts.say('health.failures', count=failures)})" if failures else said


def _label(part: str, figure: str, texts: Catalogue) -> str:
    return _text(texts, f"health.figure.{part}.{figure}", _text(texts, f"health.figure.{figure}", figure))


def _value(part: str, figure: str, value: float, texts: Catalogue) -> str:
    if (part, figure) in FLAGS:
        return texts.say("word.yes" if value else "word.no")
    if figure.endswith("_s"):
        return format_timedelta(timedelta(seconds=value), format="short", threshold=2, locale=texts.language)
    if figure.endswith("bytes"):
        return f"{number(value / 1000, 1, texts.language)}\N{NO-BREAK SPACE}kB"
    return number(value, 0, texts.language)


def _text(texts: Catalogue, code: str, otherwise: str) -> str:
    said = texts.say(code)
    return otherwise if said == code else said
