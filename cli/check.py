"""`kreiswatt check`: every mistake of a configuration folder at once, then the warnings; and the audit, if wanted."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from core.texts import Catalogue, Finding, Language, catalogue

CONFIG = Path("/etc/kreiswatt")
FAILED = 1
WRONG = 2


def check(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", show_default=False)] = None,
    config: Annotated[Path, typer.Option("--config", envvar="KREISWATT_CONFIG")] = CONFIG,
    *,
    connect: Annotated[bool, typer.Option("--connect")] = False,
    audit: Annotated[bool, typer.Option("--audit")] = False,
    head: Annotated[str, typer.Option("--head", metavar="NUMBER:DIGEST", show_default=False)] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print all findings; exit with 2 if one of them is a mistake, with 1 if the audit is not as it was written."""
    from cli.main import language_of
    from cli.wire import now_utc
    from config.findings import is_warning
    from config.load import check as check_folder

    folder = folder or config
    language = language_of(sys.argv[1:], os.environ)
    texts = catalogue(language)
    findings = check_folder(folder, os.environ, now_utc())
    rows = [_row(finding, texts, warning=is_warning(finding)) for finding in findings]
    if connect and all(row["warning"] for row in rows):
        rows += [_row(finding, texts, warning=False) for finding in _unconnected(folder)]
    mistakes = sum(not row["warning"] for row in rows)
    verified = _verified(folder, head, language) if (audit or head) and not mistakes else None
    if json:
        print(orjson.dumps({"findings": rows, "audit": verified} if audit or head else rows).decode())
    else:
        _say(rows, texts, folder, mistakes)
        if verified:
            _say_audit(verified, texts)
    if mistakes:
        raise typer.Exit(WRONG)
    if verified and not verified["whole"]:
        raise typer.Exit(FAILED)


def _unconnected(folder: Path) -> tuple[Finding, ...]:
    """Return what is wrong with the InfluxDB of a sound configuration; nothing where there is none."""
    from cli.wire import now_utc
    from config.load import load

    settings = load(folder, os.environ).settings.stores.influxdb
    if settings is None:
        return ()
    from store.influx.timeseries import connection_findings

    return asyncio.run(connection_findings(settings, now_utc))


def _row(finding: Finding, texts: Catalogue, *, warning: bool) -> dict[str, Any]:
    return {
        "code": finding.code,
        "params": dict(finding.params),
        "warning": warning,
        "text": texts.tell(finding),
    }


def _verified(folder: Path, head: str, language: Language) -> dict[str, Any]:
    """Return what the audit's verification found: in the service that runs, or in the stores opened here."""
    from cli.client import Way, answer_of
    from operations.table import CAPABILITIES

    row = "audit.verify"
    way = Way(folder, None, None, language)
    answer: dict[str, Any] = orjson.loads(answer_of(row, CAPABILITIES[row], {"head": head}, way))
    return answer


def _say(rows: Sequence[dict[str, Any]], texts: Catalogue, folder: Path, mistakes: int) -> None:
    for row in rows:
        mark = texts.say("run.warning" if row["warning"] else "run.mistake")
        print(f"{mark}: {row['text']}")
    print(texts.say("run.checked", folder=str(folder), count=mistakes))


def _say_audit(verified: dict[str, Any], texts: Catalogue) -> None:
    found = verified["finding"]
    print(texts.say(found["code"], **found["params"]))
    print(f"{texts.say('console.audit.head')}: {verified['head']}")
