"""All mistakes of a folder at once: `wrong/` holds them, each marked with its code on its line."""

import re
from pathlib import Path

import pytest

from config.findings import HIDDEN, is_warning
from config.load import check, load
from core.errors import ConfigError
from core.texts import LANGUAGES, Finding, catalogue

WRONG = Path(__file__).parent / "wrong"
MARK = re.compile(r"#! (config\.\w+)")


def marks() -> list[tuple[str, int, str]]:
    found = []
    for path in [WRONG / "kreiswatt.yaml", *sorted(WRONG.glob("inventory/**/*.yaml"))]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found += [(path.relative_to(WRONG).as_posix(), number, code) for code in MARK.findall(line)]
    return found


def places(findings: tuple[Finding, ...]) -> list[tuple[str, int, str]]:
    params = [(dict(finding.params), finding.code) for finding in findings if not is_warning(finding)]
    return [(str(param["file"]), int(str(param["line"])), code) for param, code in params]


FOUND = check(WRONG, {})
MARKED = marks()


def test_there_are_many_kinds_of_mistakes() -> None:
    assert len(MARKED) >= 60
    assert len({code for _, _, code in MARKED}) >= 45


@pytest.mark.parametrize("mistake", MARKED, ids=lambda mistake: f"{mistake[2]}@{mistake[0]}:{mistake[1]}")
def test_a_mistake_is_found_at_its_line(mistake: tuple[str, int, str]) -> None:
    assert mistake in places(FOUND)


def test_nothing_else_is_called_a_mistake() -> None:
    assert sorted(places(FOUND)) == sorted(MARKED)


def test_load_raises_all_mistakes_together() -> None:
    with pytest.raises(ConfigError) as raised:
        load(WRONG, {})
    assert sorted(places(raised.value.findings)) == sorted(MARKED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_a_sentence_with_file_line_and_key(language: str) -> None:
    texts = catalogue(language)  # type: ignore[arg-type]
    for finding in FOUND:
        said, params = texts.tell(finding), dict(finding.params)
        assert said != finding.code
        assert f"{params['file']}, " in said
        assert f" {params['line']}: " in said
        assert str(params.get("key", "")) in said
        assert "{" not in said.replace("{NAME}", "").replace("fields: {", "").replace("{…}", "")


def test_no_finding_shows_a_secret_or_a_card_number() -> None:
    said = " ".join([*map(str, FOUND), *map(catalogue("de").tell, FOUND)]).casefold()
    for secret in ("streng-geheim-1", "0123456789abcdef", "aabbccddee", "ffeeddccbb", "ff ee dd"):
        assert secret not in said
    assert HIDDEN in said


def test_findings_are_in_the_order_of_files_and_lines() -> None:
    found = places(FOUND)
    assert [(file, line) for file, line, _ in found] == sorted((file, line) for file, line, _ in found)
