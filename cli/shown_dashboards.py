"""What a push did, or would do: each thing with what became of it, and below how Grafana differs from us."""

from __future__ import annotations

import json

from rich.console import Console
from rich.text import Text

from cli.shown import Sheet, harmless
from core.texts import Language

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def show_push(name: str, answer: bytes, language: Language) -> None:
    """Print the steps, then the lines of each that differs."""
    told = json.loads(answer)
    screen = Console(soft_wrap=False, highlight=False)
    plain = {**told, "steps": [{**step, "changes": []} for step in told["steps"]]}
    for table in Sheet("dashboards", language, screen.width).tables(name, plain):
        screen.print(table, width=max(screen.width, screen.measure(table).minimum), crop=False)
    for step in told["steps"]:
        if step["changes"]:
            screen.print()
            screen.print(harmless(f"{step['title']} ({step['uid']})"))
            for line in step["changes"]:
                screen.print(Text(harmless(line).plain, style=_STYLES.get(line[:1], "")), soft_wrap=True)
