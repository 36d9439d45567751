"""What the page for staff councils says is held down by the tests that it names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "staff-council.md"
_NAMED = re.compile(r"`(tests/[a-z_/]+\.py)`: `(test_[a-z_]+)`")


def test_every_row_names_a_test_that_there_is() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    said = [row for row in rows if "Geprüft durch" not in row]
    assert len(said) >= 20
    for row in said:
        found = _NAMED.search(row)
        assert found, row
        file, name = found.groups()
        assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), row
