"""What a command carries and what a station said, in plain lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from core.station_words import lines_of, plain_line
from core.texts import catalogue


def told(said: dict[str, Any]) -> list[str]:
    return [plain_line(line) for line in lines_of(said, catalogue("de"), lambda at: f"{at:%d.%m.%Y %H:%M}")]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ({"status": "RebootRequired"}, ["Antwort = RebootRequired (wirkt nach Neustart)"]),
        ({"status": "Sonderbar"}, ["Antwort = Sonderbar"]),
        (
            {"settings": [{"key": "HeartbeatInterval", "value": "300", "read_only": True}]},
            ["HeartbeatInterval = 300 (nur lesbar)"],
        ),
        ({"settings": [{"key": "AuthorizationKey", "value": None, "read_only": False}]}, ["AuthorizationKey = –"]),
        (
            {"results": [{"key": "OCPPCommCtrlr/HeartbeatInterval", "status": "Rejected", "reason": "TooLow"}]},
            ["OCPPCommCtrlr/HeartbeatInterval = Rejected (abgelehnt) (Grund TooLow)"],
        ),
        ({"unknown": ["Foo", "Bar"], "settings": []}, ["Der Station unbekannt = Foo, Bar"]),
        ({"way": "on_idle", "connector": 2}, ["Art = wenn niemand lädt", "Ladepunkt = 2"]),
        ({"operative": False}, ["Betriebsbereit = nein"]),
        ({"until_utc": "2026-11-22T10:00:00Z"}, ["Bis = 22.11.2026 10:00"]),
        (
            {"schedules": [{"unit": "W", "steps": [{"start_s": 0, "limit": None}]}]},
            ["Fahrplan 1 · Einheit = W", "Fahrplan 1 · Stufe 1 · ab Sekunde = 0", "Fahrplan 1 · Stufe 1 · Grenze = –"],
        ),
        ({"awaits": "session_begin"}, ["Erwartet wird noch = Beginn des Ladevorgangs"]),
        ({"something_new": "x"}, ["something new = x"]),
        ({}, []),
    ],
)
def test_what_stations_say_is_told_in_plain_lines(said: dict[str, Any], lines: list[str]) -> None:
    assert told(said) == lines


def test_instants_are_written_as_the_reader_has_them() -> None:
    seen: list[datetime] = []
    list(lines_of({"from": "2026-11-22T10:00:00+01:00"}, catalogue("en"), lambda at: seen.append(at) or "then"))
    assert [at.hour for at in seen] == [10]


def test_a_code_within_a_text_is_said_too() -> None:
    text = catalogue("de").say("ocpp.not_in_version", word="commands.kind.set_message")
    assert text == "Die OCPP-Version dieser Ladestation kennt das nicht: Anzeige setzen."
