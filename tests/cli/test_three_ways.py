"""Every capability by REST, by the command to a service, and by the command that opens the stores: one answer."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.generated import words_of
from core.texts import LANGUAGES
from dashboards.pushing.push import push
from operations.dashboards.content import content_of
from operations.edge import many
from operations.routes import route_of
from operations.table import CAPABILITIES
from tests import district as small_district
from tests.cli.conftest import (
    ANNA,
    Type,
)
from tests.cli.requests_of_rows import REQUESTS
from tests.dashboards.grafana_stand_in import TOKEN, Grafana, running
from tests.served import LOCAL_TOKEN, served


@pytest.fixture(autouse=True)
def grafana(monkeypatch: pytest.MonkeyPatch) -> Iterator[Grafana]:
    """Give the small district a Grafana that has everything already."""
    with running(Grafana()) as server:
        settings = replace(small_district.GRAFANA, url=server.url, token=TOKEN)
        assert push(settings, content_of(settings, "https://energie.landkreis.example")).complete
        monkeypatch.setattr(small_district, "GRAFANA", settings)
        yield server


@pytest.mark.usefixtures("quick_passwords")
def test_each_row_gives_the_same_json_by_every_way(
    filled: Path, config: Path, type_in: Type, own_house: Callable[[Path], None], tmp_path: Path
) -> None:
    folders = [tmp_path / way for way in ("rest", "remote", "local")]
    for folder in folders:
        shutil.copytree(filled, folder)
    with served(folders[0], ANNA) as url, httpx.Client(base_url=url) as client:
        client.headers["authorization"] = f"Bearer {LOCAL_TOKEN}"
        rest = {name: _by_rest(client, name) for name in CAPABILITIES}
    with served(folders[1], ANNA) as url:
        remote = {name: _typed(type_in, name, "--url", url, "--token", LOCAL_TOKEN) for name in CAPABILITIES}
    own_house(folders[2])
    local = {name: _typed(type_in, name, "--config", str(config)) for name in CAPABILITIES}
    for name in CAPABILITIES:
        assert _masked(json.loads(rest[name])) == _masked(json.loads(remote[name])), name
        assert _masked(json.loads(rest[name])) == _masked(json.loads(local[name])), name


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_has_a_table_for_people_in_both_languages(filled: Path, type_in: Type, language: str) -> None:
    with served(filled, ANNA) as url:
        for name in CAPABILITIES:
            arguments, said = _arguments(name)
            where = ("--url", url, "--token", LOCAL_TOKEN)
            typed = type_in("--language", language, *arguments, *where, said=said)
            assert typed.code == 0, typed.err
            unsaid = re.search(r"\b(column|console|cli|word)\.[a-z]|\bNone\b|\{[a-z_]+\}", typed.out)
            assert not unsaid, (name, typed.out)


def _by_rest(client: httpx.Client, name: str) -> bytes:
    given = dict(REQUESTS.get(name, {}))
    method, path = route_of(name, CAPABILITIES[name])
    if method == "POST":
        answer = client.post(path, json=given)
        return _result(client, answer.headers["location"]) if answer.status_code == 202 else _sound(answer)
    asked = {field: value for field, value in given.items() if f"{{{field}}}" not in path}
    return _sound(client.get(path.format(**given), params=asked))


def _sound(answer: httpx.Response) -> bytes:
    assert answer.status_code == 200, answer.text
    return answer.content


def _result(client: httpx.Client, location: str) -> bytes:
    for _ in range(500):
        run = client.get(location).json()
        if run["state"] != "running":
            return json.dumps(run["result"]).encode()
        time.sleep(0.01)
    raise AssertionError(run)


def _typed(type_in: Type, name: str, *where: str) -> str:
    arguments, said = _arguments(name)
    typed = type_in(*arguments, "--json", *where, said=said)
    assert typed.code == 0, (name, typed.err)
    return typed.out


def _arguments(name: str) -> tuple[list[str], str]:
    """Return a request as it is typed, and what is answered when a secret is asked for."""
    words, said = list(words_of(name)), ""
    secret = {field.name for field in CAPABILITIES[name].fields if not field.repr}
    piped = {field.name for field in CAPABILITIES[name].fields if field.metadata.get("path")}
    for field, value in REQUESTS.get(name, {}).items():
        option = f"--{field.replace('_', '-')}"
        if field in secret:
            said = f"{value}\n"
            words += [option] if name in {"users.change", "tags.add"} else []
        elif field in piped:
            words, said = [*words, option, "-"], str(value)
        elif field in ("id", "name", "figure", "upload"):
            words.append(str(value))
        elif field == "ids":
            words += map(str, value)
        elif value is True:
            words.append(option)
        else:
            words += [
                part
                for each in (value if field in many(CAPABILITIES[name]) else [value])
                for part in (option, str(each))
            ]
    return words, said


def _masked(node: Any) -> Any:
    """Return an answer without what is random in it."""
    if isinstance(node, dict):
        return {key: "random" if key in ("link", "secret", "group") else _masked(value) for key, value in node.items()}
    return [_masked(value) for value in node] if isinstance(node, list) else node
