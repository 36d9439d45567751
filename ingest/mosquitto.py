"""The Mosquitto configuration with which nothing is dropped silently.

With its defaults Mosquitto 2.0 keeps 1,000 messages per absent client and then drops without telling
the sender, and keeps nothing over a restart. Measured; see the page on brokers in the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ingest.settings import TlsSettings

WINDOW: Final = 10_000
"""`max_inflight_messages` below, and `BrokerSettings.window` of whoever subscribes."""
_TEXT: Final = """\
listener {port} {host}
{tls}persistence true
persistence_location {folder}/
autosave_interval 5
# Unlimited: about 0.5 kB and its payload for each message that waits for an absent client.
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages {window}
persistent_client_expiration 30d
allow_anonymous false
password_file {passwords}
acl_file {acl}
"""


def mosquitto_conf(
    *, host: str, port: int, folder: Path, passwords: Path, acl: Path, tls: TlsSettings | None = None
) -> str:
    """Return the text of `mosquitto.conf` for a broker that keeps its messages in `folder`."""
    files = _tls_lines(tls) if tls else ""
    return _TEXT.format(host=host, port=port, tls=files, folder=folder, window=WINDOW, passwords=passwords, acl=acl)


def mosquitto_acl(reader: str, devices: Mapping[str, str]) -> str:
    """Return the text of the ACL file: `reader` reads everything, each device writes its own topics only.

    The reader may ask Sparkplug's nodes for their births and say how alarms stand, and nothing else.
    """
    rules = [f"user {reader}\ntopic read #\ntopic write spBv1.0/+/NCMD/+\ntopic write kreiswatt/#\n"]
    rules += [f"user {user}\ntopic write {topic}\n" for user, topic in devices.items()]
    return "\n".join(rules)


def _tls_lines(tls: TlsSettings) -> str:
    named = {"cafile": tls.authority, "certfile": tls.certificate, "keyfile": tls.key}
    return "".join(f"{name} {file}\n" for name, file in named.items() if file)
