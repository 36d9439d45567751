"""`kreiswatt check`: every mistake of a configuration folder at once, then the warnings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from core.texts import catalogue

CONFIG = Path("/etc/kreiswatt")
WRONG = 2


def check(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", show_default=False)] = None,
    config: Annotated[Path, typer.Option("--config", envvar="KREISWATT_CONFIG")] = CONFIG,
    *,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Print all findings; exit with 2 if one of them is a mistake."""
    from cli.main import language_of
    from config.findings import is_warning
    from config.load import check as check_folder

    folder = folder or config
    texts = catalogue(language_of(sys.argv[1:], os.environ))
    findings = check_folder(folder, os.environ)
    mistakes = sum(not is_warning(finding) for finding in findings)
    if json:
        rows = [
            {
                "code": finding.code,
                "params": dict(finding.params),
                "warning": is_warning(finding),
                "text": texts.tell(finding),
            }
            for finding in findings
        ]
        print(orjson.dumps(rows).decode())
    else:
        for finding in findings:
            mark = texts.say("run.warning" if is_warning(finding) else "run.mistake")
            print(f"{mark}: {texts.tell(finding)}")
        print(texts.say("run.checked", folder=str(folder), count=mistakes))
    if mistakes:
        raise typer.Exit(WRONG)
