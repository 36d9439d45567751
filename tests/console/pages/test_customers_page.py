"""What charge points told of people, on a page: shown and forgotten only by administrators, and never in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from core.commands import Command, CommandKind, CommandState
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
TEXT = "Käthe <b>Beispiel</b>"


def told(district: Any) -> int:
    now_utc, ledger = district.gate.house.clock(), district.stores.ledger
    asked = Command(
        station="lra-01",
        kind=CommandKind.CUSTOMER_INFORMATION,
        request={"report": True, "tag": "tag:1"},
        asked_by="anna",
        asked_at_utc=now_utc,
        expires_at_utc=now_utc + timedelta(hours=1),
    )
    (kept,) = district.do(ledger.ask([asked]))
    answer = {"customer": [{"data": TEXT[:6]}, {"data": TEXT[6:]}]}
    district.do(ledger.save_command(replace(kept, state=CommandState.DONE, answer=answer, finished_at_utc=now_utc)))
    return int(kept.id)


def test_what_a_charge_point_told_is_shown_and_forgotten(client: Client, district: Any) -> None:
    number = told(district)
    anna = client()
    assert 'href="/privacy/customers"' in anna.get("/privacy/person").text
    listed = anna.get("/privacy/customers").text
    assert f'action="/privacy/customers/{number}"' in listed
    assert "Beispiel" not in listed
    shown = post(anna, f"/privacy/customers/{number}").text
    assert "Käthe &lt;b&gt;Beispiel&lt;/b&gt;" in shown
    assert "2 Teile" in shown
    gone = post(anna, f"/privacy/customers/{number}/forget").text
    assert "Die Meldung ist gelöscht." in gone
    assert f'action="/privacy/customers/{number}"' not in gone
    assert client("vera").get("/privacy/customers").status_code == 403
