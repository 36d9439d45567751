"""A request for each command to charge points, as the example district could ask it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chargepoints.authority import new_authority

STATION = {"id": "lis-01", "wait_s": 0}
CARD = "tag:0123456789abcdef0123"
PEM = new_authority("Landkreis", datetime(2026, 11, 22, tzinfo=UTC))[1].decode()
HASHES = {"issuer_name_hash": "a1", "issuer_key_hash": "b2", "serial_number": "c3"}

ASKED: dict[str, dict[str, Any]] = {
    "stations.start": {**STATION, "connector": 1, "tag": CARD},
    "stations.stop": STATION,
    "stations.reset": {**STATION, "way": "hard"},
    "stations.unlock": {**STATION, "connector": 1},
    "stations.availability": {**STATION, "operative": True, "connector": 1},
    "stations.reserve": {**STATION, "connector": 1, "tag": CARD, "until_utc": "2026-11-22T18:00:00Z"},
    "stations.cancel_reservation": {**STATION, "number": 7},
    "stations.limit": {**STATION, "power_w": 11000, "steps": ["3600=7400"]},
    "stations.clear_limit": {**STATION, "connector": 1},
    "stations.limits": STATION,
    "stations.schedule": {**STATION, "duration_s": 3600},
    "stations.get": {**STATION, "keys": ["HeartbeatInterval"]},
    "stations.set": {**STATION, "settings": ["HeartbeatInterval=300"]},
    "stations.report": {**STATION, "base": "full"},
    "stations.network_profile": {**STATION, "slot": 1, "csms_url": "wss://csms.example/ocpp", "security_profile": 2},
    "stations.trigger": {**STATION, "message": "heartbeat"},
    "stations.clear_cache": STATION,
    "stations.password": STATION,
    "stations.list_version": STATION,
    "stations.send_list": {**STATION, "version": 2, "tags": [CARD]},
    "stations.firmware": {
        **STATION,
        "file_url": "https://firmware.example/1.bin",
        "retrieve_at_utc": "2026-11-23T01:00:00Z",
    },
    "stations.publish_firmware": {**STATION, "file_url": "https://firmware.example/1.bin", "checksum": "ab"},
    "stations.unpublish_firmware": {**STATION, "checksum": "ab"},
    "stations.log": {**STATION, "file_url": "https://logs.example/in"},
    "stations.certificates": {**STATION, "uses": ["central_root"]},
    "stations.install_certificate": {**STATION, "use": "central_root", "certificate": PEM},
    "stations.delete_certificate": {**STATION, **HASHES},
    "stations.transfer": {**STATION, "vendor": "example.vendor", "message": "hello"},
    "stations.display": {**STATION, "number": 1, "shown_text": "Guten Tag"},
    "stations.displayed": STATION,
    "stations.clear_display": {**STATION, "number": 1},
    "stations.monitor": {
        **STATION,
        "key": "EVSE@1/Power",
        "monitor": "upper_threshold",
        "value": 22000.0,
        "severity": 5,
    },
    "stations.clear_monitor": {**STATION, "numbers": [1]},
    "stations.monitoring_base": {**STATION, "base": "all"},
    "stations.monitoring_level": {**STATION, "severity": 5},
    "stations.monitors": STATION,
    "stations.customer": {**STATION, "report": True, "tag": CARD},
    "stations.transaction": STATION,
    "stations.cost": {**STATION, "session": "lis-01-1", "total_eur": "4.20"},
    "commands.cancel": {"id": 1},
}
