"""The pages as tests see them: their text, their code spans, their fenced blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "README.md"])
_FENCE = re.compile(r"^( *)```(\w+)?(?: title=\"([^\"]+)\")?\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its title, its text, and the page it stands on."""

    page: Path
    language: str
    title: str
    text: str


def fenced(path: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, without the indentation of lists."""
    for found in _FENCE.finditer(path.read_text(encoding="utf-8")):
        indent, language, title, text = found.groups()
        lines = [line.removeprefix(indent) for line in text.splitlines(keepends=True)]
        yield Block(path, language or "", title or "", "".join(lines))


def code_spans(path: Path) -> list[str]:
    """Return what stands between single backquotes, outside of fenced blocks."""
    return _SPAN.findall(_FENCE.sub("", path.read_text(encoding="utf-8")).replace("\n", " "))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `page` once for each page."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


@pytest.fixture(scope="session")
def blocks() -> list[Block]:
    """Return all fenced blocks of all pages."""
    return [block for page in PAGES for block in fenced(page)]


@pytest.fixture(scope="session")
def spans() -> dict[Path, list[str]]:
    """Return the code spans of each page."""
    return {page: code_spans(page) for page in PAGES}
