"""Where the stores are: embedded files by default, InfluxDB and PostgreSQL when outgrown."""

from __future__ import annotations

from dataclasses import dataclass, field

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxSettings:
    """An InfluxDB that keeps the time series.

    `version` 1 signs in by `user` and `password` (or not at all), 2 and 3 by `token`. `database` is
    the database, of version 2 the bucket (`db/rp`); `organisation` is version 2's. `core` marks 3 Core,
    which cannot overwrite: it gets a raw copy only. `spool_bytes_max` is how much waits on our disk
    before ingest stops acknowledging; `spool_age_alarm_s` only raises an alarm.
    """

    url: str
    database: str = "kreiswatt"
    version: int = 1
    core: bool = False
    organisation: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    timeout_s: float = 30.0
    spool_bytes_max: int = 10 * GIB
    spool_age_alarm_s: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """`influxdb` None: the time series is the embedded one. `ledger_url` empty: the ledger is a SQLite file.

    `shared`: several processes serve charge points, so the journal of their frames is in the ledger's database too.
    """

    influxdb: InfluxSettings | None = None
    ledger_url: str = field(default="", repr=False)
    shared: bool = False
