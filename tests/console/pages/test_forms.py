"""What the pages do without a browser: changes, secrets, exports, doors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from console.pages import steering
from console.pages.places import PLACES
from core.facts import Discovery
from core.people import Actor, Role
from operations.table import CAPABILITIES
from tests import asked_of_stations

NOW = datetime(2026, 11, 18, 9, 47, tzinfo=UTC)
Client = Callable[..., httpx.Client]


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found
    return found.group(1)


def post(client: httpx.Client, path: str, **given: Any) -> httpx.Response:
    files = {name: value for name, value in given.items() if isinstance(value, tuple)}
    data = {"csrf_token": csrf(client.get("/account").text)}
    data |= {name: value for name, value in given.items() if name not in files}
    return client.post(path, data=data, files=files or None, follow_redirects=True)


def put_in(client: httpx.Client, name: str, content: bytes) -> str:
    """Hand in a file and return the path of its pages."""
    return post(client, "/imports", upload=(name, content)).url.path


def typed(given: dict[str, Any]) -> dict[str, str]:
    """Return what is asked of a station as its form has it."""
    said = {name: value for name, value in given.items() if name not in ("id", "wait_s")}
    lines = {name: "\n".join(map(str, value)) for name, value in said.items() if isinstance(value, list)}
    return {name: str(value) for name, value in said.items()} | lines | {"confirmed": "1"}


def test_each_capability_is_called_by_its_page(client: Client, district: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settled = {"year": 2025, "only": ["wea-1"]}
    district.do(district.gate.ask("shares.settle", settled, Actor("anna", Role.ADMIN), district.gate.house.clock()))
    asked: list[str] = []
    call = district.gate.call

    async def heard(name: str, *given: Any, **more: Any) -> Any:
        asked.append(name)
        return await call(name, *given, **more)

    monkeypatch.setattr(district.gate, "call", heard)
    monkeypatch.setattr(steering, "STATION_WAITS_S", 0.0)
    anna = client()
    ids = {
        "sites": "lra",
        "meters": "lra-strom",
        "intervals": "lra-strom",
        "stations": "lra-01",
        "sessions": "lra-01-1-2",
        "vehicles": "aut-e-101",
        "vouchers": "1",
        "bills": "1",
        "factors": "uba.grid.direct.2025",
        "laws": "eeg-6.2023.wind",
        "plants": "wea-3",
        "municipalities": "muehlfurt",
        "feed_in": "pv-erlgrund",
        "feed_in.withdraw": "77",
        "inventory": "buildings/lra-garage",
        "inventory.undo": "6",
        "tags": "karte-01",
        **dict.fromkeys(("totals", "loads", "peaks", "baseload", "loadmap", "compare"), "meter:lra-strom"),
        **dict.fromkeys(("balance", "metering", "pv"), "site:lra"),
        **dict.fromkeys(("costs", "weather", "meters.sheet"), "lra"),
        "shares": "plant:wea-1",
        "sessions.undo": "77",
        **{
            f"sessions.{verb}": f"lra-01-1-{place}"
            for place, verb in enumerate(("correct", "split", "merge", "void"), 5)
        },
        **dict.fromkeys(("meters.withdraw", "meters.withdrawal", "meters.accept", "meters.dismiss"), "77"),
    }
    file = put_in(anna, "Lastgang.csv", b"Datum;Arbeit\n01.01.2025 00:00;1\n").removeprefix("/imports/files/")
    columns = {"date_column": "Datum", "value_column": "Arbeit", "meter": "sporthalle-strom", "pattern": "dd.MM.yyyy"}
    reading = {"quantity": "energy_import_wh", "kind": "register", "factor": "1", "decimal": ",", "thousands": "."}
    times = {"clock": "local", "stamp": "begin", "interval_min": "15", "header": "1"}
    bill = {
        "meter": "lra-strom",
        "first_day": "2026-11-16",
        "last_day": "2026-11-16",
        "net_eur": "9",
        "gross_eur": "10",
    }
    kinds = {"meters.read": "reading", "meters.correct": "correction"}
    at = {"at_utc": "2026-11-17T10:00", "reason": "Probe"}
    figure = "total/2026-11-17/meter:lra-strom/energy_import_wh"
    building = {"name": "Garage", "site": "lra", "valid_from": "2026-11-01"}
    forms = {
        "inventory.add": {"kind": "buildings", "id": "lra-garage", **building},
        "inventory.change": {**building, "name": "Garagen"},
        "inventory.end": {"end_on": "2030-01-01"},
        **{key: {"period": "2026-11-17"} for key in ("totals.freeze", "balance.freeze")},
        "meters.exchange": {**at, "end_value": "1", "start_value": "2"},
        "meters.read": {**at, "start_value": "1,5"},
        "meters.correct": {**at, "until_utc": "2026-11-17T11:00", "amount": "-1"},
        "meters.reset": {**at, "start_value": "0"},
        "meters.rollover": {**at, "end_value": "1.000.000"},
        "meters.withdraw": {"reason": "Probe"},
        "meters.dismiss": {"reason": "Probe"},
        "sessions.assign": {"vehicle": "-", "reason": "Probe"},
        "sessions.import": {"file": ("alt.csv", b"Station;Beginn;Ende;kWh\nlra-01;x;y;1\n"), "dry_run": "1"},
        "sessions.correct": {"energy_wh": "1,5", "reason": "Probe"},
        "sessions.split": {"at_utc": "2026-11-01T10:00", "reason": "Probe"},
        "sessions.merge": {"others": "lra-01-1-9", "reason": "Probe"},
        **{row: {"reason": "Probe"} for row in ("sessions.void", "sessions.undo")},
        "meters.discover": {"duration_s": "1"},
        "meters.decode": {"format": "tasmota_sml", "topic": "t", "payload": "{}"},
        "calc.savings": {"by": "yaml", "input": "period: 2025\nplants: {feed_in_kwh: 1}"},
        "calc.thg": {"by": "yaml", "input": "year: 2025\nvehicles: {vehicle_class: M1}"},
        "calc.clean_vehicles": {"by": "yaml", "input": "counts: {group: bus, period: 2026-2030, procured: 0}"},
        "calc.shares": {"by": "yaml", "input": "year: 2025\nplants: {fed_in_kwh: 1}"},
        "voucher_mappings.save": {"name": "Probe", "kind": "fuel", "date_column": "Datum"},
        "vouchers.add": {"vehicle": "aut-e-101", "kind": "charging", "day": "2026-11-10", "energy_wh": "9"},
        "vouchers.withdraw": {"reason": "Probe"},
        "imports.preview": {"mapping": "Probe"},
        "imports.run": {"mapping": "Probe"},
        **{row: {"reason": "Probe"} for row in ("imports.withdraw", "bills.withdraw")},
        "mappings.save": {"name": "Probe", **columns, **reading, **times},
        "weather.import": {"site": "lra", "file": ("tageswerte.txt", b"STATIONS_ID;MESS_DATUM; TMK\n")},
        "intensity.import": {"file": ("co2eq.json", b"{}")},
        "boundaries.import": {"file": ("g.geojson", b"{}"), "valid_on": "2025-01-01", "source": "Amt"},
        "boundaries.withdraw": {"reason": "Probe"},
        "feed_in.add": {"plant": "pv-erlgrund", "month": "2024-01", "fed_in_wh": "5"},
        "feed_in.withdraw": {"reason": "Probe"},
        "tags.import": {"file": ("karten.csv", b"idTag;name\n04C1B2C3D4E580;Karte\n"), "dry_run": "1"},
        "plants.import": {"file": ("EinheitenWind.xml", b"<EinheitenWind></EinheitenWind>"), "dry_run": "1"},
        "feed_in.import": {"file": ("Einspeisung.csv", b"Anlage;Monat\n")},
        "prices.import": {"file": ("preise.json", b"{}")},
        "bills.add": {**bill, "gross_eur": "10", "used": "1", "unit": "kWh"},
        **{
            row: {"row": row}
            for row in (
                *("report.energy", "report.carriers", "report.fleet", "exports.readings", "savings.export"),
                *("shares.export", "shares.publish", "dashboards.build", "dashboards.preview"),
            )
        },
        "exports.intervals": {"row": "exports.intervals", "period": "2026-11-17", "sources": "meter:lra-strom"},
        "rejections.replay": {"ids": "1"},
        "actions.add": {"text": "Probe"},
        "firmware.add": {"file": ("2.1.bin", b"another"), "maker": "Alfen", "firmware": "2.1.0"},
        "adoption.import": {"file": ("stationen.csv", b"Kennung;Name\nneu-9;Neu\n"), "dry_run": "1"},
        "adoption.open": {"site": "lra", "minutes": "1"},
        "adoption.password": {"site": "lra", "days": "1"},
        "stations.apply": {
            "plan": "0" * 64,
            "canary": "1",
            "wave_size": "5",
            "pause_min": "0",
            "stop_after": "1",
            "within_h": "24",
        },
        "rollouts.start": {"id": "site:lra", "firmware": "9.9", "file_url": "https://firmware.example/9.9.bin"},
        "maintenance.add": {
            "place": "site:lra",
            "begins_utc": "2026-12-01T08:00",
            "ends_utc": "2026-12-01T09:00",
            "reason": "Probe",
        },
        "shares.settle": {"year": "2025"},
        "shares.book_use": {"year": "2025", "amount_eur": "12,50", "spent_on": "2026-11-02", "purpose": "Bank"},
        "shares.withdraw_use": {"id": "2025:auenstadt/77", "reason": "Probe"},
        "audit.verify": {"head": ""},
        "users.add": {"name": "walker", "role": "viewer"},
        "tags.add": {"id": "karte-77", "label": "Karte 77", "uid": "04A1B2C3D4E580", "valid_from": "2026-11-01"},
        "tags.assign": {"group": "Bauhof"},
        **{row: {"tag": "karte-lager"} for row in ("privacy.export", "privacy.erase")},
        **{row: {"odometer": "99.999"} for row in ("vehicles.read", "vehicles.exchange")},
        "vehicles.withdraw": {"booking": "77", "reason": "Probe"},
        "users.change": {"role": "viewer", "language": "en"},
        "tokens.add": {"name": "walker", "role": "viewer", "days": "3"},
        **{row: typed(given) for row, given in asked_of_stations.ASKED.items() if row.startswith("stations.")},
    }
    forms["exports.readings"] |= forms["exports.intervals"] | {"resolution": "raw"}
    order = sorted(CAPABILITIES, key=lambda row: (row.endswith((".disable", ".revoke", ".undo")), row == "users.link"))
    for row in order:
        if row == "users.password":
            continue
        subject = row.partition(".")[0]
        kind = kinds.get(row, row.partition(".")[2])
        names = {"name": "walker", "figure": figure, "kind": kind, "upload": file}
        path = PLACES[row].format(id=ids.get(row, ids.get(subject, "5")), **names)
        if row == "meters.preview":
            path = "/meters/lra-strom/book/reading?at_utc=2026-11-17T10:00&start_value=1&preview=1"
        if CAPABILITIES[row].changes or row in forms:
            post(anna, path, **forms.get(row, {}))
        else:
            anna.get(path)
        assert row in asked, row


def test_a_calculated_meter_waits_for_no_message(client: Client) -> None:
    page = client().get("/meters/lra-ohne-laden").text
    assert "berechnet" in page
    assert "Keine Anbindung" not in page


def test_a_meter_names_its_building_and_the_load_who_made_the_peak(client: Client, district: Any) -> None:
    meter = next(each for each in district.inventory.meters.values() if each.building and not each.valid_to)
    assert district.inventory.buildings[meter.building].name in client().get(f"/meters/{meter.id}").text
    assert client().get("/loads/site:lra?period=2026-11-17").status_code == 200


def test_a_change_without_our_form_is_refused(client: Client) -> None:
    refused = client().post("/users/vera/disable", data={})
    assert refused.status_code == 403
    assert "<h1>" in refused.text
    assert "aktiv" in client().get("/users/vera").text


def test_who_may_not_is_told_so(client: Client) -> None:
    ole = client("ole")
    assert ole.get("/users").status_code == 403
    assert ole.get("/rejections").status_code == 200
    assert client("vera").get("/meters/schule-a-strom").status_code in (403, 404)


def test_nobody_sees_a_page_without_signing_in(client: Client) -> None:
    nobody = client(None)
    for path in ("/", "/live", "/sessions", "/export/sessions.csv", "/users"):
        answer = nobody.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/signin?next=")


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_door_leads_nowhere_else(client: Client, path: str) -> None:
    assert client().get("/signin", params={"next": path}).headers["location"] == "/"
    assert client(None).get("/language/de", params={"back": path}).headers["location"] == "/"


def test_a_wrong_password_says_no_more_than_that(client: Client) -> None:
    answer = client(None).post("/signin", data={"name": "nobody", "password": "wrong-password-1"})
    assert answer.status_code == 401
    assert "stimmt nicht" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_token_is_shown_once(client: Client) -> None:
    anna = client()
    made = post(anna, "/tokens", name="einmal", role="viewer", days="30", sites=["lra"])
    secret = re.search(r"kw_[\w-]{40,}", made.text)
    assert secret
    assert secret.group() not in anna.get("/tokens").text
    assert "Landratsamt Auental" in anna.get("/tokens").text
    assert "tokens.add" in anna.get("/audit").text
    assert secret.group() not in anna.get("/audit").text


def test_a_wrong_field_is_named_and_what_was_typed_stays(client: Client) -> None:
    answer = post(client(), "/tokens", name="Ein Name", role="viewer", days="9999")
    assert answer.status_code == 422
    assert 'href="#days"' in answer.text
    assert 'value="Ein Name"' in answer.text


def test_disabling_is_undone(client: Client) -> None:
    anna = client()
    post(anna, "/users", name="kurz", role="viewer")
    assert "gesperrt" in post(anna, "/users/kurz/disable").text
    assert "Sperre aufgehoben." in post(anna, "/users/kurz/enable").text


def test_a_new_user_gets_a_link_that_opens(client: Client) -> None:
    made = post(client(), "/users", name="neu", role="facility", sites=["lra"])
    path = re.search(r"/signin/[\w-]{40,}", made.text)
    assert path
    nobody = client(None)
    assert nobody.get(path.group()).status_code == 200
    assert nobody.post(path.group()).headers["location"] == "/"
    assert "Gebäudemanagement" in nobody.get("/").text


def test_no_page_tells_a_secret(client: Client, district: Any) -> None:
    anna = client()
    hidden = {district.cookies["anna"], "kw_this-is-a-secret-of-a-token"}
    hidden |= {tag.uid for tag in district.inventory.tags.values()}
    hidden |= {token.digest for token in district.do(district.stores.ledger.tokens())}
    paths = [page for row, page in PLACES.items() if "{" not in page and not CAPABILITIES[row].changes]
    for path in [*paths, "/sessions/lra-01-1-2", "/users/vera", "/export/sessions.csv", "/export/audit.csv"]:
        text = anna.get(path).text
        assert not [secret for secret in hidden if secret in text], path


def test_a_list_is_exported_as_the_language_writes_numbers(client: Client) -> None:
    german, english = (client("anna", language).get("/export/sessions.csv?state=ended") for language in ("de", "en"))
    assert german.headers["content-type"] == "text/csv; charset=utf-8"
    assert german.text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}id;station;")
    assert english.text.splitlines()[0].count(",") == german.text.splitlines()[0].count(";")
    assert len(german.text.splitlines()) > 100
    assert ";open;" not in german.text


def test_a_topic_is_no_formula(client: Client, district: Any) -> None:
    formula = Discovery(channel="mqtt:main", subject="=cmd|calc!A0", first_seen_utc=NOW, last_seen_utc=NOW)
    district.do(district.stores.ledger.discover([formula]))
    assert ";'=cmd|calc!A0;" in client().get("/export/discoveries.csv").text
    assert client().get("/export/nothing.csv").status_code == 404


def test_pages_follow_one_another_to_the_end(client: Client) -> None:
    anna, path, seen = client(), "/sessions", set()
    while path:
        text = anna.get(path).text
        rows = set(re.findall(r'href="(/sessions/(?!import")[^"?]+)"', text))
        assert rows
        assert not rows & seen
        seen |= rows
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) > 150


def test_static_files_may_be_kept_and_nothing_else(client: Client) -> None:
    nobody = client(None)
    style = re.search(r'href="(/static/elements\.css\?v=\w+)"', nobody.get("/signin").text)
    assert style
    assert "immutable" in nobody.get(style.group(1)).headers["cache-control"]
    assert nobody.get("/signin").headers["cache-control"] == "no-store"
    assert nobody.get("/static/..%2Fapp.py").status_code == 404


def test_programs_get_no_pages(client: Client) -> None:
    answer = client().get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_defect_has_a_page_that_tells_no_details(
    client: Client, district: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the inside of the machine")

    monkeypatch.setattr(district.gate, "call", broken)
    answer = client().get("/sites")
    assert answer.status_code == 500
    assert "Programmfehler" in answer.text
    assert "machine" not in answer.text


def test_a_page_is_asked_for_in_the_right_way(client: Client) -> None:
    assert client().get("/signout").status_code == 404
    wrong = client().post("/sites")
    assert wrong.status_code == 405
    assert "<h1>" in wrong.text


def test_the_language_follows_the_person_and_the_switch_wins(client: Client, district: Any) -> None:
    anna = client()
    post(anna, "/users", name="emily", role="viewer")
    post(anna, "/users/emily", role="viewer", language="en")
    path = re.search(r"/signin/[\w-]{40,}", post(anna, "/users/emily/link").text)
    assert path
    emily = httpx.Client(base_url=district.url, timeout=20)
    emily.post(path.group())
    assert '<html lang="en">' in emily.get("/").text
    emily.get("/language/de", params={"back": "/"})
    assert '<html lang="de">' in emily.get("/").text
    emily.close()
