from __future__ import annotations

from pathlib import Path

from ingest.mosquitto import mosquitto_acl, mosquitto_conf
from ingest.settings import TlsSettings

ETC = Path("/etc/mosquitto")


def conf(tls: TlsSettings | None = None) -> list[str]:
    text = mosquitto_conf(
        host="127.0.0.1",
        port=1883,
        folder=Path("/var/lib/mosquitto"),
        passwords=ETC / "passwd",
        acl=ETC / "acl",
        tls=tls,
    )
    return text.splitlines()


def test_nothing_is_dropped_silently_and_nobody_is_anonymous() -> None:
    assert {
        "listener 1883 127.0.0.1",
        "persistence true",
        "persistence_location /var/lib/mosquitto/",
        "max_queued_messages 0",
        "max_queued_bytes 0",
        "allow_anonymous false",
        "password_file /etc/mosquitto/passwd",
        "acl_file /etc/mosquitto/acl",
    } <= set(conf())


def test_tls_files_are_named() -> None:
    tls = TlsSettings(authority=Path("ca.crt"), certificate=Path("a.crt"), key=Path("a.key"))
    assert conf(tls)[1:4] == ["cafile ca.crt", "certfile a.crt", "keyfile a.key"]


def test_the_reader_reads_everything_and_a_device_writes_its_own_topics() -> None:
    assert mosquitto_acl("ingest", {"heads": "tele/#"}) == (
        "user ingest\ntopic read #\ntopic write spBv1.0/+/NCMD/+\ntopic write kreiswatt/#\n\n"
        "user heads\ntopic write tele/#\n"
    )
