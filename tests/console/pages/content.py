"""What the district of the page tests contains: readings, sessions, states, messages, people; the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import pi, sin
from random import Random

from core.alarms import Alarm, AlarmChange
from core.bills import SupplierBill
from core.certificates import CertificatePurpose, CertificateRecord, CertificateState
from core.facts import (
    ApiToken,
    ChargeSession,
    ConnectorStatus,
    Discovery,
    GeneratedSpan,
    Notice,
    Origin,
    Protocol,
    Rejection,
    SessionState,
    StationLink,
    StationStatus,
    TagVerdict,
    User,
)
from core.inventory import Inventory, Medium, Meter, MeterRole, Station
from core.letters import Letter, LetterState
from core.meter_life import MeterProposal
from core.people import Role
from core.ports import Batch
from core.quantities import Quantity
from core.readings import Reading
from core.texts import Finding
from core.work import JobRun, JobState, MeterEvent, MeterEventKind
from operations.people.access import digest
from store.open import Stores
from tests.held_certificates import held

NOW = datetime(2026, 11, 18, 9, 47, 30, tzinfo=UTC)
HOSTILE = '"><script>document.title="owned"</script><img src=x onerror=alert(1)>'
SECRET = "kw_this-is-a-secret-of-a-token"


BILL = SupplierBill(
    site="lra",
    meter="lra-strom",
    number="2026-4711",
    first_day=date(2026, 11, 17),
    last_day=date(2026, 11, 17),
    used=Decimal(412),
    unit="kWh",
    net_eur=Decimal("110.62"),
    gross_eur=Decimal("131.64"),
    begin_reading=Decimal(100),
    end_reading=Decimal(512),
    document="Rechnungen/2026/4711.pdf",
    note=HOSTILE,
    added_by="anna",
    added_at_utc=NOW,
)


async def fill(stores: Stores, inventory: Inventory) -> None:
    """Write two weeks of a district's life."""
    chance = Random(2026)
    await stores.readings.put(Batch(list(meter_readings(inventory, chance)), NOW - timedelta(seconds=20)))
    await stores.readings.put(Batch(list(vehicle_readings(inventory, chance)), NOW - timedelta(seconds=8)))
    await fill_stations(stores, inventory, chance)
    await fill_inbox(stores, inventory)
    await fill_jobs(stores)
    await fill_people(stores)
    await fill_alarms(stores)
    await stores.ledger.add_bill(BILL)


def meter_readings(inventory: Inventory, chance: Random) -> Iterator[Reading]:
    for meter in inventory.meters.values():
        if meter.id == "sporthalle-waerme":
            age = timedelta(days=3)  # this one fell silent
        else:
            age = timedelta(seconds=chance.randrange(5, min(meter.nominal_interval_s, 900)))
        register = float(chance.randrange(20_000, 900_000))
        for quarter in range(96, -1, -1):
            at_utc = NOW - age - timedelta(minutes=15 * quarter)
            power_w = meter_power_w(meter, at_utc, chance)
            register += max(power_w, 0.0) / 4 if meter.medium is not Medium.WATER else 0.02
            yield Reading(meter.source, register_of(meter), at_utc, round(register, 3))
            if meter.medium is Medium.ELECTRICITY:
                yield Reading(meter.source, Quantity.POWER_W, at_utc, round(power_w, 1))


def register_of(meter: Meter) -> Quantity:
    if meter.medium in (Medium.WATER, Medium.GAS):
        return Quantity.VOLUME_M3
    if meter.medium is Medium.HEAT:
        return Quantity.HEAT_WH
    return Quantity.ENERGY_EXPORT_WH if meter.role is MeterRole.GENERATION else Quantity.ENERGY_IMPORT_WH


def meter_power_w(meter: Meter, at_utc: datetime, chance: Random) -> float:
    hour = (at_utc.hour + 1 + at_utc.minute / 60) % 24
    day = max(0.0, sin(pi * (hour - 5) / 15)) if 5 < hour < 20 else 0.0
    most_w = (meter.max_power_w or 30_000) * 0.25
    if meter.role is MeterRole.GENERATION:
        return most_w * max(0.0, sin(pi * (hour - 7.5) / 9)) * chance.uniform(0.5, 1) if 7.5 < hour < 16.5 else 0.0
    return most_w * (0.15 + 0.6 * day) * chance.uniform(0.85, 1.1)


