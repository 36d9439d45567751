"""Grafana's data source for each data path, as its API takes it and as its provisioning files write it.

Sources: Grafana's documentation of the InfluxDB data source and of provisioning; InfluxDB's of `/query` in 2 and 3.
"""

from __future__ import annotations

from typing import Any

from core.errors import ConflictError
from dashboards.settings import DataPath, DataSource

_HEADER = "httpHeaderName1"
_HEADER_VALUE = "httpHeaderValue1"
SCHEMES = {
    DataPath.EMBEDDED: "Token",
    DataPath.INFLUXDB_2: "Token",
    DataPath.INFLUXDB_3: "Token",
}
"""How the token is announced in the header `Authorization`; InfluxDB 1.x has users with passwords instead."""


def data_source_json(source: DataSource) -> dict[str, Any]:
    """Return the data source with its secrets.

    Raises `ConflictError` for InfluxDB 3 Core, which answers for three days only and so shows no month and no year.
    """
    if source.path is DataPath.INFLUXDB_3_CORE:
        raise ConflictError("grafana.core_refused")
    found: dict[str, Any] = {
        "uid": source.uid,
        "name": source.name,
        "type": "influxdb",
        "access": "proxy",
        "url": source.url,
        "jsonData": {
            "version": "InfluxQL",
            "dbName": source.database,
            "httpMode": "POST",
            "timeInterval": "15m",
        },
    }
    if source.path is DataPath.INFLUXDB_1:
        found["user"] = source.user
        if source.token:
            found["secureJsonData"] = {"password": source.token}
    elif source.token:
        found["jsonData"][_HEADER] = "Authorization"
        found["secureJsonData"] = {_HEADER_VALUE: f"{SCHEMES[source.path]} {source.token}"}
    return found
