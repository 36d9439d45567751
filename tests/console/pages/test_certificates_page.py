"""The page of certificates: what ends first, what is past, and our authority as a file."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from console.pages.alarms import SERVICE_PLACES
from core.alarms import ALARMS, SubjectKind
from tests.held_certificates import PEM

Client = Callable[..., httpx.Client]


def test_what_ends_first_is_at_the_top_and_what_is_past_is_shown_where_asked_for(client: Client) -> None:
    anna = client()
    page, every = anna.get("/certificates").text, anna.get("/certificates?past=true").text
    ends = [page.index(word) for word in ("Abgelaufen", "Läuft sehr bald ab", "Läuft bald ab", "Eigene Zertif")]
    assert ends == sorted(ends)
    assert "Abgelöst" not in page
    assert "Abgelöst" in every
    assert "Noch 25 Tage" in page
    assert "<script>document" not in every, "what a station answers is never markup"


def test_only_the_certificates_of_a_station_are_shown_where_asked_for(client: Client) -> None:
    page = client().get("/certificates?station=lra-02").text
    assert ("CN=lra-02" in page, "CN=lra-01" in page) == (True, False)


def test_our_authority_comes_as_a_file_to_who_operates_stations(client: Client) -> None:
    found = client().get("/certificates/authority.pem")
    assert (found.status_code, found.text) == (200, PEM)
    assert found.headers["content-disposition"] == 'attachment; filename="kreiswatt-charge-points-ca.pem"'
    assert client("vera").get("/certificates/authority.pem").status_code == 403


def test_each_alarm_about_the_service_leads_to_a_page() -> None:
    about_it = {kind for kind, row in ALARMS.items() if row.subject is SubjectKind.SERVICE}
    assert set(SERVICE_PLACES) == about_it | {"certificate_expiring", "certificate_urgent"}
