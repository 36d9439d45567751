"""How the parts of the service are, as people read it: each with its state, and its figures below."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.shown import harmless
from core.texts import Language, catalogue
from operations.edge import result_adapter
from operations.health_text import figures_said, part_name
from operations.table import CAPABILITIES


def show_health(answer: bytes, language: Language) -> None:
    """Print every part of the service with its figures, numbers right, times of this machine."""
    texts, screen = catalogue(language), Console(soft_wrap=False, highlight=False)
    report = result_adapter(CAPABILITIES["health.show"]).validate_json(answer)
    for part in report.parts:
        state = texts.say("console.health.good" if part.ok else "console.health.bad")
        screen.print(Text.assemble((part_name(part.name, texts), "bold"), f": {state}"))
        if part.finding:
            screen.print(harmless(f"  {texts.say(part.finding.code, **part.finding.params)}"))
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        table.add_column()
        table.add_column(justify="right")
        for label, value in figures_said(part.name, part.figures, texts, None):
            table.add_row(label, value)
        screen.print(table)
    said = "console.health.all_good" if report.ok else "console.health.not_good"
    screen.print(texts.say(said))
