"""What the central system must be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePointSettings:
    """Where stations connect (`ws://host:port/<path>/<station id>`) and how they are treated."""

    host: str = "127.0.0.1"
    port: int = 8887
    path: str = "ocpp"
    heartbeat_interval_s: int = 300
    call_timeout_s: float = 30.0
    ping_interval_s: float = 60.0
    max_frame_bytes: int = 262_144
    max_depth: int = 32
    lenient: bool = True
    accept_unknown_tags: bool = False