def vehicle_readings(inventory: Inventory, chance: Random) -> Iterator[Reading]:
    electric = [vehicle for vehicle in inventory.vehicles.values() if vehicle.feed]
    for number, vehicle in enumerate(electric):
        at_utc = NOW - timedelta(seconds=chance.randrange(10, 3000))
        yield Reading(vehicle.source, Quantity.ODOMETER_M, at_utc, float(chance.randrange(8_000_000, 90_000_000)))
        if vehicle.battery_wh:
            yield Reading(vehicle.source, Quantity.SOC_PERCENT, at_utc, float(chance.randrange(18, 97)))
            yield Reading(vehicle.source, Quantity.PLUGGED_IN_FLAG, at_utc, float(number % 3 != 2))
            yield Reading(vehicle.source, Quantity.CHARGING_FLAG, at_utc, float(number % 3 == 0))


async def fill_stations(stores: Stores, inventory: Inventory, chance: Random) -> None:
    sessions: list[ChargeSession] = []
    readings: list[Reading] = []
    statuses: list[StationStatus] = []
    for number, station in enumerate(inventory.stations.values()):
        connected = number != 4
        heard = NOW - timedelta(seconds=chance.randrange(5, 200)) if connected else NOW - timedelta(hours=5)
        await stores.ledger.save_link(link_of(station, number, connected=connected, heard_utc=heard))
        for connector in station.connectors:
            status = ConnectorStatus.AVAILABLE
            if connected and (number + connector.number) % 3 == 0:
                status = ConnectorStatus.CHARGING
                session = running(station, connector.number, chance)
                sessions.append(session)
                readings += course(session, connector.max_power_w * 0.8, NOW)
            elif (number, connector.number) == (2, 2):
                status = ConnectorStatus.FAULTED
            statuses.append(status_of(station, connector.number, status))
            sessions += past(station, connector.number, connector.max_power_w, chance)
    await stores.ledger.save_statuses(statuses)
    await stores.ledger.save_certificates(certificates())
    await stores.readings.put(Batch(readings, NOW - timedelta(seconds=4)))
    await stores.ledger.save_sessions(sessions)


def certificates() -> list[CertificateRecord]:
    proof, refused = CertificatePurpose.STATION, Finding.of("ocpp.command_refused", status=HOSTILE)
    return [
        held(NOW, days=6_900),
        held(NOW, purpose=CertificatePurpose.SERVER, days=300),
        held(NOW, "lra-01", proof, days=25),
        held(NOW, "lra-02", proof, days=3),
        held(NOW, "lra-03", proof, days=-2),
        held(NOW, "lra-01", proof, CertificateState.SUPERSEDED, days=1),
        replace(held(NOW, "lra-03", CertificatePurpose.CENTRAL_ROOT, CertificateState.REJECTED), finding=refused),
    ]


def link_of(station: Station, number: int, *, connected: bool, heard_utc: datetime) -> StationLink:
    return StationLink(
        station=station.id,
        connected=connected,
        since_utc=NOW - timedelta(days=2),
        last_frame_at_utc=heard_utc,
        protocol=Protocol.OCPP_16 if number % 2 else Protocol.OCPP_201,
        maker=station.maker,
        model=station.model,
        firmware="2.4.1",
        serial_number=f"KW-{1000 + number}",
        booted_at_utc=NOW - timedelta(days=2),
    )


def status_of(station: Station, number: int, status: ConnectorStatus) -> StationStatus:
    at_utc = NOW - timedelta(minutes=21 + number)
    fault = "GroundFailure" if status is ConnectorStatus.FAULTED else ""
    return StationStatus(
        station=station.id, connector=number, status=status, at_utc=at_utc, received_at_utc=at_utc, error_code=fault
    )


def running(station: Station, connector: int, chance: Random) -> ChargeSession:
    return ChargeSession(
        id=f"{station.id}-{connector}-now",
        station=station.id,
        connector=connector,
        protocol=Protocol.OCPP_16,
        transaction=str(chance.randrange(1, 9999)),
        state=SessionState.OPEN,
        begun_at_utc=NOW - timedelta(minutes=chance.randrange(12, 140)),
        tag="tag:" + f"{chance.getrandbits(80):020x}",
        tag_verdict=TagVerdict.ACCEPTED,
        register_start_wh=float(chance.randrange(100_000, 9_000_000)),
        energy_wh=float(chance.randrange(2_000, 24_000)),
        peak_power_w=10_800.0,
        samples=chance.randrange(10, 90),
        first_frame=chance.randrange(1, 9999),
        last_frame=10_000,
    )


def course(session: ChargeSession, power_w: float, until_utc: datetime) -> Iterator[Reading]:
    at_utc = session.begun_at_utc
    while at_utc < until_utc:
        progress = (at_utc - session.begun_at_utc) / (until_utc - session.begun_at_utc)
        level = min(1.0, progress * 12) * (1 if progress < 0.7 else 1.6 - progress * 0.9)
        yield Reading(session.source, Quantity.POWER_W, at_utc, round(power_w * level, 1))
        at_utc += timedelta(minutes=1)


