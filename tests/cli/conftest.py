"""The command as people type it, in this process, over stores that a test can look into."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from shapely import box, to_wkb

from cli import main as cli_main
from cli import wire
from core.alarms import Alarm, AlarmChange
from core.certificates import CertificatePurpose
from core.commands import Command, CommandKind, CommandState
from core.drift import DriftedSetting
from core.fleet import FleetAction, VehicleDay
from core.meter_life import MeterProposal
from core.people import Actor, Role
from core.quantities import Quantity
from core.rollouts import Rollout, RolloutKind, RolloutState, RolloutStation, SettingChange, StationRollout
from core.sendings import Sending, SendingState
from core.shares import BoundaryArea, BoundaryEdition
from core.texts import Finding
from operations.gate import Gate
from operations.house import Call
from operations.savings.job import compute_savings
from operations.schedule import JobWork
from tests.district import NOW, District, open_district, yesterday
from tests.district_content import fill
from tests.held_certificates import held
from tests.station_files import OTHER_FIRMWARE, put_firmware, put_log

ANNA = Actor("anna", Role.ADMIN)


@dataclass(frozen=True)
class Typed:
    """What a command did."""

    code: int
    out: str
    err: str


Type = Callable[..., Typed]


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Type:
    """Return what runs `kreiswatt` with these arguments and answers, and returns exit code and output."""
    for name in ("KREISWATT_URL", "KREISWATT_TOKEN", "KREISWATT_CONFIG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "240")

    def run(*arguments: str, said: str = "") -> Typed:
        monkeypatch.setattr(sys, "argv", ["kreiswatt", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(said.encode())))
        capfdbinary.readouterr()
        code = 0
        try:
            cli_main.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Typed(code, out.decode(), err.decode())

    return run


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Return a folder whose `data` holds the small district, with people; nobody has it open."""

    async def make() -> None:
        async with open_district(tmp_path / "filled") as district:
            await fill(district.stores)
            await yesterday(district)
            await people(district)
            await a_file(district)
            await shares_of_a_year(district)
            await what_waits(district)
            await a_month_of_driving(district)
            await a_report_on_its_way(district)
            await a_customer_told_of(district)
            await new_stations_that_wait(district)
            await a_setting_that_drifted(district)

    asyncio.run(make())
    return tmp_path / "filled"


async def people(district: District) -> None:
    """Add an administrator, a viewer and a token."""
    await district.ask("users.add", name="anna", role="admin")
    await district.ask("users.add", name="vera", role="viewer")
    await district.ask("tokens.add", name="grafana")


async def new_stations_that_wait(district: District) -> None:
    """Let two stations wait to be adopted."""
    for number in (1, 2):
        made = ("name=Neu", "site=schule", "admission=pending", "maker=Alfen", "model=Eve", "valid_from=2026-11-01")
        outlet = ("connectors[1].number=1", "connectors[1].max_power_w=22000", "connectors[1].plug=type_2")
        await district.ask("inventory.add", id=f"stations/neu-0{number}", values=[*made, *outlet])


async def a_setting_that_drifted(district: District) -> None:
    """Keep a roll-out of settings that is through, number 1, and a setting that somebody changed since: number 1."""
    change = SettingChange(key="HeartbeatInterval", new="300", old="60", term="heartbeat_interval_s", origin="grund")
    done = RolloutStation(station="lis-01", wave=1, since_utc=NOW, state=StationRollout.DONE, changes=(change,))
    rollout = Rollout(
        kind=RolloutKind.SETTINGS,
        plan="0" * 64,
        stations=(done,),
        pause=timedelta(),
        within=timedelta(hours=1),
        stop_after=1,
        when_idle=True,
        started_by="anna",
        started_at_utc=NOW,
        changed_by="anna",
        changed_at_utc=NOW,
        state=RolloutState.DONE,
    )
    await district.stores.ledger.add_rollout(rollout)
    drifted = DriftedSetting(key=change.key, term=change.term, origin=change.origin, wanted=change.new, found="60")
    await district.stores.ledger.record_drift("lis-01", [drifted], NOW)
    keys = ("HeartbeatInterval", "ConnectionTimeOut")
    told = {"settings": [{"key": key, "value": "60", "read_only": False} for key in keys]}
    read = Command(
        station="lis-01",
        kind=CommandKind.GET,
        request={},
        asked_by="anna",
        asked_at_utc=NOW,
        expires_at_utc=NOW + timedelta(hours=1),
    )
    (kept,) = await district.stores.ledger.ask([read])
    over = replace(kept, state=CommandState.DONE, answer=told, finished_at_utc=NOW)
    await district.stores.ledger.save_command(over)


