"""The files of Grafana's provisioning: what stands in them, for each way to the data, and that no secret does."""

from __future__ import annotations

import json

import pytest
from ruamel.yaml import YAML

from core.errors import ConflictError
from dashboards.provisioning import files
from dashboards.settings import DataPath, DataSource
from tests.dashboards.pushing import CONTENT


def made(path: DataPath) -> dict[str, str]:
    source = DataSource(path=path, url="http://db:8086", database="kreiswatt", user="grafana", token="very-secret")
    return files(CONTENT, source, folder_uid="kw-folder", folder_title="Kreiswatt", boards_path="/etc/grafana/kw")


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (DataPath.EMBEDDED, {"httpHeaderValue1": "Token $__env{KREISWATT_GRAFANA_TOKEN}"}),
        (DataPath.INFLUXDB_1, {"password": "$__env{KREISWATT_GRAFANA_TOKEN}"}),
        (DataPath.INFLUXDB_2, {"httpHeaderValue1": "Token $__env{KREISWATT_GRAFANA_TOKEN}"}),
        (DataPath.INFLUXDB_3, {"httpHeaderValue1": "Token $__env{KREISWATT_GRAFANA_TOKEN}"}),
    ],
)
def test_each_way_to_the_data_has_its_secret_in_grafanas_environment(path: DataPath, secret: dict[str, str]) -> None:
    written = made(path)
    assert written == made(path)
    assert "very-secret" not in "".join(written.values())
    (source,) = YAML(typ="safe").load(written["provisioning/datasources/kreiswatt.yaml"])["datasources"]
    assert source["secureJsonData"] == secret
    assert (source["uid"], source["type"], source["jsonData"]["dbName"]) == ("kw-influx", "influxdb", "kreiswatt")


def test_dashboards_and_rules_go_into_one_folder() -> None:
    written = made(DataPath.EMBEDDED)
    assert json.loads(written["dashboards/kw-home.json"]) == CONTENT.boards["kw-home"]
    (provider,) = YAML(typ="safe").load(written["provisioning/dashboards/kreiswatt.yaml"])["providers"]
    assert (provider["folderUid"], provider["options"]) == ("kw-folder", {"path": "/etc/grafana/kw"})
    alerting = YAML(typ="safe").load(written["provisioning/alerting/kreiswatt.yaml"])
    (group,) = alerting["groups"]
    assert (group["folder"], group["interval"], group["rules"][0]["uid"]) == ("Kreiswatt", "60s", "kw-meter-silent")
    assert alerting["contactPoints"][0]["receivers"][0]["settings"] == {"addresses": "energie@example.org"}


def test_influxdb_3_core_gets_no_files() -> None:
    with pytest.raises(ConflictError, match=r"grafana\.core_refused"):
        made(DataPath.INFLUXDB_3_CORE)