def past(station: Station, connector: int, power_w: float, chance: Random) -> Iterator[ChargeSession]:
    for day in range(1, 6):
        now = running(station, connector, chance)
        begun_utc = NOW - timedelta(days=day, minutes=chance.randrange(0, 300))
        energy_wh = float(chance.randrange(3_000, 38_000))
        odd = (Finding.of("session.register_reset"),) if day == 2 and connector == 1 else ()
        yield replace(
            now,
            id=f"{station.id}-{connector}-{day}",
            state=SessionState.ENDED,
            begun_at_utc=begun_utc,
            ended_at_utc=begun_utc + timedelta(minutes=energy_wh / power_w * 70),
            energy_wh=energy_wh,
            register_stop_wh=(now.register_start_wh or 0) + energy_wh,
            peak_power_w=power_w * 0.92,
            stop_reason="EVDisconnected",
            findings=odd,
            origin=Origin.GENERATED if day > 2 else Origin.RECORDED,
        )


async def fill_inbox(stores: Stores, inventory: Inventory) -> None:
    meter = next(iter(inventory.meters.values()))
    bad = [
        ("tele/lra-strom/SENSOR", Finding.of("payload.not_json", position=17), b'{"Time":"2026-11-'),
        ("application/7/device/70b3/event/up", Finding.of("payload.no_codec"), b'{"fPort":2,"data":"AQI="}'),
        ("shellies/wache/em", Finding.of("payload.value_sentinel", field="a_voltage", value="65535"), b'{"a":65535}'),
        (
            "tele/bauhof/SENSOR",
            Finding.of("payload.too_large", size_byte=400_000, limit_byte=262_144),
            b"\xff\xfe" * 80,
        ),
        (f"tele/{HOSTILE}/SENSOR", Finding.of("payload.part_missing", part=HOSTILE), HOSTILE.encode()),
    ]
    await stores.ledger.reject(
        [
            Rejection(
                channel="mqtt:main",
                subject=topic,
                reason=reason,
                payload=payload,
                received_at_utc=NOW - timedelta(minutes=7 * number),
            )
            for number, (topic, reason, payload) in enumerate(bad)
        ]
    )
    seen = {"first_seen_utc": NOW - timedelta(days=2), "last_seen_utc": NOW - timedelta(minutes=3)}
    await stores.ledger.discover(
        [
            Discovery(channel="mqtt:main", subject="tele/rathaus-neu/SENSOR", count=214, hint="tasmota_sml", **seen),
            Discovery(channel="mqtt:main", subject=f"x/{HOSTILE}", count=2, sample=HOSTILE.encode(), **seen),
            Discovery(channel="ocpp", subject="unbekannt-17", count=31, **seen),
            Discovery(channel="tag", subject="tag:0123456789abcdef0123", hint="lra-01", count=2, **seen),
            Discovery(channel="tag", subject="tag:3210fedcba9876543210", hint=HOSTILE, **seen),
        ]
    )
    late = Finding.of("payload.time_implausible", time="2000-01-01T00:00:00")
    await stores.ledger.notice([Notice(source=meter.source, finding=late, count=3, **seen)])
    span = GeneratedSpan(
        source=meter.source, start_utc=NOW - timedelta(days=395), end_utc=NOW - timedelta(days=2), seed=1
    )
    await stores.ledger.mark_generated([span])


async def fill_jobs(stores: Stores) -> None:
    """Let the publication have run: done, failed, begun again, and one that runs."""
    hours = [
        (JobState.FAILED, 3, 1, Finding.of("jobs.worker_died", code=-9), ""),
        (JobState.DONE, 3, 2, None, '{"sessions":12,"events":0}'),
        (JobState.DONE, 2, 1, None, '{"sessions":14,"events":1}'),
        (JobState.RUNNING, 1, 1, None, ""),
    ]
    for state, hours_ago, attempt, finding, result in hours:
        begun = NOW - timedelta(hours=hours_ago) + timedelta(minutes=attempt)
        await stores.ledger.save_run(
            JobRun(
                job="publication",
                period=f"2026-11-18T{begun.hour - 1:02}Z",
                state=state,
                begun_at_utc=begun,
                ended_at_utc=None if state is JobState.RUNNING else begun + timedelta(seconds=4),
                attempt=attempt,
                fraction=0.4,
                doing=Finding.of("jobs.publishing_sessions") if state is JobState.RUNNING else None,
                finding=finding,
                result=result,
                started_by="clock" if state is not JobState.DONE else "anna",
            )
        )


