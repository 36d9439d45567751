"""Vehicles of every format that tells positions, sites, and what they send: whole, broken, unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from core.inventory import Feed, Inventory, Site, SiteKind
from ingest.decoders.tesla_fleet import fingerprint
from tests.ingest.rig import vehicle

LATITUDE, LONGITUDE = "47.723643", "10.317517"
AWAY = ("48.112233", "11.556677")
VIN, OTHER_VIN = "5YJ3E1EA7KF317000", "WVWZZZ1JZXW000001"
SECRETS = (LATITUDE[:7], LONGITUDE[:7], AWAY[0][:7], AWAY[1][:7], VIN, OTHER_VIN)
"""What must stand nowhere: coordinates at four decimals, and VINs."""


def feed(name: str, topic: str, device: str = "") -> Feed:
    return Feed(broker="main", format=name, topic=topic, device=device)


DEPOT = Site(
    id="depot",
    name="Bauhof",
    valid_from=date(2020, 1, 1),
    kind=SiteKind.DEPOT,
    municipality="m",
    latitude_deg=47.7236,
    longitude_deg=10.3175,
)
VEHICLES = (
    vehicle("van", feed("ovms_v3", "ovms/fleet/VAN1")),
    vehicle("car", feed("teslamate", "teslamate/cars/1")),
    vehicle("tesla", feed("tesla_fleet", "telemetry", fingerprint(VIN))),
    vehicle("bus", feed("traccar", "fleet/positions", "17")),
    vehicle("dongle", feed("wican", "wican/a1")),
    replace(vehicle("own", feed("teslamate", "teslamate/cars/2")), personal=True),
)
INVENTORY = Inventory(sites={"depot": DEPOT}, vehicles={each.id: each for each in VEHICLES})


def at_a_place(latitude: str, longitude: str, fix_time: str) -> list[tuple[str, bytes | str]]:
    """Return what every vehicle sends at a place."""
    place = f'{{"latitude":{latitude},"longitude":{longitude}}}'
    position = {"fixTime": fix_time, "valid": True, "latitude": float(latitude), "longitude": float(longitude)}
    forwarded = {"position": position, "device": {"uniqueId": "17", "vin": VIN}}
    return [
        ("ovms/fleet/VAN1/metric/v/p/latitude", latitude),
        ("ovms/fleet/VAN1/metric/v/p/longitude", longitude),
        ("ovms/fleet/VAN1/metric/v/vin", VIN),
        ("teslamate/cars/1/location", place),
        ("teslamate/cars/1/geofence", "Bauhof"),
        ("teslamate/cars/2/location", place),
        (f"telemetry/{VIN}/v/Location", place),
        ("fleet/positions", json.dumps(forwarded)),
        ("wican/a1/can/rx", f'{{"SOC":50,"GPSLatitude":{latitude},"GPSLongitude":{longitude},"vin":"{VIN}"}}'),
    ]


def broken(latitude: str, longitude: str) -> list[tuple[str, bytes | str]]:
    """Return what is not understood: cut short, of the wrong kind, on topics of nobody."""
    return [
        ("teslamate/cars/1/location", f'{{"latitude":{latitude},"longitude":{longitude}'),
        ("teslamate/cars/1/location", f"{latitude},{longitude}"),
        (f"telemetry/{VIN}/v/Location", f'"{latitude} {longitude}"'),
        ("fleet/positions", f'{{"position":{{"latitude":{latitude},"longitude":{longitude}'),
        ("fleet/positions", f'{{"latitude":{latitude},"longitude":{longitude},"vin":"{VIN}"}}'),
        ("fleet/positions", f"{VIN};{latitude};{longitude}"),
        ("wican/a1/can/rx", f"lat={latitude} lon={longitude} {VIN}"),
        ("wican/a1/can/rx", f'["{latitude}, {longitude}"]'),
        ("teslamate/cars/1/battery_level", f"{latitude},{longitude}"),
        ("teslamate/cars/1/charging_state", f'{{"latitude":{latitude},"longitude":{longitude}}}'),
        ("ovms/fleet/VAN1/metric/v/b/soc", f"{VIN} {latitude} {longitude}"),
        ("wican/a1/can/rx", f'{{"SOC":{{"lat":{latitude},"lon":{longitude}}},"FUEL":"{VIN}"}}'),
        ("teslamate/cars/9/location", f'{{"latitude":{latitude},"longitude":{longitude}}}'),
        (f"ovms/fleet/{OTHER_VIN}/metric/v/p/latitude", latitude),
        (f"ovms/fleet/{OTHER_VIN}/metric/v/p/longitude", longitude),
        ("ovms/fleet/VAN9/notify/data/log", f"gps,1,{latitude},{longitude},512"),
        (f"cars/{OTHER_VIN}/v/Location", f'{{"latitude":{latitude},"longitude":{longitude}}}'),
        ("phone/owntracks", f'{{"lat":{latitude},"lon":{longitude},"tid":"x"}}'),
        ("phone/geojson", f'{{"type":"Point","coordinates":[{longitude},{latitude}]}}'),
        ("tracker/lat", latitude),
        ("tracker/lon", longitude),
        ("tracker/gps/fix/a", latitude),
        ("tracker/GPS/lon/value", longitude),
        ("tracker/GPSLatitude", latitude),
        ("phone/csv", f"{latitude}; {longitude}"),
    ]
