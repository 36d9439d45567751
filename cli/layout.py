"""How wide the columns of a table are: what is read at one glance stays whole, prose takes what is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

GAP: Final = 2
"""Blanks between two columns."""

PROSE: Final = 20
"""So wide prose is at least, where it is so long."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A column of texts. Of `prose` lines may break anywhere between words; other columns break only in need."""

    name: str
    header: str
    cells: Sequence[str]
    prose: bool = False
    number: bool = False

    @property
    def natural(self) -> int:
        """Return the width at which nothing breaks."""
        return max(cell_len(line) for cell in (self.header, *self.cells) for line in cell.split("\n"))

    @property
    def whole(self) -> int:
        """Return the least width at which values stay whole, and headers break between words."""
        if self.prose:
            return max(_longest_word([self.header]), min(self.natural, PROSE))
        return max(_longest_word([self.header]), *map(cell_len, self.cells), 0)

    @property
    def least(self) -> int:
        """Return the least width at which no word breaks, in prose no word of ordinary length."""
        if self.number:
            return self.whole
        words = _longest_word(self.cells)
        return max(_longest_word([self.header]), min(words, PROSE) if self.prose else words)


def fitting(strips: Sequence[Strip], width: int, expendable: Collection[str] = ()) -> list[Strip]:
    """Return the strips that can be shown in `width`: in need without those that are expendable, in their order."""
    shown = list(strips)
    for name in expendable:
        if sum(strip.least for strip in shown) <= _room(shown, width):
            break
        shown = [strip for strip in shown if strip.name != name]
    return shown


def widths(strips: Sequence[Strip], width: int) -> list[int]:
    """Return how wide each strip is, together no wider than `width` unless words would break."""
    room, whole = _room(strips, width), [strip.whole for strip in strips]
    found = whole if sum(whole) <= room else [strip.least for strip in strips]
    for prose in (True, False):  # half a date more helps nobody
        _fill(found, [strip.natural if strip.prose is prose else 0 for strip in strips], room)
    return found


def table_of(strips: Sequence[Strip], width: int, title: str, caption: str) -> Table:
    """Return the strips as a table."""
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, GAP - 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        caption=caption,
        title=title,
        title_justify="left",
        caption_justify="left",
    )
    for strip, wide in zip(strips, widths(strips, width), strict=True):
        table.add_column(
            strip.header, width=wide, overflow="fold", justify="right" if strip.number else "left", vertical="top"
        )
    for row in zip(*(strip.cells for strip in strips), strict=True):
        table.add_row(*map(Text, row))
    return table


def _room(strips: Sequence[Strip], width: int) -> int:
    return width - GAP * (len(strips) - 1)


def _fill(widths: list[int], wanted: Sequence[int], room: int) -> None:
    """Give what is left of the room to who wants to be wider, the narrowest first."""
    while sum(widths) < room and (needy := [n for n, wide in enumerate(widths) if wide < wanted[n]]):
        widths[min(needy, key=lambda n: widths[n])] += 1


def _longest_word(texts: Sequence[str]) -> int:
    return max((cell_len(word) for text in texts for word in text.split()), default=0)