async def a_customer_told_of(district: District) -> None:
    """Keep a command that a station answered by what it knows of a customer: command 1."""
    asked = Command(
        station="lis-01",
        kind=CommandKind.CUSTOMER_INFORMATION,
        request={"report": True, "tag": "tag:1"},
        asked_by="anna",
        asked_at_utc=NOW,
        expires_at_utc=NOW + timedelta(hours=1),
    )
    (kept,) = await district.stores.ledger.ask([asked])
    told = replace(kept, state=CommandState.DONE, answer={"customer": [{"data": "Karte 1"}]}, finished_at_utc=NOW)
    await district.stores.ledger.save_command(told)


FILE = b"01.10.2026 00:00;1.000,5\n02.10.2026 00:00;1.004\n"
FILE_DIGEST = sha256(FILE).hexdigest()
CLIMATE = b"STATIONS_ID;MESS_DATUM;TMK;eor\n44;20261120;3.5;eor\n44;20261121;x;eor"
CLIMATE_DIGEST = sha256(CLIMATE).hexdigest()
INTENSITY = b'{"unix_seconds":[1795132800,1795133700],"co2eq":[491.5,null],"co2eq_forecast":[null,505.0]}'
FEED_IN = "Anlage;Monat;Eingespeist [MWh];Abregelung [kWh]\nWindrad Au;März 2025;412,5;1.200\n".encode()
FEED_IN_DIGEST = sha256(FEED_IN).hexdigest()
_UNIT = b"<EinheitMastrNummer>SEE990000000011</EinheitMastrNummer>"
REGISTER = b"<EinheitenWind><EinheitWind>" + _UNIT + b"</EinheitWind></EinheitenWind>"
REGISTER_DIGEST = sha256(REGISTER).hexdigest()
CARDS = b"idTag;name\n04C1B2C3D4E580;Karte Bauhof\n"
CARDS_DIGEST = sha256(CARDS).hexdigest()
STATIONS = b"Kennung;Liegenschaft;Hersteller;Modell\nneu-03;schule;Alfen;Eve\n"
STATIONS_DIGEST = sha256(STATIONS).hexdigest()
PAST = b"Ladestation;Beginn;Ende;Energie (kWh)\nlis-01;01.03.2024 08:00;01.03.2024 10:00;12,5\n"
PAST_DIGEST = sha256(PAST).hexdigest()
PRICES = b'{"unix_seconds":[1795132800,1795136400],"price":[-3.5,81.25],"unit":"EUR / MWh"}'
PRICES_DIGEST = sha256(PRICES).hexdigest()
INTENSITY_DIGEST = sha256(INTENSITY).hexdigest()
BOUNDARIES = b"""{"type": "FeatureCollection", "features": [{"type": "Feature",
"properties": {"AGS": "00000001", "GEN": "Musterau"}, "geometry": {"type": "Polygon", "coordinates":
[[[380000, 5640000], [390000, 5640000], [390000, 5650000], [380000, 5640000]]]}}],
"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}}"""
BOUNDARIES_DIGEST = sha256(BOUNDARIES).hexdigest()


async def a_month_of_driving(district: District) -> None:
    """State what an electric vehicle avoided last month."""
    house = district.gate.house
    car = next(each.id for each in house.inventory().vehicles.values() if each.plugs_in)
    day = VehicleDay(vehicle=car, day=date(2026, 10, 5), distance_m=Decimal(40_000), own_charged_wh=Decimal(8_000))
    await district.stores.ledger.save_vehicle_days([day])
    call = Call(Actor(name="job:savings", role=Role.ADMIN), NOW)
    await compute_savings(house, JobWork(period="2026-11-02"), call)


async def a_report_on_its_way(district: District) -> None:
    """Leave two letters of which nobody knows whether they arrived, and something to be done."""
    ledger = district.stores.ledger
    for number in (1, 2):
        sending = Sending(
            report="fleet",
            period="2026-10",
            revision=1,
            recipient="leitung",
            message_id=f"<{number}@landkreis.example>",
            state=SendingState.UNCERTAIN,
            attempts=1,
            created_at_utc=NOW,
        )
        await ledger.keep_sending(sending, b"letter")
    action = FleetAction(code="lease_ends", subject="fleet", text="Nachfolge klären", made_by="job", made_at_utc=NOW)
    await ledger.save_action(action)


