"""The files by which Grafana provisions itself: dashboards, data source, alert rules, contact points.

Equal content makes equal bytes. No secret is written: the data source names the variable of Grafana's own environment
that holds it. JSON is YAML, so all files are written by one means; Grafana reads them the same.

Source: Grafana's documentation of file provisioning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from dashboards.data_source import data_source_json
from dashboards.pushing.outcomes import Content
from dashboards.settings import DataSource

SECRET: Final = "$__env{KREISWATT_GRAFANA_TOKEN}"  # noqa: S105 - the name of a variable, not a secret
BOARDS: Final = "dashboards"
_PROVISIONING: Final = "provisioning"
_RESCAN_S: Final = 60


def files(
    content: Content, source: DataSource, *, folder_uid: str, folder_title: str, boards_path: str
) -> dict[str, str]:
    """Return the text of every file by its path, with `boards_path` as where Grafana will find the dashboards.

    Raises `ConflictError` for InfluxDB 3 Core.
    """
    found = {f"{BOARDS}/{uid}.json": _text(board) for uid, board in sorted(content.boards.items())}
    found[f"{_PROVISIONING}/datasources/kreiswatt.yaml"] = _text(
        {"apiVersion": 1, "datasources": [data_source_json(replace(source, token=SECRET))]}
    )
    provider = {
        "name": "kreiswatt",
        "folder": folder_title,
        "folderUid": folder_uid,
        "type": "file",
        "allowUiUpdates": False,
        "updateIntervalSeconds": _RESCAN_S,
        "options": {"path": boards_path},
    }
    found[f"{_PROVISIONING}/dashboards/kreiswatt.yaml"] = _text({"apiVersion": 1, "providers": [provider]})
    found[f"{_PROVISIONING}/alerting/kreiswatt.yaml"] = _text(_alerting(content, folder_title))
    return found


def _alerting(content: Content, folder_title: str) -> dict[str, Any]:
    groups = [_group(group, folder_title) for _, group in sorted(content.groups.items())]
    return {"apiVersion": 1, "groups": groups, "contactPoints": _points(content.contact_points)}


def _group(group: Mapping[str, Any], folder_title: str) -> dict[str, Any]:
    """Return a group as files hold it: they name the folder by its title and write the interval with its unit."""
    return {
        "name": group["title"],
        "folder": folder_title,
        "interval": f"{group['interval']}s",
        "rules": list(group["rules"]),
    }


def _points(points: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": point["name"],
            "receivers": [{"uid": point["uid"], "type": point["type"], "settings": point["settings"]}],
        }
        for point in points
    ]


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
