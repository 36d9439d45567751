"""Alarms in words: as a recipient reads them in a mail, as a program gets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from core.alarms import ALARMS, Alarm, AlarmEvent, Severity
from core.inventory import Inventory
from core.letters import Letter
from core.texts import Catalogue, Finding, Language, Param, catalogue

MOMENTS: Final[dict[Language, str]] = {"de": "dd.MM.y, HH:mm", "en": "y-MM-dd HH:mm"}
"""Never so that day, month and year can be mistaken for each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An alarm as it is now, and the letters that tell of it."""

    alarm: Alarm
    letters: tuple[Letter, ...]

    @property
    def is_over(self) -> bool:
        """Return whether the alarm has been cleared."""
        return self.alarm.cleared_at_utc is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is needed to name things: the inventory, where the console is reached, which zone the place has."""

    inventory: Inventory
    public_url: str
    zone: ZoneInfo

    def subject_name(self, alarm: Alarm) -> str:
        """Return what people call the subject of an alarm."""
        return one_line(self.inventory.name_of(alarm.subject))

    def site_name(self, alarm: Alarm) -> str:
        """Return what people call its site, empty where it has none."""
        site = self.inventory.sites.get(alarm.site or "")
        return one_line(site.name) if site else ""

    def url(self, alarm: Alarm) -> str:
        """Return the address of an alarm's page, empty where nobody said how the console is reached."""
        return f"{self.public_url}/alarms/{alarm.id}" if self.public_url else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alarm in a mail."""

    severity: str
    title: str
    place: str
    text: str
    times: tuple[str, ...]
    action: str
    url: str
    is_over: bool


def one_line(text: str) -> str:
    """Return a text without breaks and doubled spaces, fit for a mail's header."""
    return " ".join(text.split())


def items(news: Sequence[News], place: Place, language: Language) -> tuple[Item, ...]:
    """Return alarms in words: those that go on first, the severest first."""
    order = list(Severity)
    ranked = sorted(
        news, key=lambda one: (one.is_over, -order.index(ALARMS[one.alarm.kind].severity), one.alarm.since_utc)
    )
    return tuple(_item(one, place, language) for one in ranked)


def subject_line(shown: Sequence[Item], texts: Catalogue) -> str:
    """Return a mail's subject: the alarm itself, or how many there are."""
    if len(shown) == 1:
        one = shown[0]
        code = "notify.subject_over" if one.is_over else "notify.subject_one"
        return texts.say(code, severity=one.severity, title=one.title, place=one.place)
    over = sum(one.is_over for one in shown)
    if over == len(shown):
        return texts.say("notify.subject_all_over", count=over)
    if over:
        return texts.say("notify.subject_some_over", count=len(shown) - over, over=over)
    return texts.say("notify.subject_many", count=len(shown))


def as_object(alarm: Alarm, event: AlarmEvent, place: Place, language: Language) -> dict[str, Any]:
    """Return an alarm as programs get it: codes and instants, and its texts in the recipient's language."""
    texts = catalogue(language)
    return {
        "event": event.value,
        "id": alarm.id,
        "kind": alarm.kind,
        "severity": ALARMS[alarm.kind].severity.value,
        "state": alarm.state.value,
        "subject": alarm.subject,
        "subject_name": place.subject_name(alarm),
        "site": alarm.site,
        "site_name": place.site_name(alarm) or None,
        "title": texts.say(f"alarm.{alarm.kind}"),
        "text": texts.tell(alarm.finding),
        "finding": {"code": alarm.finding.code, "params": dict(alarm.finding.params)},
        "since_utc": _iso(alarm.since_utc),
        "raised_at_utc": _iso(alarm.raised_at_utc),
        "cleared_at_utc": _iso(alarm.cleared_at_utc),
        "count": alarm.count,
        "url": place.url(alarm) or None,
    }


def _item(one: News, place: Place, language: Language) -> Item:
    texts, alarm = catalogue(language), one.alarm

    def said(code: str, at_utc: datetime | None, **more: Param) -> list[str]:
        if at_utc is None:
            return []
        at = format_datetime(at_utc.astimezone(place.zone), MOMENTS[language])
        return [texts.say(code, at=at, **more)]

    where = (place.subject_name(alarm), place.site_name(alarm))
    return Item(
        severity=texts.say(f"notify.severity.{ALARMS[alarm.kind].severity.value}"),
        title=texts.say(f"alarm.{alarm.kind}"),
        place=" · ".join(part for part in where if part),
        text=texts.tell(_legible(alarm.finding)),
        times=(
            *said("notify.since", alarm.since_utc),
            *said("notify.seen_by", alarm.acknowledged_at_utc, name=alarm.acknowledged_by),
            *said("notify.over", alarm.cleared_at_utc),
        ),
        action="" if one.is_over else texts.say(f"alarm.action.{alarm.kind}"),
        url=place.url(alarm),
        is_over=one.is_over,
    )


def _legible(finding: Finding) -> Finding:
    whole = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in finding.params
    }
    return Finding.of(finding.code, **whole)


def _iso(at_utc: datetime | None) -> str | None:
    return None if at_utc is None else at_utc.isoformat(timespec="seconds")
