"""Every capability by REST, by the command to a service, and by the command that opens the stores: one answer."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from chargepoints.configuring.plan import plan_of
from cli.generated import words_of
from core.texts import LANGUAGES
from dashboards.pushing.push import push
from operations.dashboards.content import content_of
from operations.edge import many
from operations.routes import route_of
from operations.table import CAPABILITIES
from tests import asked_of_stations
from tests import district as small_district
from tests.cli.conftest import (
    ALARM,
    ANNA,
    BOUNDARIES_DIGEST,
    CARDS_DIGEST,
    CLIMATE_DIGEST,
    FEED_IN_DIGEST,
    FILE_DIGEST,
    INTENSITY_DIGEST,
    PAST_DIGEST,
    PRICES_DIGEST,
    REGISTER_DIGEST,
    SHARE_USE,
    STATIONS_DIGEST,
    Type,
)
from tests.dashboards.grafana_stand_in import TOKEN, Grafana, running
from tests.served import LOCAL_TOKEN, served
from tests.station_files import LOG, OTHER_FIRMWARE_DIGEST

PAYLOAD = '{"Time":"2026-11-22T10:59:00","SML":{"Total_in":1234.5,"Power_curr":2500}}'
NO_PLAN = plan_of(()).hash
"""Of charge points for which no profile holds."""
PASSWORD = "korrekt pferd batterie"
STATION = [
    "name=Parkplatz hinten",
    "site=schule",
    "maker=Alfen",
    "model=Eve",
    "connectors[1].number=1",
    "connectors[1].max_power_w=11000",
    "connectors[1].plug=type_2",
    "valid_from=2026-11-01",
]
EXCHANGE = {
    "id": "schule-strom",
    "at_utc": "2026-11-21T12:00:00+00:00",
    "end_value": 1_213_100.0,
    "start_value": 0.0,
}
SAVINGS = """
period: 2026
vehicles:
- distance_km: 15000
  baseline: {fuel: petrol}
  electricity: {meter_kwh: 2850}
