"""What is known of stations that are to be configured: what they tell, what they took, how they are reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from chargepoints.configuring.comparing import LiveSetting, plain_key
from chargepoints.configuring.plan import KnownSettings, PlanSource
from chargepoints.configuring.profiles import Effective
from chargepoints.configuring.terms import NETWORK, OWN_ROOT, PASSWORD
from core.certificates import OURS, CertificateFacts, CertificatePurpose, CertificateState
from core.commands import Command, CommandFilter, CommandKind, CommandState
from core.facts import StationLink
from core.rollouts import NetworkChange
from operations.configuring.reading import read_live
from operations.house import Call, House
from operations.stations.configuration import Known, known_settings

_AT_ONCE: Final = 500


async def known_of(
    house: House, call: Call, wanted: Mapping[str, Effective], *, live: bool
) -> dict[str, KnownSettings]:
    """Return what is known of stations: as they tell it now with `live`, else and where they are away as of before."""
    links = {link.station: link for link in await house.ledger.links()}
    keys = {station: frozenset(one.key for one in each.settings if one.key) for station, each in wanted.items()}
    told = await read_live(house, call, keys, links) if live else {}
    passwords = await _last(house, CommandKind.PASSWORD, _with_term(wanted, {PASSWORD}))
    networks = await _last(house, CommandKind.NETWORK_PROFILE, _with_term(wanted, NETWORK))
    own_root, roots = await _roots(house, _with_term(wanted, {OWN_ROOT}))
    known: dict[str, KnownSettings] = {}
    for station in wanted:
        settings = told.get(station)
        source = PlanSource.LIVE
        read_at_utc: datetime | None = call.now_utc
        if settings is None:
            before_utc, settings = await known_settings(house, station, links)
            read_at_utc = before_utc or max((one.at_utc for one in settings.values()), default=None)
            source = PlanSource.LAST_KNOWN if settings else PlanSource.NEVER_READ
        password, network = passwords.get(station), networks.get(station)
        known[station] = KnownSettings(
            source=source,
            read_at_utc=read_at_utc,
            settings={
                key: LiveSetting(value=one.value, read_only=bool(one.read_only)) for key, one in settings.items()
            },
            written=await _written(house, station, keys[station], settings),
            firmware=_firmware(links.get(station)),
            network=_network(network) if network else None,
            own_root=own_root,
            roots=roots.get(station, frozenset()),
            password_at_utc=password.finished_at_utc if password else None,
        )
    return known


async def own_authority(house: House) -> CertificateFacts | None:
    """Return the certificate of our own authority, None where there is none."""
    held = await house.ledger.certificates({OURS}, {CertificatePurpose.AUTHORITY})
    return next((each.facts for each in held if each.state is CertificateState.IN_USE), None)


async def _roots(house: House, stations: frozenset[str]) -> tuple[str, dict[str, frozenset[str]]]:
    """Return the fingerprint of our own authority, and those of the roots by which each station knows us."""
    own = await own_authority(house) if stations else None
    if own is None:
        return "", {}
    held = await house.ledger.certificates(stations, {CertificatePurpose.CENTRAL_ROOT})
    found: dict[str, set[str]] = {}
    for each in held:
        if each.state is CertificateState.IN_USE:
            found.setdefault(each.station, set()).add(each.facts.fingerprint)
    return own.fingerprint, {station: frozenset(prints) for station, prints in found.items()}


def _with_term(wanted: Mapping[str, Effective], terms: Collection[str]) -> frozenset[str]:
    return frozenset(station for station, each in wanted.items() if any(one.term in terms for one in each.settings))


async def _last(house: House, kind: CommandKind, stations: frozenset[str]) -> dict[str, Command]:
    """Return the newest command of a kind that was done at each station."""
    found: dict[str, Command] = {}
    cursor: str | None = None
    while stations - found.keys():
        page = await house.ledger.commands(
            CommandFilter(
                stations=stations - found.keys(),
                kinds=frozenset({kind}),
                states=frozenset({CommandState.DONE}),
                limit=_AT_ONCE,
                cursor=cursor,
            )
        )
        for command in page.items:
            found.setdefault(command.station, command)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def _written(house: House, station: str, keys: Collection[str], settings: Mapping[str, Known]) -> dict[str, str]:
    """Return what was last set with success of the wanted settings that a station tells nobody."""
    hidden = {plain_key(key) for key, one in settings.items() if one.value is None} & {plain_key(key) for key in keys}
    if not hidden:
        return {}
    done = CommandFilter(
        stations=frozenset({station}),
        kinds=frozenset({CommandKind.SET}),
        states=frozenset({CommandState.DONE}),
        limit=_AT_ONCE,
    )
    return _set_in((await house.ledger.commands(done)).items, hidden)


def _set_in(commands: Sequence[Command], keys: Collection[str]) -> dict[str, str]:
    written: dict[str, str] = {}
    for command in commands:  # newest first
        for setting in command.request.get("settings", ()):
            if plain_key(setting["key"]) in keys:
                written.setdefault(plain_key(setting["key"]), str(setting["value"]))
    return written


def _firmware(link: StationLink | None) -> str:
    return link.firmware if link else ""


def _network(command: Command) -> NetworkChange:
    said = command.request
    return NetworkChange(slot=int(said["slot"]), url=str(said["url"]), security_profile=int(said["security_profile"]))
