"""Writes a page for each dashboard from its panels and texts: `python docs/dashboards/generate.py`."""  # noqa: INP001

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.texts import Catalogue, catalogue
from dashboards.building import alias_of, how
from dashboards.model import Dashboard, Panel, PanelKind, Unit
from dashboards.registry import BOARDS

FOLDER: Final = Path(__file__).parent
MARK: Final = "<!-- Written by docs/dashboards/generate.py from dashboards/boards; a test compares both. Edit it. -->"
SHAPES: Final = {
    PanelKind.TIMESERIES: "course over time",
    PanelKind.STAT: "single figure",
    PanelKind.TABLE: "table",
    PanelKind.BARS: "bars",
    PanelKind.BOARDS: "list of dashboards",
}

HEAD: Final = f"""\
# Dashboards

{MARK}

For everybody who looks at Grafana: what each dashboard answers. How Grafana gets them tells
[Grafana in ten minutes](../grafana.md). They come in German and English, and are the same for every way to the data.

- **Choices** stand above a dashboard and go along to the next one: site, building, meter, vehicle group, and whether
  bars are of days or months.
- **A click** on a value leads further: from a site to its buildings and meters, from a session to its course, from the
  fleet to a vehicle. *Open in Kreiswatt* leads back to where figures can be traced to their samples.
- **Marks** in charts are events: exchanges and corrections of meters, gaps, new prices, drift of settings, reports.
- **Colours** mean the same everywhere: blue the grid, yellow own power, green charging, orange heat, teal water, violet
  gas, grey what is neither. Red is kept for what somebody must act on, and always comes with a word or a number.
- **Nothing to show** is said in words, with the reason. A dash in a table is a figure that is not known.
- Days and months are local ones, also where the clock changes. Months are published each night; the figures of the
  present month grow until it ends, and an older month is published again, with what was corrected in it, within 23
  days.
- Of vehicles that one person uses there is nothing, and no session of theirs; no card and no person is named.

| Dashboard | What it answers |
|---|---|
"""


def slug(board: Dashboard) -> str:
    """Return the name of a dashboard's page."""
    return board.text.replace("_", "-")


def pages() -> dict[str, str]:
    """Return the text of all pages by their names."""
    texts = catalogue("en")
    rows = "".join(f"| [{_title(board, texts)}]({slug(board)}.md) | {_question(board, texts)} |\n" for board in BOARDS)
    return {"index.md": HEAD + rows, **{f"{slug(board)}.md": _page(board, texts) for board in BOARDS}}


def _title(board: Dashboard, texts: Catalogue) -> str:
    return texts.say(f"boards.{board.text}.title")


def _question(board: Dashboard, texts: Catalogue) -> str:
    return texts.say(f"boards.{board.text}.purpose").partition("**")[2].partition("**")[0]


def _page(board: Dashboard, texts: Catalogue) -> str:
    named = [texts.say(f"boards.variable.{each.name}") for each in board.variables if not each.hidden]
    marks = [texts.say(f"boards.marks.{each.text}") for each in board.marks]
    facts = [
        f"- uid `{board.uid}`, shows `{board.since}` to `{board.until}` at first",
        f"- choices: {', '.join(named) or 'none'}",
        f"- marks in charts: {', '.join(marks) or 'none'}",
        f"- leads to `{board.page}` of the console",
    ]
    return "\n".join(
        [
            f"# {_title(board, texts)}\n\n{MARK}\n\n{texts.say(f'boards.{board.text}.purpose')}\n",
            f"![Preview of the dashboard, drawn by Kreiswatt with the example district]({slug(board)}.jpg)\n",
            *facts,
            "\nThe picture is a preview that Kreiswatt draws itself; in Grafana it looks finer and can be used.\n",
            *(_panel(board, panel, texts) for panel in board.panels),
        ]
    )


def _panel(board: Dashboard, panel: Panel, texts: Catalogue) -> str:
    title = texts.say(f"boards.{board.text}.{panel.text}")
    if not panel.asked:
        return f"## {title}\n\n{how(board, panel, texts)}\n"
    said = [
        f"## {title}\n\n{how(board, panel, texts)}\n",
        f"*{SHAPES[panel.kind]}{_unit(panel.unit)}; without data: “{texts.say(f'boards.{panel.nothing}')}”*\n",
    ]
    if panel.act_from is not None or panel.act_below is not None:
        bound = f"from {panel.act_from:g}" if panel.act_from is not None else f"below {panel.act_below:g}"
        said.append(f"Red {bound}: somebody must look.\n")
    queries = "\n".join(f"-- {alias_of(each, texts)}\n{each.select.text}" for each in panel.asked)
    return "\n".join([*said, f"```sql\n{queries}\n```\n"])


def _unit(unit: Unit) -> str:
    return f", in {unit.suffix}" if unit.suffix else ""


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