plants:
- self_use_kwh: 1000
"""
REQUESTS: dict[str, dict[str, Any]] = {
    "sites.show": {"id": "schule"},
    "stations.events": {"id": "lis-01"},
    "stations.configuration": {"id": "lis-01"},
    "stations.local_list": {"id": "lis-01"},
    "stations.sync_list": {"id": "lis-01"},
    "reliability.show": {"period": "2026-11"},
    "reliability.faults": {"period": "2026-11", "by": "model"},
    "maintenance.add": {
        "site": "schule",
        "begins_utc": "2026-12-01T08:00:00+00:00",
        "ends_utc": "2026-12-01T12:00:00+00:00",
        "reason": "Prüfung",
    },
    "maintenance.cancel": {"id": 1},
    "stations.fetch_log": {"id": LOG},
    "stations.delete_log": {"id": LOG},
    "firmware.add": {"upload": OTHER_FIRMWARE_DIGEST, "maker": "Alfen", "model": "Eve", "firmware": "2.2.0"},
    "firmware.show": {"id": 1},
    "firmware.remove": {"id": 1},
    "adoption.open": {"site": "schule"},
    "adoption.password": {"site": "schule"},
    "adoption.close": {"id": 1},
    "adoption.list": {},
    "adoption.import": {"upload": STATIONS_DIGEST, "dry_run": True},
    "stations.profile": {"id": "lis-01"},
    "stations.plan": {"id": "lis-01"},
    "stations.apply": {"id": "lis-01", "plan": NO_PLAN, "wait_s": 0},
    "stations.drift": {"id": "neu-01", "gone": True},
    "profiles.adopt": {"id": 1},
    "profiles.import": {"id": "lis-01"},
    "stations.adopt": {"id": "neu-01"},
    "stations.refuse": {"id": "neu-02"},
    "rollouts.start": {"id": "lis-01", "firmware": "9.9", "file_url": "https://firmware.example/9.9.bin"},
    "rollouts.show": {"id": 2},
    "rollouts.pause": {"id": 2},
    "rollouts.resume": {"id": 2},
    "rollouts.cancel": {"id": 2},
    "rollouts.reverse": {"id": 1},
    **asked_of_stations.ASKED,
    "commands.cancel": {"id": 3},
    "commands.show": {"id": 3},
    "meters.list": {"medium": "water", "limit": 1},
    "meters.show": {"id": "schule-strom"},
    "meters.bookings": {"id": "schule-strom"},
    "meters.gaps": {"id": "schule-strom", "since": "2026-11-20", "until": "2026-11-21"},
    "meters.preview": {**EXCHANGE, "kind": "exchange"},
    "meters.exchange": EXCHANGE,
    "meters.read": {"id": "schule-wasser", "start_value": 1010.5, "billing": True, "confirm": True},
    "meters.reset": {"id": "schule-strom", "at_utc": "2026-11-21T13:00:00+00:00", "confirm": True},
    "meters.rollover": {
        "id": "schule-strom",
        "at_utc": "2026-11-21T14:00:00+00:00",
        "end_value": 10_000_000.0,
        "confirm": True,
    },
    "meters.correct": {
        "id": "schule-strom",
        "at_utc": "2026-11-21T08:00:00+00:00",
        "until_utc": "2026-11-21T09:00:00+00:00",
        "amount": 10.0,
        "reason": "Wandlerfaktor",
    },
    "meters.withdrawal": {"id": 1},
    "meters.withdraw": {"id": 1, "reason": "falscher Zähler"},
    "meters.accept": {"id": 1, "confirm": True},
    "meters.dismiss": {"id": 2, "reason": "kein Tausch"},
    "meters.link": {"id": "schule-strom", "hours": 4},
    "meters.unlink": {"id": "schule-strom"},
    "meters.sheet": {"id": "schule"},
    "alarms.show": {"id": ALARM},
    "alarms.acknowledge": {"id": ALARM, "note": "Elektriker bestellt"},
    "notify.test": {"name": "anna"},
    "meters.discover": {"broker": "main", "topics": ["tele/#", "haus/#"], "duration_s": 1},
    "meters.decode": {"format": "tasmota_sml", "topic": "tele/schule/SENSOR", "payload": PAYLOAD},
    "factors.show": {"id": "uba.grid.direct.2025"},
    "laws.show": {"id": "eeg-6.2023.wind", "year": 2025},
    "calc.savings": {"input": SAVINGS},
    "calc.thg": {"input": "year: 2025\nvehicles:\n- {vehicle_class: M1}\n"},
    "calc.clean_vehicles": {"input": "counts:\n- {group: light, period: 2026-2030, procured: 7, clean: 1}\n"},
    "calc.shares": {"input": "year: 2025\nplants:\n- {law: eeg-6, fed_in_kwh: 12345678, areas: {key: '14521110'}}\n"},
    "totals.show": {"id": "meter:schule-strom", "period": "2026-11-22"},
    "loads.show": {"id": "site:schule", "period": "2026-11-21"},
    "peaks.show": {"id": "meter:schule-strom", "period": "2026-11-21"},
    "baseload.show": {"id": "site:schule"},
    "loadmap.show": {"id": "meter:schule-strom", "period": "2026-11-21"},
    "balance.show": {"id": "site:schule", "period": "2026-11-21"},
    "metering.show": {"id": "site:schule", "period": "2026-11-21"},
    "balance.freeze": {"id": "site:schule", "period": "2026-11-21"},
    "costs.show": {"id": "schule", "year": 2026},
    "budgets.show": {"year": 2026},
    "compare.show": {"id": "site:schule", "period": "2026-11"},
    "benchmark.show": {"medium": "electricity"},
    "weather.show": {"id": "schule"},
    "weather.import": {"id": "au", "upload": CLIMATE_DIGEST},
    "pv.show": {"id": "site:schule", "period": "2026-11-21"},
    "intensity.show": {"id": "energy-charts-direct/15", "period": "2026-11-20"},
    "plants.show": {"id": "wea-au", "year": 2025},
    "plants.import": {"upload": REGISTER_DIGEST, "dry_run": True},
    "tags.import": {"upload": CARDS_DIGEST, "dry_run": True},
    "municipalities.show": {"id": "au"},
    "feed_in.list": {"plant": "wea-au"},
    "feed_in.show": {"id": "wea-au", "year": 2025},
    "feed_in.add": {"plant": "wea-au", "month": "2025-04", "fed_in_wh": 350_000_000, "curtailed_wh": 2_000_000},
    "feed_in.revenue": {"year": 2025},
    "feed_in.withdraw": {"id": 1, "reason": "falscher Monat"},
    "feed_in.import": {"upload": FEED_IN_DIGEST},
    "prices.import": {"upload": PRICES_DIGEST, "dry_run": True},
    "intensity.import": {"upload": INTENSITY_DIGEST, "boundary": "direct", "dry_run": True},
    "boundaries.import": {"upload": BOUNDARIES_DIGEST, "valid_on": "2026-01-01", "source": "Amt", "edition": "Neu"},
    "boundaries.show": {"id": 1},
    "boundaries.withdraw": {"id": 1, "reason": "falsche Datei"},
    "shares.areas": {"year": 2025, "radius_m": 2500},
    "bills.add": {
        "meter": "schule-strom",
        "first_day": "2026-10-01",
        "last_day": "2026-10-31",
        "used": "120.5",
        "net_eur": "40.12",
    },
    "bills.show": {"id": 1},
    "bills.withdraw": {"id": 1, "reason": "doppelt erfasst"},
    "intervals.recompute": {"sources": ["meter:schule-strom"], "since": "2026-11-20"},
    "totals.freeze": {"id": "meter:schule-strom", "period": "2026-11-21"},
    "explain.show": {"figure": "total/2026-11-21/meter:schule-strom/energy_import_wh@r1"},
    "exports.readings": {"period": "2026-11-21", "sources": ["site:schule"], "format": "xlsx"},
    "exports.intervals": {"period": "2026-11-20", "until": "2026-11-21", "resolution": "day"},
    "report.energy": {"id": "site:schule", "period": "2026", "format": "xlsx"},
    "report.carriers": {"period": "2026", "format": "csv"},
    "report.fleet": {"month": "2026-10", "format": "xlsx"},
    "actions.add": {"text": "Ladekarte sperren", "owner": "Fuhrpark", "due": "2026-12-31"},
    "actions.change": {"id": 1, "done": True},
    "sendings.resend": {"id": 1},
    "sendings.settle": {"id": 2},
    "imports.show": {"id": 1},
    "imports.look": {"upload": FILE_DIGEST},
    "imports.preview": {"upload": FILE_DIGEST, "mapping": "ablesung"},
    "imports.run": {"upload": FILE_DIGEST, "mapping": "ablesung"},
    "imports.withdraw": {"id": 1, "reason": "falsche Datei"},
    "mappings.show": {"name": "ablesung"},
    "mappings.save": {
        "name": "netz",
        "date_column": "Datum",
        "value_column": "kWh",
        "kind": "energy",
        "factor": "1000",
        "meter": "schule-strom",
        "status_column": "Status",
        "statuses": ["W=measured", "E=estimated"],
    },
    "stations.show": {"id": "lis-01"},
    "tags.add": {"id": "karte-9", "label": "Karte 9", "uid": "04A1B2C3D4E580", "valid_from": "2026-11-01"},
    "tags.show": {"id": "karte-9"},
    "tags.assign": {"id": "karte-9", "vehicle": "lk-e-101"},
    "tags.block": {"id": "karte-9", "reason": "verloren"},
    "tags.unblock": {"id": "karte-9"},
    "sessions.list": {"state": "ended", "since_utc": "2026-11-18T00:00:00+01:00", "limit": 2},
    "sessions.show": {"id": "lis-01-open"},
    "sessions.correct": {"id": "lis-01-3", "energy_wh": 1000, "reason": "abgelesen"},
    "sessions.split": {"id": "lis-01-3", "at_utc": "2026-11-18T11:00:00Z", "energy_wh": 400, "reason": "zwei Wagen"},
    "sessions.merge": {"id": "lis-01-3", "others": ["lis-01-3-t2"], "reason": "Stromausfall"},
    "sessions.void": {"id": "lis-01-4", "reason": "Probe des Monteurs"},
    "sessions.import": {"upload": PAST_DIGEST, "dry_run": True},
    "stations.rebuild": {"id": "lis-01", "dry_run": True},
    "sessions.undo": {"id": 4, "reason": "doch nicht"},
    "sessions.assign": {"id": "lis-01-open", "vehicle": "lk-e-101", "reason": "gesehen"},
    "vehicles.show": {"id": "lk-e-101"},
    "vehicles.bookings": {"id": "lk-e-101"},
    "vehicles.read": {"id": "lk-e-101", "odometer_m": 90_000_000.0, "at_utc": "2026-11-21T10:00:00Z", "confirm": True},
    "vehicles.exchange": {
        "id": "lk-e-101",
        "odometer_m": 10.0,
        "end_odometer_m": 90_010_000.0,
        "at_utc": "2026-11-21T12:00:00Z",
        "confirm": True,
    },
    "vehicles.withdraw": {"id": 7, "reason": "falsches Fahrzeug"},
    "vehicles.link": {"id": "lk-e-101", "hours": 4},
    "vehicles.unlink": {"id": "lk-e-101"},
    "voucher_mappings.show": {"name": "Tankkarte"},
    "voucher_mappings.save": {
        "name": "Ladekarte",
        "kind": "charging",
        "date_column": "Ende",
        "vehicle": "lk-e-101",
        "energy_kwh_column": "kWh",
    },
    "vouchers.add": {
        "vehicle": "lk-e-101",
        "kind": "charging",
        "at_utc": "2026-11-20T10:00:00+01:00",
        "number": "L-1",
        "energy_wh": "12500",
        "place": "public",
        "amount_eur": "7.38",
    },
    "vouchers.withdraw": {"id": 1, "reason": "doppelt erfasst"},
    "vehicles.costs": {"month": "2026-10", "scope": "fleet"},
    "shares.show": {"id": "municipality:au", "year": 2025},
    "shares.history": {"id": "plant:wea-au", "year": 2025},
    "shares.settle": {"year": 2025},
    "shares.payments": {"year": 2025},
    "shares.export": {"municipality": "au", "year": 2025, "format": "json"},
    "shares.publish": {"licence": "dl-de/by-2-0"},
    "shares.use_of_funds": {"municipality": "au", "year": 2025},
    "shares.book_use": {
        "municipality": "au",
        "year": 2025,
        "amount_eur": "250.50",
        "spent_on": "2026-11-02",
        "purpose": "Bänke am Anger",
        "district": "Au",
        "affected": True,
    },
    "shares.withdraw_use": {"id": SHARE_USE, "reason": "doppelt erfasst"},
    "savings.show": {"month": "2026-10", "scope": "vehicle:lk-e-101"},
    "savings.export": {"month": "2026-10", "scope": "vehicle:lk-e-101"},
    "inventory.list": {"kind": "meters", "limit": 2},
    "vehicles.days": {"id": "lk-e-101", "month": "2026-11"},
    "inventory.show": {"id": "meters/schule-strom"},
    "inventory.add": {"id": "stations/lis-02", "values": STATION},
    "inventory.change": {"id": "stations/lis-02", "values": ["name=Lehrerparkplatz", "connectors[1].plug=ccs"]},
    "inventory.end": {"id": "stations/lis-02", "valid_to": "2030-01-01"},
    "inventory.undo": {"id": 13},
    "privacy.export": {"tag": "karte-9"},
    "privacy.erase": {"tag": "karte-9", "for_good": True},
    "privacy.customer": {"id": 1},
    "privacy.forget_customer": {"id": 1},
    "rejections.show": {"id": 1},
    "rejections.replay": {"ids": [1, 2]},
    "jobs.run": {"name": "publication"},
    "jobs.cancel": {"id": 1},
    "users.show": {"name": "vera"},
    "users.add": {"name": "neu", "role": "facility", "sites": ["schule", "bauhof"], "language": "en"},
    "users.change": {"name": "vera", "role": "operator", "all_sites": True, "password": PASSWORD},
    "users.disable": {"name": "neu"},
    "users.link": {"name": "vera"},
    "users.password": {"password": PASSWORD},
    "tokens.add": {"name": "neu", "days": 7},
    "tokens.revoke": {"name": "grafana"},
}
"""What is asked of each row that needs something; the others are asked as they are."""


@pytest.fixture(autouse=True)
def grafana(monkeypatch: pytest.MonkeyPatch) -> Iterator[Grafana]:
    """Give the small district a Grafana that has everything already."""
    with running(Grafana()) as server:
        settings = replace(small_district.GRAFANA, url=server.url, token=TOKEN)
        assert push(settings, content_of(settings, "https://energie.landkreis.example")).complete
        monkeypatch.setattr(small_district, "GRAFANA", settings)
        yield server


@pytest.mark.usefixtures("quick_passwords")
def test_each_row_gives_the_same_json_by_every_way(
    filled: Path, config: Path, type_in: Type, own_house: Callable[[Path], None], tmp_path: Path
) -> None:
    folders = [tmp_path / way for way in ("rest", "remote", "local")]
    for folder in folders:
        shutil.copytree(filled, folder)
    with served(folders[0], ANNA) as url, httpx.Client(base_url=url) as client:
        client.headers["authorization"] = f"Bearer {LOCAL_TOKEN}"
        rest = {name: _by_rest(client, name) for name in CAPABILITIES}
    with served(folders[1], ANNA) as url:
        remote = {name: _typed(type_in, name, "--url", url, "--token", LOCAL_TOKEN) for name in CAPABILITIES}
    own_house(folders[2])
    local = {name: _typed(type_in, name, "--config", str(config)) for name in CAPABILITIES}
    for name in CAPABILITIES:
        assert _masked(json.loads(rest[name])) == _masked(json.loads(remote[name])), name
        assert _masked(json.loads(rest[name])) == _masked(json.loads(local[name])), name


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_has_a_table_for_people_in_both_languages(filled: Path, type_in: Type, language: str) -> None:
    with served(filled, ANNA) as url:
        for name in CAPABILITIES:
            arguments, said = _arguments(name)
            where = ("--url", url, "--token", LOCAL_TOKEN)
            typed = type_in("--language", language, *arguments, *where, said=said)
            assert typed.code == 0, typed.err
            unsaid = re.search(r"\b(column|console|cli|word)\.[a-z]|\bNone\b|\{[a-z_]+\}", typed.out)
            assert not unsaid, (name, typed.out)


def _by_rest(client: httpx.Client, name: str) -> bytes:
    given = dict(REQUESTS.get(name, {}))
    method, path = route_of(name, CAPABILITIES[name])
    if method == "POST":
        answer = client.post(path, json=given)
        return _result(client, answer.headers["location"]) if answer.status_code == 202 else _sound(answer)
    asked = {field: value for field, value in given.items() if f"{{{field}}}" not in path}
    return _sound(client.get(path.format(**given), params=asked))


def _sound(answer: httpx.Response) -> bytes:
    assert answer.status_code == 200, answer.text
    return answer.content


def _result(client: httpx.Client, location: str) -> bytes:
    for _ in range(500):
        run = client.get(location).json()
        if run["state"] != "running":
            return json.dumps(run["result"]).encode()
        time.sleep(0.01)
    raise AssertionError(run)


def _typed(type_in: Type, name: str, *where: str) -> str:
    arguments, said = _arguments(name)
    typed = type_in(*arguments, "--json", *where, said=said)
    assert typed.code == 0, (name, typed.err)
    return typed.out


def _arguments(name: str) -> tuple[list[str], str]:
    """Return a request as it is typed, and what is answered when a secret is asked for."""
    words, said = list(words_of(name)), ""
    secret = {field.name for field in CAPABILITIES[name].fields if not field.repr}
    piped = {field.name for field in CAPABILITIES[name].fields if field.metadata.get("path")}
    for field, value in REQUESTS.get(name, {}).items():
        option = f"--{field.replace('_', '-')}"
        if field in secret:
            said = f"{value}\n"
            words += [option] if name in {"users.change", "tags.add"} else []
        elif field in piped:
            words, said = [*words, option, "-"], str(value)
        elif field in ("id", "name", "figure", "upload"):
            words.append(str(value))
        elif field == "ids":
            words += map(str, value)
        elif value is True:
            words.append(option)
        else:
            words += [
                part
                for each in (value if field in many(CAPABILITIES[name]) else [value])
                for part in (option, str(each))
            ]
    return words, said


def _masked(node: Any) -> Any:
    """Return an answer without what is random in it."""
    if isinstance(node, dict):
        return {key: "random" if key in ("link", "secret", "group") else _masked(value) for key, value in node.items()}
    return [_masked(value) for value in node] if isinstance(node, list) else node
