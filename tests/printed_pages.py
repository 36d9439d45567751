"""What a PDF says to those who read it with poppler, which is not what made it."""

from __future__ import annotations

import subprocess
from pathlib import Path


def printed_text(pdf: Path, *, as_set: bool = False) -> str:
    """Return the text of a document in lines and columns as on the page, `as_set` in the order in which it was set."""
    way = "-raw" if as_set else "-layout"
    return subprocess.run(["pdftotext", way, pdf, "-"], capture_output=True, check=True).stdout.decode()
