"""The templates and the files beside them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

CONSOLE = Path(__file__).parent.parent
STATIC = CONSOLE / "static"

FRAGMENTS = Environment(
    loader=FileSystemLoader(CONSOLE / "templates"),
    autoescape=True,
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
"""All templates: what a value holds is escaped, what a page does not know is an error."""


@cache
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
