"""A vehicle's month and days, and whose a session was, as the pages show them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from core.fleet import MatchBasis, SessionValuation, VehicleDay
from core.periods import Period
from core.readings import SlotShare
from core.texts import Finding
from tests.console.pages.content import HOSTILE, NOW
from tests.console.pages.test_forms import post

Client = Callable[..., httpx.Client]
CAR = "aut-e-102"
DAYS = 17


def words(page: str) -> str:
    """Return the text of a page."""
    text = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style).*?</\1>", " ", page))
    return re.sub(r"\s+", " ", text).replace("&#34;", '"')


@pytest.fixture(scope="module", autouse=True)
def fleet(district: Any) -> None:
    ledger, first = district.stores.ledger, date(2026, 11, 1)
    days = [
        VehicleDay(
            vehicle=CAR,
            day=first + timedelta(days=number),
            distance_m=Decimal(41_500),
            distance_share=SlotShare.MEASURED,
            own_charged_wh=Decimal(8_000),
            soc_begin_percent=Decimal(80),
            soc_end_percent=Decimal(80),
            dwell_s={"lra": 50_000},
            away_s=36_400,
            findings=(Finding.of("vehicle_days.distance_differs", km=41, checked_km=60),) if number == 2 else (),
        )
        for number in range(DAYS)
    ]
    district.do(ledger.save_vehicle_days(days))
    charged = [
        SessionValuation(
            session=f"{HOSTILE}{number}",
            version=0,
            vehicle=CAR,
            basis=MatchBasis.TAG,
            confidence=Decimal("0.96"),
            begun_at_utc=NOW - timedelta(days=number),
            energy_wh=Decimal(30_000),
            soc_rise_percent=Decimal(50),
            made_by="job",
            made_at_utc=NOW,
        )
        for number in range(5)
    ]
    district.do(ledger.value_sessions(charged))


def test_a_vehicle_shows_its_month_its_year_and_its_battery(client: Client) -> None:
    page = client().get(f"/vehicles/{CAR}")
    text = words(page.text)
    assert page.status_code == 200
    assert "November 2026" in text
    assert "706 km" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Der Ladeverlust ist mit 10 % angenommen" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"/vehicles/{CAR}/days?month=2026-11" in page.text
    assert f"/explain/vehicle_day/2026-11/vehicle:{CAR}/distance_m" in page.text
    assert f"/vehicles/{CAR}?month=2026-10" in page.text
    assert "month=2026-12" not in page.text
    assert "93" in text  # 30 kWh less 10 % for 50 points are 54 of 58 kWh
    empty = words(client().get(f"/vehicles/{CAR}?month=2026-10").text)
    assert "Noch keine Tage berechnet" in empty


def test_the_days_are_listed_with_what_is_odd_about_them(client: Client) -> None:
    page = client().get(f"/vehicles/{CAR}/days")
    text = words(page.text).replace("\N{NO-BREAK SPACE}", " ")
    assert text.count("41,5 km") == DAYS
    assert "Kilometerzähler (41 km) und Fahrtenbuch (60 km) stimmen nicht überein." in text
    assert page.text.count("<rect") >= DAYS


def test_the_days_are_a_table_for_spreadsheets(client: Client) -> None:
    answer = client().get(f"/vehicles/{CAR}/days.csv?month=2026-11")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert answer.headers["content-disposition"] == f'attachment; filename="kreiswatt-{CAR}-2026-11.csv"'
    assert len(rows) == DAYS + 1
    third = dict(zip(rows[0], rows[3], strict=True))
    assert (third["day"], third["distance_m"], third["dwell_s"]) == ("2026-11-03", "41500", "lra=50000")
    assert third["findings"] == "vehicle_days.distance_differs"
    nothing = client().get(f"/vehicles/{CAR}/days.csv?month=2026-10")
    assert nothing.status_code == 200


def test_a_month_that_is_none_is_said_to_be_none(client: Client) -> None:
    for month in ("November", "2026-13", "2030-01"):
        assert client().get(f"/vehicles/{CAR}", params={"month": month}).status_code in {400, 422}


def test_a_session_is_assigned_and_given_back_on_its_page(client: Client, district: Any) -> None:
    anna, path = client(), "/sessions/lra-01-1-2"
    assert "Von Hand zuordnen" in words(anna.get(path).text)
    refused = post(anna, f"{path}/assign", vehicle=CAR, reason="")
    assert "Bitte den Grund angeben" in words(refused.text)
    done = words(post(anna, f"{path}/assign", vehicle=CAR, reason=HOSTILE).text)
    assert "Die Zuordnung ist gespeichert" in done
    assert "von Hand zugeordnet" in done
    assert HOSTILE not in anna.get(path).text
    back = words(post(anna, f"{path}/assign", withdraw="1", reason="Irrtum").text)
    assert "Frühere Zuordnungen" in back
    (newest, *_) = district.do(district.stores.ledger.valuations_of("lra-01-1-2"))
    assert newest.basis is not MatchBasis.HAND
    period = Period(NOW - timedelta(days=40), NOW)
    assert any(each.session == "lra-01-1-2" for each in district.do(district.stores.ledger.valuations(period)))


def test_who_may_not_see_cards_sees_no_vehicle_of_a_session(client: Client) -> None:
    page = words(client("vera").get("/sessions/lra-01-1-2").text)
    assert "Ladedreieck" not in page
    assert "Von Hand zuordnen" not in page
