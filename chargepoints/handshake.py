"""Who may connect: the station in the path, its password, and the version both speak. Nothing here waits."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from urllib.parse import unquote_to_bytes

from chargepoints.kept_secrets import Matches, digests_in, matches_clear
from chargepoints.tls import Entrance
from core.facts import Protocol
from core.inventory import Inventory, Station
from core.texts import Finding

SUBPROTOCOLS = {"ocpp2.1": Protocol.OCPP_21, "ocpp2.0.1": Protocol.OCPP_201, "ocpp1.6": Protocol.OCPP_16}
"""What we speak, best first."""

IMPOSTURES = frozenset({"ocpp.certificate_of_another", "ocpp.certificate_of_others"})
"""The codes of what a certificate says that is good, but not this station's."""

_BASIC = 1
_TLS_BASIC = 2
_CERTIFICATE = 3
_PLAIN = Entrance()


@dataclass(frozen=True, slots=True)
class Refused:
    """A connection that is refused. `station` is the known station, `asked` the name in the path."""

    status: HTTPStatus
    finding: Finding
    asked: str
    station: Station | None = None


def choose_subprotocol(offered: Sequence[str]) -> str | None:
    """Return the best version both speak, None if there is none."""
    return next((ours for ours in SUBPROTOCOLS if ours in offered), None)


class Doorkeeper:
    """Admits the stations of the inventory."""

    def __init__(
        self,
        path: str,
        inventory: Callable[[], Inventory],
        secret_of: Callable[[str], str | None],
        organisation: str = "",
        matches: Matches = matches_clear,
    ) -> None:
        self._prefix = "/" + path.strip("/") + "/" if path.strip("/") else "/"
        self._inventory = inventory
        self._secret_of = secret_of
        self._organisation = organisation
        self._matches = matches
        self._indexed: Inventory | None = None
        self._by_name: dict[str, Station] = {}

    def admit(
        self, path: str, authorization: Sequence[str], day: date, entrance: Entrance = _PLAIN
    ) -> Station | Refused:
        """Return the station that may connect, or why nobody may."""
        asked = self._asked(path)
        if asked is None:
            return Refused(HTTPStatus.NOT_FOUND, Finding.of("ocpp.path_unknown"), "")
        station = self._station(asked)
        if station is None or not station.valid_on(day):
            return Refused(HTTPStatus.NOT_FOUND, Finding.of("ocpp.station_unknown", station=asked), asked)
        finding = self._objection(station, authorization, entrance)
        return station if finding is None else Refused(HTTPStatus.UNAUTHORIZED, finding, asked, station)

    def proves_one_of_several(self, station: Station, authorization: Sequence[str]) -> bytes | None:
        """Return the password that a station shows while several are kept for it, None where that is not so."""
        given = _credentials(authorization)
        several = digests_in(self._secret_of(station.id) or "")[1:]
        return given[1] if several and given is not None else None

    def profile_above(self, station: Station, entrance: Entrance) -> int | None:
        """Return the security profile that a station came by, if it is above its own; None where it is not."""
        if station.security_profile < _BASIC or not entrance.encrypted:
            return None
        certified = self._certificate_objection(station, entrance) is None
        profile = _CERTIFICATE if certified else _TLS_BASIC
        return profile if profile > station.security_profile else None

    def newcomer(self, path: str, authorization: Sequence[str]) -> tuple[str, bytes | None]:
        """Return the name that a station asks for, and the password it shows together with that name, if any."""
        asked, given = self._asked(path) or "", _credentials(authorization)
        return asked, given[1] if given is not None and given[0].casefold() == asked.casefold() else None

    def _asked(self, path: str) -> str | None:
        """Return the station's name in the path; percent-encoding and a trailing slash are no difference."""
        path = path.partition("?")[0]
        if not path.startswith(self._prefix):
            return None
        try:
            name = unquote_to_bytes(path[len(self._prefix) :].rstrip("/")).decode()
        except UnicodeDecodeError:
            return None
        return name if name and "/" not in name and name.isprintable() else None

    def _station(self, asked: str) -> Station | None:
        inventory = self._inventory()
        if inventory is not self._indexed:
            self._by_name = {station.wire_name.casefold(): station for station in inventory.stations.values()}
            self._indexed = inventory
        return self._by_name.get(asked.casefold())

    def _objection(self, station: Station, authorization: Sequence[str], entrance: Entrance) -> Finding | None:
        if station.security_profile < _BASIC:
            return None
        if station.security_profile >= _TLS_BASIC and not entrance.encrypted:
            return Finding.of("ocpp.not_encrypted", profile=station.security_profile)
        if station.security_profile > _TLS_BASIC:
            return self._certificate_objection(station, entrance)
        if self._certificate_objection(station, entrance) is None:
            return None  # a station on its way to profile 3 (2.0.1 A05)
        return self._password_objection(station, authorization)

    def _password_objection(self, station: Station, authorization: Sequence[str]) -> Finding | None:
        secret = self._secret_of(station.id)
        if not secret:
            return Finding.of("ocpp.secret_missing")
        given = _credentials(authorization)
        if given is None:
            return Finding.of("ocpp.password_missing")
        name, password = given
        named = name.casefold() == station.wire_name.casefold()
        return None if self._matches(station.id, password, secret) and named else Finding.of("ocpp.password_wrong")

    def _certificate_objection(self, station: Station, entrance: Entrance) -> Finding | None:
        """Return what speaks against a certificate: it must be this station's, not just any of ours."""
        shown = entrance.presented
        if shown is None:
            return Finding.of("ocpp.certificate_missing")
        if self._organisation and self._organisation not in shown.organisations:
            return Finding.of("ocpp.certificate_of_others")
        own = {station.id.casefold(), station.wire_name.casefold(), station.serial_number.casefold()} - {""}
        if len(shown.names) != 1 or shown.names[0].casefold() not in own:
            return Finding.of("ocpp.certificate_of_another")
        return None


def _credentials(authorization: Sequence[str]) -> tuple[str, bytes] | None:
    """Return user name and password of exactly one Basic header, None otherwise."""
    if len(authorization) != 1:
        return None
    scheme, _, encoded = authorization[0].partition(" ")
    try:
        name, colon, password = b64decode(encoded.strip(), validate=True).partition(b":")
        return (name.decode(), password) if scheme.lower() == "basic" and colon else None
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
