"""Whose sessions were whose: found from cards and from what vehicles told, kept with confidence and disagreements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from core.erasure import ERASED_TAG
from core.facts import ChargeSession
from core.fleet import MatchBasis, Presence, SessionValuation
from core.inventory import Inventory, Tag, Vehicle
from core.periods import Period, local_day
from core.quantities import Quantity
from core.texts import Finding
from energy.register_walk import epoch_ms
from energy.series import Samples
from fleet.sessions.hints import claim_of, expected_rise_percent
from fleet.sessions.matching import Ask, Match, match_sessions
from fleet.sessions.triangle import Triangle, disagreements
from fleet.vehicle_days.charge_level import rounded
from fleet.vehicle_days.days import dates
from fleet.vehicle_days.telling import Telling, telling_of
from operations.fleet.buildings import Buildings, read_buildings
from operations.fleet.reading import HELD, by_vehicle, odometer_rules, read_series
from operations.house import Call, House

NOTHING_SAID: Final[Mapping[str, SaidByHand]] = MappingProxyType({})

AROUND_MS: Final = 15 * 60_000
"""So much around a session a vehicle's own counter of it is read: it reports when it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidByHand:
    """What a person said of a session: its vehicle (None: none of ours), and why. `withdrawn`: no longer."""

    vehicle: str | None = None
    reason: str
    by: str
    withdrawn: bool = False


Said = Mapping[str, SaidByHand]
"""What people said of sessions, by session."""


async def value_sessions(house: House, first: date, last: date, call: Call, said: Said = NOTHING_SAID) -> int:
    """Find whose the sessions begun from `first` to `last` were; return how many are valued otherwise than before.

    What a person said stays; `said` is what one says now. So does whose a session was whose card has been erased
    since: nothing tells it any more. Sessions of the day before are looked at too: a vehicle is at one place only.
    """
    zone = ZoneInfo(house.time_zone)
    looked_at: list[_Looked] = []
    for day in dates(first - timedelta(days=1), last):
        looked_at += await _look(house, local_day(day, zone), call, said)
    matches = match_sessions([each.ask for each in looked_at])
    period = Period(local_day(first, zone).start_utc, local_day(last, zone).end_utc)
    before = {each.session: each for each in await house.ledger.valuations(period)}
    begun = [each for each in looked_at if each.session.begun_at_utc in period]
    found = {
        each.session.id: _valuation(each, matches[each.session.id], before.get(each.session.id), call) for each in begun
    }
    for session in _without_card(begun, said) & before.keys():
        found[session] = _as_before(found[session], before[session])
    return await house.ledger.value_sessions(list(found.values()))


def _without_card(looked_at: Iterable[_Looked], said: Said) -> set[str]:
    """Return the sessions whose card was erased and of which nobody says anything now."""
    return {each.session.id for each in looked_at if each.session.tag == ERASED_TAG} - said.keys()


