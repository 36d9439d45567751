"""A bar on the terminal for long operations; nothing where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from core.texts import Finding, Language, catalogue
from operations.house import Progress, silent


@contextmanager
def bar(language: Language) -> Iterator[Progress]:
    """Yield what takes progress; a bar appears on stderr with the first report."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    texts = catalogue(language)
    with Bars(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=1.0, visible=False)

        def progress(fraction: float, doing: Finding) -> None:
            bars.update(task, completed=fraction, description=texts.tell(doing), visible=True)

        yield progress
