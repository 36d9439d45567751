"""The command line: help, language, exit codes, errors, ways to a service."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cli import client, progress
from cli.generated import words_of
from cli.main import COMMANDS, language_of
from cli.shown import harmless
from core.errors import ForbiddenError
from core.ports import Batch
from core.texts import LANGUAGES, Finding
from operations.table import CAPABILITIES
from tests.cli.conftest import ANNA, Type
from tests.district import District
from tests.served import LOCAL_TOKEN, served

HEAVY = {
    "asyncio",
    "pydantic",
    "fastapi",
    "rich",
    "httpx",
    "numpy",
    "duckdb",
    "sqlalchemy",
    "argon2",
    "ingest",
    "store",
}


def test_help_imports_nothing_that_a_command_needs() -> None:
    show = "build('de').main(['--help'], standalone_mode=False)"
    code = f"import sys; from cli.main import build; {show}; print('#', *sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.rpartition("#")[2].split()}
    assert "typer" in loaded
    assert not loaded & HEAVY


def test_help_names_every_row_in_the_users_language(type_in: Type) -> None:
    root = type_in("--language", "de", "--help").out
    for name in CAPABILITIES:
        subject, *verbs = words_of(name)
        assert re.search(rf"^  {subject} ", root, re.MULTILINE), subject
        group = type_in("--language", "de", subject, "--help").out
        assert all(re.search(rf"^  {verb} ", group, re.MULTILINE) for verb in verbs), name
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", root, re.MULTILINE), command
    assert "Legt einen Konfigurationsordner an" in root


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_has_its_help(type_in: Type, language: str) -> None:
    lines = [words_of(name) for name in CAPABILITIES] + [(name,) for name in COMMANDS]
    for words in lines:
        help_text = type_in("--language", language, *words, "--help")
        assert help_text.code == 0, help_text.err
        assert not re.search(r"\b(option|capability|cli|subject)\.\w", help_text.out), help_text.out


def test_the_version_is_printed(type_in: Type) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", type_in("version").out)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "de"),
        ([], {"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        (["--language", "de", "sites"], {"LANG": "en_GB.UTF-8"}, "de"),
        (["--language=en"], {"LANG": "de_DE.UTF-8"}, "en"),
        (["users", "add", "--language", "en"], {"LANG": "de_DE.UTF-8"}, "de"),
    ],
)
def test_the_language_is_the_users(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert language_of(arguments, environment) == language


def test_an_error_says_what_to_do_on_stderr_and_exits_with_1(
    type_in: Type, filled: Path, config: Path, own_house: Callable[[Path], None]
) -> None:
    own_house(filled)
    typed = type_in("--language", "de", "meters", "show", "nichts", "--config", str(config))
    assert (typed.code, typed.out) == (1, "")
    assert typed.err == "Einen Zähler „nichts“ gibt es nicht. „kreiswatt meters list“ zeigt alle.\n"


def test_wrong_usage_names_every_field_and_exits_with_2(
    type_in: Type, filled: Path, config: Path, own_house: Callable[[Path], None]
) -> None:
    own_house(filled)
    typed = type_in("users", "add", "--sites", "schule", "--config", str(config))
    assert typed.code == 2
    assert typed.err.splitlines() == ["2 fields are wrong:", "  name: is missing.", "  role: is missing."]
    unknown = type_in("--language", "de", "meters", "explode")
    assert unknown.code == 2
    known = ", ".join(name.partition(".")[2] for name in CAPABILITIES if name.startswith("meters."))
    assert unknown.err == f"Den Befehl „explode“ gibt es hier nicht. Möglich sind: {known}.\n"
    assert type_in("meters", "list", "--farbe", "rot").code == 2


def test_the_same_mistake_is_said_the_same_by_a_service(type_in: Type, filled: Path) -> None:
    with served(filled, ANNA) as url:
        where = ("--url", url, "--token", LOCAL_TOKEN)
        wrong = type_in("users", "add", "--sites", "schule", *where)
        assert (wrong.code, wrong.err.splitlines()[1:]) == (2, ["  name: is missing.", "  role: is missing."])
        refused = type_in("--language", "de", "sites", "list", "--url", url, "--token", "kw_falsch")
        assert refused.code == 1
        assert refused.err.startswith("Das API-Token ist unbekannt")


def test_without_a_configuration_it_says_how_to_make_one(type_in: Type, tmp_path: Path) -> None:
    typed = type_in("sites", "list", "--config", str(tmp_path))
    assert typed.code == 2
    assert f"kreiswatt init {tmp_path}" in typed.err


def test_an_unreachable_service_is_said_so(type_in: Type) -> None:
    typed = type_in("sites", "list", "--url", "http://127.0.0.1:9", "--token", "x")
    assert typed.code == 1
    assert "http://127.0.0.1:9 cannot be reached" in typed.err


def test_what_is_no_kreiswatt_is_said_so(type_in: Type, filled: Path) -> None:
    with served(filled, ANNA) as url:
        typed = type_in("sites", "list", "--url", f"{url}/elsewhere")
    assert typed.code == 1
    assert "address" in typed.err


def test_a_command_finds_the_service_of_this_machine(type_in: Type, filled: Path, config: Path, tmp_path: Path) -> None:
    copy = tmp_path / "running"
    filled.rename(copy)
    runtime = filled / "data" / "run"
    runtime.mkdir(parents=True)
    with served(copy, ANNA) as url:
        said = {"url": url, "token": LOCAL_TOKEN, "pid": os.getpid()}
        (runtime / "service.json").write_text(json.dumps(said), encoding="utf-8")
        typed = type_in("sites", "list", "--json", "--config", str(config))
    assert typed.code == 0, typed.err
    assert json.loads(typed.out)["total"] == 2


def test_what_a_killed_service_left_behind_is_passed_over(filled: Path, config: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    runtime = filled / "data" / "run"
    runtime.mkdir()
    (runtime / "service.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "token": "x", "pid": gone.pid}))
    assert client.running_service(config) is None


def test_who_does_not_own_the_files_is_no_administrator(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = (config / "kreiswatt.yaml").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(ForbiddenError):
        client._must_own(config)


def test_a_payload_is_read_from_a_file_or_a_pipe(
    type_in: Type, filled: Path, config: Path, own_house: Callable[[Path], None], tmp_path: Path
) -> None:
    own_house(filled)
    payload = '{"Time":"2026-11-22T10:59:00","SML":{"Total_in":1.5,"Power_curr":2500}}'
    (tmp_path / "payload.json").write_text(payload)
    asked = ("meters", "decode", "--format", "tasmota_sml", "--topic", "tele/x/SENSOR", "--json")
    by_file = type_in(*asked, "--payload", f"@{tmp_path / 'payload.json'}", "--config", str(config))
    by_pipe = type_in(*asked, "--payload", "-", "--config", str(config), said=payload)
    assert by_file.code == 0, by_file.err
    assert by_file.out == by_pipe.out
    missing = type_in(*asked, "--payload", "@/nirgends", "--config", str(config))
    assert (missing.code, missing.err) == (1, "/nirgends cannot be read.\n")


def test_a_hostile_message_does_nothing_to_the_terminal(
    type_in: Type, filled: Path, config: Path, own_house: Callable[[Path], None]
) -> None:
    shown = harmless("\x1b[31mrot\x1b[0m [bold]fett[/nie]\x07\u202e").plain
    assert shown == "\\x1b[31mrot\\x1b[0m [bold]fett[/nie]\\x07\\u202e"
    own_house(filled)
    typed = type_in("rejections", "show", "1", "--config", str(config))
    assert "\x00" not in typed.out


def test_a_secret_is_never_an_argument(type_in: Type) -> None:
    help_text = type_in("users", "change", "--help").out
    assert re.search(r"--password +Password", help_text)
    assert "--password" not in type_in("users", "password", "--help").out


def test_progress_is_shown_only_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.bar("en") as report:
        report(0.5, Finding.of("rejections.replaying", tried=1, count=2))
    assert capsys.readouterr().err == ""


class Endless:
    """A sink that takes for ever, and tells when it began and when it was stopped."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.stopped = threading.Event()

    async def put(self, _batch: Batch) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()

    def take_over(self, district: District) -> None:
        district.gate.house = replace(district.gate.house, sink=self)


def test_ctrl_c_cancels_what_a_service_does_for_us(filled: Path) -> None:
    sink = Endless()
    with served(filled, ANNA, sink.take_over) as url:
        by_hand = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # not so in the background
        code = f"{by_hand}; from cli.main import main; main()"
        command = [sys.executable, "-c", code, "rejections", "replay", "--url", url, "--token", LOCAL_TOKEN]
        environment = os.environ | {"LANG": "de_DE.UTF-8", "LC_ALL": ""}
        typing = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        assert sink.begun.wait(20)
        typing.send_signal(signal.SIGINT)
        _, err = typing.communicate(timeout=20)
        assert (typing.returncode, err.strip()) == (1, "Abgebrochen.")
        assert sink.stopped.wait(10)