def _as_before(found: SessionValuation, before: SessionValuation) -> SessionValuation:
    """Return a valuation with all that was found while the session's card still told; only its energy may change."""
    return replace(
        found,
        vehicle=before.vehicle,
        basis=before.basis,
        confidence=before.confidence,
        battery_wh=before.battery_wh,
        soc_rise_percent=before.soc_rise_percent,
        findings=before.findings,
        reason=before.reason,
        made_by=before.made_by,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A session with what was asked of it, what each candidate told meanwhile, and what the building counted."""

    session: ChargeSession
    ask: Ask
    sides: Mapping[str, Triangle] = field(default_factory=dict)
    alone: Triangle
    hand: SaidByHand | None = None


async def _look(house: House, period: Period, call: Call, said: Said) -> list[_Looked]:
    """Return the sessions that began in a day with all that speaks for and against each vehicle."""
    sessions = await house.ledger.sessions_begun(period)
    if not sessions:
        return []
    inventory = house.inventory()
    erased = {session.id for session in sessions if session.tag == ERASED_TAG}
    hands = await _hands(house, period, said, erased)
    cars = await _read_cars(house, period, sessions, call.now_utc)
    buildings = await read_buildings(house, sessions, call.now_utc)
    holders = card_holders(house)
    found = []
    for session in sessions:
        day = session.begun_at_utc.astimezone(ZoneInfo(house.time_zone)).date()
        cards = [tag for tag in holders.get(session.tag or "", ()) if tag.valid_on(day)]
        tagged = sorted({tag.vehicle for tag in cards if tag.vehicle})
        found.append(_looked(session, inventory, cars, tagged, hands.get(session.id), buildings, call))
    return found


async def _hands(house: House, period: Period, said: Said, erased: Collection[str]) -> dict[str, SaidByHand]:
    """Return what people said of sessions begun in a period, or withdraw now, and what was found before an erasure."""
    before = {
        each.session: SaidByHand(vehicle=each.vehicle, reason=each.reason, by=each.made_by)
        for each in await house.ledger.valuations(period)
        if each.basis is MatchBasis.HAND or each.session in erased
    }
    return {**before, **said}


def _looked(
    session: ChargeSession,
    inventory: Inventory,
    cars: _Cars,
    tagged: Sequence[str],
    hand: SaidByHand | None,
    buildings: Buildings,
    call: Call,
) -> _Looked:
    station = inventory.stations.get(session.station)
    site = station.site if station else None
    holds = hand is not None and not hand.withdrawn
    named = [hand.vehicle] if hand is not None and hand.vehicle is not None else []
    possible = cars.candidates(site, [*tagged, *named])
    claims = tuple(
        claim_of(telling, session, site, has_tag=name in tagged, now_utc=call.now_utc)
        for name, telling in possible.items()
    )
    alone = _station_side(session, inventory, buildings, call.now_utc)
    return _Looked(
        session=session,
        ask=Ask(
            session=session.id,
            outlet=session.source,
            begun_at_utc=session.begun_at_utc,
            ended_at_utc=session.ended_at_utc or max(call.now_utc, session.begun_at_utc),
            claims=claims,
            tag_vehicles=tuple(tagged),
            by_hand=holds,
            hand=hand.vehicle if hand else None,
        ),
        hand=hand,
        sides={name: _with_vehicle(alone, session, telling, call.now_utc) for name, telling in possible.items()},
        alone=alone,
    )


def _station_side(session: ChargeSession, inventory: Inventory, buildings: Buildings, now_utc: datetime) -> Triangle:
    station = inventory.stations.get(session.station)
    outlets = station.connectors if station else ()
    building_wh, charged_wh = buildings.during(session, now_utc)
    return Triangle(
        station_wh=session.energy_wh,
        lasted_s=((session.ended_at_utc or now_utc) - session.begun_at_utc).total_seconds(),
        max_power_w=max((each.max_power_w for each in outlets if each.number == session.connector), default=0.0),
        building_wh=building_wh,
        charged_wh=charged_wh,
    )


def _with_vehicle(alone: Triangle, session: ChargeSession, telling: Telling, now_utc: datetime) -> Triangle:
    begin_ms = epoch_ms(session.begun_at_utc)
    end_ms = max(epoch_ms(session.ended_at_utc or now_utc), begin_ms)
    expected = None if session.energy_wh is None else expected_rise_percent(telling, session.energy_wh)
    return Triangle(
        station_wh=alone.station_wh,
        lasted_s=alone.lasted_s,
        max_power_w=alone.max_power_w,
        building_wh=alone.building_wh,
        charged_wh=alone.charged_wh,
        battery_size_wh=telling.vehicle.battery_wh,
        vehicle_wh=telling.battery_wh(begin_ms - AROUND_MS, end_ms + AROUND_MS),
        expected_rise_percent=expected,
        rise_percent=telling.levels.rise(begin_ms, end_ms),
    )


def _valuation(looked: _Looked, match: Match, before: SessionValuation | None, call: Call) -> SessionValuation:
    """Return what is to be kept of a session; shares of local power stay while its energy is the same."""
    session = looked.session
    side = looked.sides.get(match.vehicle or "", looked.alone)
    energy_wh = None if session.energy_wh is None else Decimal(repr(session.energy_wh))
    same = before is not None and before.energy_wh == energy_wh
    pv_wh = before.pv_wh if before is not None and same else None
    unknown = () if pv_wh is not None or energy_wh is None else (Finding.of("valuation.pv_unknown"),)
    return SessionValuation(
        session=session.id,
        version=0,
        vehicle=match.vehicle,
        basis=match.basis,
        confidence=match.confidence,
        begun_at_utc=session.begun_at_utc,
        energy_wh=energy_wh,
        pv_wh=pv_wh,
        grid_wh=before.grid_wh if before is not None and same else None,
        battery_wh=rounded(side.vehicle_wh),
        soc_rise_percent=rounded(side.rise_percent),
        findings=(*match.findings, *disagreements(side), *unknown),
        reason=looked.hand.reason if looked.hand else "",
        made_by=looked.hand.by if looked.hand else call.actor.name,
        made_at_utc=call.now_utc,
    )


def card_holders(house: House) -> dict[str, list[Tag]]:
    """Return the cards of the inventory by pseudonym; none where nothing makes pseudonyms."""
    found: dict[str, list[Tag]] = defaultdict(list)
    if house.pseudonym is not None:
        for tag in house.inventory().tags.values():
            found[tag.known_as(house.pseudonym)].append(tag)
    return found


@dataclass(slots=True)
class _Cars:
    """The vehicles that can be charged, with what they told around a day; each is looked at when it is asked for."""

    vehicles: Mapping[str, Vehicle]
    series: Mapping[str, Mapping[Quantity, Samples]]
    presences: Mapping[str, Sequence[Presence]]
    inventory: Inventory
    tellings: dict[str, Telling] = field(default_factory=dict)

    def candidates(self, site: str | None, surely: Iterable[str]) -> dict[str, Telling]:
        """Return the vehicles that are asked about anyway, and those that may have stood at a site."""
        near = [name for name in self.vehicles if site is not None and self._may_stand_at(name, site)]
        return self.named([*surely, *near])

    def named(self, names: Iterable[str]) -> dict[str, Telling]:
        """Return vehicles with what they told."""
        return {name: self._telling(name) for name in dict.fromkeys(names) if name in self.vehicles}

    def _may_stand_at(self, name: str, site: str) -> bool:
        """Return whether a vehicle said so, or, where it never says where it is, whether it is at home there."""
        said = self.presences.get(name)
        return any(each.site == site for each in said) if said else self.vehicles[name].site == site

    def _telling(self, name: str) -> Telling:
        if name not in self.tellings:
            vehicle = self.vehicles[name]
            self.tellings[name] = telling_of(
                vehicle,
                self.series.get(vehicle.source, {}),
                odometer_rules(self.inventory, vehicle),
                presences=self.presences.get(name, ()),
            )
        return self.tellings[name]


async def _read_cars(house: House, day: Period, sessions: Sequence[ChargeSession], now_utc: datetime) -> _Cars:
    inventory, zone = house.inventory(), ZoneInfo(house.time_zone)
    on = day.start_utc.astimezone(zone).date()
    vehicles = {each.id: each for each in inventory.vehicles.values() if each.plugs_in and each.valid_on(on)}
    end_utc = max(min(session.ended_at_utc or now_utc, session.begun_at_utc + 2 * HELD) for session in sessions)
    reach = Period(day.start_utc - HELD, max(end_utc, day.end_utc) + HELD)
    return _Cars(
        vehicles=vehicles,
        series=await read_series(house, [each.source for each in vehicles.values()], reach),
        presences=by_vehicle(await house.ledger.presences(list(vehicles), reach)),
        inventory=inventory,
    )