async def fill_people(stores: Stores) -> None:
    created_utc = datetime.combine(date(2026, 3, 2), NOW.timetz())
    for name, role, sites in (
        ("anna", Role.ADMIN, None),
        ("ole", Role.OPERATOR, None),
        ("vera", Role.VIEWER, frozenset({"lra"})),
    ):
        await stores.ledger.save_user(User(name=name, role=role, sites=sites, created_at_utc=created_utc))
    await stores.ledger.save_token(
        ApiToken(
            name="grafana",
            digest=digest(SECRET),
            role=Role.VIEWER,
            created_by="anna",
            created_at_utc=created_utc,
            expires_at_utc=NOW + timedelta(days=200),
        )
    )
    await stores.ledger.audit("anna", "tokens.add", "grafana", '{"name": "grafana", "role": "viewer"}', created_utc)


async def fill_alarms(stores: Stores) -> None:
    """Write alarms in every state, and letters about them to two recipients."""
    ledger, hour = stores.ledger, timedelta(hours=1)

    def alarm(number: int, kind: str, subject: str, site: str | None, finding: Finding, **more: datetime) -> Alarm:
        since = NOW - number * 9 * hour
        raised = more.pop("raised_at_utc", since + hour / 2)
        return Alarm(
            id=f"a{number}",
            kind=kind,
            subject=subject,
            site=site,
            finding=finding,
            since_utc=since,
            seen_at_utc=NOW,
            raised_at_utc=raised,
            count=number * 36,
            **more,
        )

    lost = Finding.of("ingest.broker_lost", broker="main", reason="Keep alive timeout")
    jump = Finding.of("alarms.jump", from_value=48_211.3, to_value=4_821_130.0, unit="kWh")
    alarms = [
        alarm(
            1, "meter_silent", "meter:sporthalle-waerme", "sporthalle", Finding.of("alarms.meter_silent_days", count=3)
        ),
        alarm(2, "part_unwell", "service:ingest:main", None, lost),
        alarm(3, "meter_step", "meter:lra-strom", "lra", jump),
        alarm(
            4,
            "meter_stuck",
            "meter:lra-strom",
            "lra",
            Finding.of("alarms.meter_stuck_days", count=2),
            cleared_at_utc=NOW,
        ),
    ]
    letters = [
        Letter(key=f"{name}.{one.id}", recipient=name, alarm=one.id, event="raised", written_at_utc=NOW, due_at_utc=NOW)
        for one in alarms
        for name in ("hausmeister", "leitstelle")
    ]
    await ledger.save_alarms(AlarmChange(saved=alarms, letters=letters))
    await ledger.acknowledge_alarm("a3", "vera", "Ablesung für Montag bestellt", NOW - hour)
    refused = Finding.of("notify.webhook_refused", recipient="leitstelle", status=503)
    sent = replace(letters[0], state=LetterState.SENT, attempts=1, ended_at_utc=NOW - hour)
    dead = replace(letters[1], state=LetterState.DEAD, attempts=12, ended_at_utc=NOW - hour, finding=refused)
    await ledger.settle_letters([sent, dead])


async def fill_meter_life(stores: Stores) -> None:
    """Let one step of a meter wait for a person, and another have been booked and taken back."""
    step = MeterProposal(
        source="meter:lra-strom",
        quantity=Quantity.ENERGY_IMPORT_WH,
        step="exchange",
        from_utc=NOW - timedelta(hours=9, minutes=15),
        from_value=102_345_600.0,
        to_utc=NOW - timedelta(hours=9),
        to_value=12_300.0,
        found_at_utc=NOW - timedelta(hours=8),
    )
    await stores.ledger.propose([step, replace(step, source="meter:lra-waerme", quantity=Quantity.HEAT_WH)])
    event = MeterEvent(
        source="meter:lra-strom",
        quantity=Quantity.ENERGY_IMPORT_WH,
        kind=MeterEventKind.CORRECTION,
        at_utc=NOW - timedelta(hours=6),
        until_utc=NOW - timedelta(hours=3),
        amount=12_500.0,
        reason="Wandlerfaktor 40 statt 50 eingestellt",
        booked_by="anna",
        booked_at_utc=NOW - timedelta(hours=1),
    )
    await stores.ledger.book(event)
    wrong = await stores.ledger.book(
        replace(event, kind=MeterEventKind.MANUAL, start_value=1.0, until_utc=None, amount=None, reason=HOSTILE)
    )
    await stores.ledger.withdraw(wrong.id, NOW, "ole", "vertippt")
