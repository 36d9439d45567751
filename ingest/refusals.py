"""Why a broker does not let us in, or sends us elsewhere."""

from __future__ import annotations

from typing import Final

from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from core.texts import Finding
from ingest.values import shown

REDIRECTIONS: Final = frozenset({0x9C, 0x9D})
"""MQTT 5, 4.13: use another server, server moved."""


def refused(broker: str, reason: ReasonCode, properties: Properties | None) -> Finding:
    """Return what a refused connection means."""
    return redirected(broker, reason, properties) or Finding.of(
        "ingest.broker_refused", broker=broker, reason=str(reason)
    )


def redirected(broker: str, reason: ReasonCode, properties: Properties | None) -> Finding | None:
    """Return whom a broker names in its place, None if it names nobody.

    It is not followed: who is told our password, and whose figures we believe, is for people to say.
    """
    if reason.value not in REDIRECTIONS:
        return None
    server = str(getattr(properties, "ServerReference", "-"))
    return Finding.of("ingest.broker_redirects", broker=broker, server=shown(server))
