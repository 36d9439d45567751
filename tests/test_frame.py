"""What holds the project together: locks, the gate to main, the closed network, the licence."""

from __future__ import annotations

import re
import socket
import subprocess
import tomllib
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from operations.local import LOCAL_ROWS
from operations.schedule import JOB_ROWS
from operations.table import CAPABILITIES

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.lock", "requirements-test.lock"]
FORKS = {"niquests", "urllib3-future"}
"""They overwrite urllib3 on disk, so that everything that uses it runs on a fork."""
ADDRESS = re.compile(r"(--(extra-)?index-ur[l]|--find-link[s]|--trusted-hos[t]|https?://[^\s\"']*/simpl[e]/)")


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_version_and_hash(name: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text(encoding="utf-8"))
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) > 40
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ]+ ", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_holds_a_fork_of_urllib3(name: str) -> None:
    assert FORKS.isdisjoint(_pins(name))


def test_the_tests_run_with_the_same_versions_as_the_service() -> None:
    service, tests = (_pins(name) for name in LOCKS)
    assert service.keys() <= tests.keys()
    assert {name for name in service if service[name] != tests[name]} == set()


def test_the_lock_knows_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=]", text)[0].lower().replace("_", "-") for text in project["dependencies"]}
    assert wanted <= _pins("requirements.lock").keys()


def test_no_committed_file_names_a_package_index() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in tracked.stdout.split("\0") if name]
    assert len(files) > 100
    texts = {file: file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file()}
    assert [str(file) for file, text in texts.items() if ADDRESS.search(text)] == []


def test_the_gate_to_main_calls_what_the_readme_tells_everybody() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if not line.startswith(("#", "set"))]
    assert commands == ["exec make test"]
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_tests_reach_this_machine_only() -> None:
    with socket.socket() as far, pytest.raises((SocketConnectBlockedError, UserWarning)):
        far.connect(("192.0.2.1", 9))


def test_capabilities_can_be_called_through_the_gate_only() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (gate,) = [each for each in contracts if each["name"].startswith("Console, jobs and cli call capabilities")]
    rows = [*CAPABILITIES.values(), *JOB_ROWS.values(), *LOCAL_ROWS.values()]
    assert {row.function.partition(":")[0] for row in rows} - set(gate["forbidden_modules"]) == set()
    assert gate["source_modules"] == ["console", "jobs", "cli"]


def test_the_licence_is_the_one_that_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "EUPL-1.2"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")


def _pins(name: str) -> dict[str, set[str]]:
    """Return the pinned versions of each package; a package may have several, by Python version."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;]+)", line):
            pins.setdefault(match[1], set()).add(match[2])
    return pins
