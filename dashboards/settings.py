"""What the service knows of a Grafana: where it is, as whom we speak, what things of ours are called there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.texts import Language


class DataPath(StrEnum):
    """Where Grafana reads the time series: the service's own `/query`, or one of InfluxDB's generations."""

    EMBEDDED = "embedded"
    INFLUXDB_1 = "influxdb_1"
    INFLUXDB_2 = "influxdb_2"
    INFLUXDB_3 = "influxdb_3"
    INFLUXDB_3_CORE = "influxdb_3_core"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """Grafana's data source: `url` as Grafana sees it; `database` is a bucket's mapping (DBRP) with InfluxDB 2.

    `user` is for InfluxDB 1.x alone, whose `token` is that user's password. One that is not `pushed` somebody keeps
    in Grafana: then the service account need not be an administrator.
    """

    path: DataPath
    url: str
    database: str
    user: str = ""
    token: str = field(default="", repr=False)
    name: str = "Kreiswatt"
    uid: str = "kw-influx"
    pushed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaSettings:
    """A Grafana; without `url` there is none to push to.

    `mail` are the addresses that its contact point writes to; none: there is no contact point. `language` is that of
    dashboards and alert rules; `authority` has the certificate of who signed Grafana's; None: the system's.
    """

    url: str
    token: str = field(repr=False)
    source: DataSource
    folder_uid: str = "kw-folder"
    folder_title: str = "Kreiswatt"
    language: Language = "de"
    mail: tuple[str, ...] = ()
    timeout_s: float = 15.0
    authority: Path | None = None
