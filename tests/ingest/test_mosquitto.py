from __future__ import annotations

from pathlib import Path

from ingest.mosquitto import mosquitto_acl, mosquitto_conf
from ingest.settings import TlsSettings

FILES = {
    "folder": Path("/var/lib/mosquitto"),
    "passwords": Path("/etc/mosquitto/passwd"),
    "acl": Path("/etc/mosquitto/acl"),
}


def test_nothing_is_dropped_silently_and_nobody_is_anonymous() -> None:
    lines = conf()
    assert {
        "listener 1883 127.0.0.1",
        "persistence true",
        "persistence_location /var/lib/mosquitto/",
        "max_queued_messages 0",
        "max_queued_bytes 0",
        "allow_anonymous false",
        "password_file /etc/mosquitto/passwd",
        "acl_file /etc/mosquitto/acl",
    } <= set(lines)


def test_tls_files_are_named() -> None:
    tls = TlsSettings(authority=Path("ca.crt"), certificate=Path("a.crt"), key=Path("a.key"))
    lines = conf(tls)
    assert lines[1:4] == ["cafile ca.crt", "certfile a.crt", "keyfile a.key"]


def test_the_reader_reads_everything_and_a_device_writes_its_own_topics() -> None:
    assert mosquitto_acl("ingest", {"heads": "tele/#"}) == (
        "user ingest\ntopic read #\n\nuser heads\ntopic write tele/#\n"
    )