async def a_file(district: District) -> None:
    """Import a file with two readings, and hand one of the weather service in."""

    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        yield content

    inbox = district.gate.house.inbox
    assert inbox
    await inbox.keep("Ablesung.csv", chunks(FILE))
    await inbox.keep("tageswerte.txt", chunks(CLIMATE))
    await inbox.keep("co2eq.json", chunks(INTENSITY))
    await inbox.keep("grenzen.geojson", chunks(BOUNDARIES))
    await district.ask("boundaries.import", upload=BOUNDARIES_DIGEST, valid_on="2024-06-01", source="Amt")
    await inbox.keep("Einspeisung.csv", chunks(FEED_IN))
    await inbox.keep("EinheitenWind.xml", chunks(REGISTER))
    await inbox.keep("karten.csv", chunks(CARDS))
    await inbox.keep("stationen.csv", chunks(STATIONS))
    await inbox.keep("vorgaenge.csv", chunks(PAST))
    await inbox.keep("preise.json", chunks(PRICES))
    await inbox.keep("eve.bin", chunks(OTHER_FIRMWARE))
    await put_firmware(district.gate, NOW)
    put_log(district.gate, "lis-01", NOW)
    await district.ask("prices.import", upload=PRICES_DIGEST)
    await district.ask("feed_in.add", plant="wea-au", month="2025-02", fed_in_wh=400_000_000)
    await district.ask("intensity.import", upload=INTENSITY_DIGEST, boundary="direct")
    mapping = {"name": "ablesung", "date_column": "A", "value_column": "B", "header": 0, "meter": "schule-wasser"}
    await district.ask("mappings.save", **mapping, quantity="volume_m3")
    await district.ask("imports.run", upload=FILE_DIGEST, mapping="ablesung")
    papers = {"kind": "fuel", "date_column": "A", "vehicle": "lk-e-101", "fuel_l_column": "B"}
    await district.ask("voucher_mappings.save", name="Tankkarte", **papers)


SHARE_USE = "2025:au/59a6c3380057"


async def shares_of_a_year(district: District) -> None:
    """Settle a year of the one wind turbine amid its municipality, and enter what the share was used for."""
    longitude, latitude = 9.2, 53.1
    land = to_wkb(box(longitude - 0.3, latitude - 0.3, longitude + 0.3, latitude + 0.3))
    edition = BoundaryEdition(
        name="musterau-2025",
        valid_on=date(2025, 1, 1),
        source="erfunden",
        file="musterau.gpkg",
        digest="ab" * 32,
        epsg=4258,
        areas=1,
        imported_by="anna",
        imported_at_utc=NOW,
    )
    area = BoundaryArea(key="00000001", name="Musterau", kind="gemeinde", state="NI", shape_wkb=land)
    await district.stores.ledger.keep_boundaries(edition, [area])
    await district.ask("shares.settle", year=2025)
    use = {"amount_eur": "100", "spent_on": "2026-10-01", "purpose": "Spielplatz", "district": "Au"}
    used = await district.ask("shares.book_use", municipality="au", year=2025, **use)
    assert used.id == SHARE_USE


ALARM = "a1"


async def what_waits(district: District) -> None:
    """Raise an alarm, and find two steps of a register that nobody has booked."""
    found = Finding.of("alarms.meter_silent_hours", count=2)
    since = NOW - timedelta(hours=2)
    subject = "meter:schule-wasser"
    alarm = Alarm(
        id=ALARM,
        kind="meter_silent",
        subject=subject,
        site="schule",
        finding=found,
        since_utc=since,
        seen_at_utc=NOW,
        raised_at_utc=since,
    )
    await district.stores.ledger.save_alarms(AlarmChange(saved=[alarm]))
    await district.stores.ledger.save_certificates([held(NOW), held(NOW, "lis-01", CertificatePurpose.STATION)])
    steps = [
        MeterProposal(
            source=subject,
            quantity=Quantity.VOLUME_M3,
            step="exchange",
            from_utc=begin,
            from_value=1004.0,
            to_utc=begin + timedelta(hours=1),
            to_value=3.0,
            found_at_utc=NOW,
        )
        for begin in (NOW - timedelta(days=3), NOW - timedelta(days=2))
    ]
    await district.stores.ledger.propose(steps)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration folder that names the data of `filled`, with nothing else in it."""
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "kreiswatt.yaml").write_text(f"data_dir: {tmp_path / 'filled' / 'data'}\n", encoding="utf-8")
    return folder


@pytest.fixture
def own_house(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Return what lets commands open the small district in a folder themselves, at the test's instant, as Anna."""

    def point(folder: Path) -> None:
        monkeypatch.setattr(wire, "open_house", lambda _config: _gate(folder))
        monkeypatch.setattr(wire, "now_utc", lambda: NOW)
        monkeypatch.setattr(wire, "local_actor", lambda: ANNA)

    return point


@asynccontextmanager
async def _gate(folder: Path) -> AsyncIterator[Gate]:
    async with open_district(folder) as district:
        yield district.gate
