"""What the documentation tells people to do can be done."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.generated import row_names, words_of
from cli.groups import Group
from cli.main import COMMANDS, build
from config.create import create
from config.findings import is_warning
from config.load import check
from config.settings import read_form
from ingest.mosquitto import mosquitto_acl, mosquitto_conf

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "core|energy|store|ingest|chargepoints|config|operations|console|jobs|demo|cli|docs|tests|bench|reports|notify"
)
PLACEHOLDER = re.compile(r"<[^>]+>|…")
TOP_FILES = re.compile(
    r"(pyproject\.toml|Makefile|README\.md|CHANGELOG\.md|mkdocs\.yml|requirements[a-z-]*\.lock|\.ci/run)\Z"
)


def _commands(blocks: list[Any], spans: dict[Path, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield each command line that begins with `kreiswatt`, as its page and its words."""
    typed = [(block.page, block.text.replace("\\\n", " ")) for block in blocks if block.language == "sh"]
    lines = [(page, line) for page, text in typed for line in text.splitlines()]
    lines += [(page, span) for page, found in spans.items() for span in found]
    for page, line in lines:
        words = re.sub(r"^(sudo -u kreiswatt )?", "", line)
        if re.match(r"kreiswatt( |$)", words):
            yield str(page.relative_to(ROOT)), shlex.split(words.replace("[", "").replace("]", ""), comments=True)[1:]


@pytest.fixture(scope="module")
def command_line() -> Group:
    return build("en")


def _known(group: Group, words: list[str]) -> bool:
    """Return whether the words name a command of the group, with options that it has."""
    if not words or words[0].startswith("-"):
        return all(word == "--help" for word in words)
    found = group.get_command(None, words[0])
    if found is None:
        return False
    if isinstance(found, Group):
        return _known(found, words[1:])
    options = {option for parameter in found.params for option in parameter.opts} | {"--help"}
    return {word for word in words[1:] if word.startswith("-")} <= options


def test_every_command_in_the_documentation_exists(
    blocks: list[Any], spans: dict[Path, list[str]], command_line: Group
) -> None:
    named = list(_commands(blocks, spans))
    assert len(named) > 40
    assert [(page, words) for page, words in named if not _known(command_line, words)] == []


def test_every_command_is_documented(blocks: list[Any], spans: dict[Path, list[str]]) -> None:
    named = {tuple(words[:2]) for _, words in _commands(blocks, spans)}
    first_words = {words[0] for words in named if words}
    assert set(COMMANDS) - first_words == set()
    rows = {words_of(name) for names in row_names().values() for name in names}
    assert rows - named - {words[:1] for words in named} == set()


def test_every_make_target_in_the_documentation_exists(blocks: list[Any], spans: dict[Path, list[str]]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z.]+):", makefile, re.MULTILINE)) | {".venv"}
    lines = [line for block in blocks if block.language == "sh" for line in block.text.splitlines()]
    lines += [span for found in spans.values() for span in found]
    named = {found[1] for line in lines if (found := re.match(r"(?:sudo )?make ([a-z.]+)", line))}
    assert named >= {"demo", "test", "wheelhouse"}
    assert named - targets == set()


def test_every_file_named_on_a_page_exists(page: Path, spans: dict[Path, list[str]]) -> None:
    named = [span for span in spans[page] if re.match(rf"({FOLDERS})/", span) or TOP_FILES.match(span)]
    paths = [span for span in named if not PLACEHOLDER.search(span) and not span.startswith("config/kreiswatt")]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_pages_do_name_files(spans: dict[Path, list[str]]) -> None:
    assert "energy/registers.py" in {span for found in spans.values() for span in found}


def test_python_examples_run(blocks: list[Any]) -> None:
    examples = [block for block in blocks if block.language == "python"]
    assert examples
    for block in examples:
        exec(compile(block.text, str(block.page), "exec"), {})  # noqa: S102 - our own pages


def test_the_settings_shown_are_accepted(blocks: list[Any]) -> None:
    examples = [block for block in blocks if block.language == "yaml" and block.title == "kreiswatt.yaml"]
    assert examples
    for block in examples:
        form, _, findings = read_form(block.text)
        assert form is not None
        assert [finding for finding in findings if not is_warning(finding)] == []


def test_the_entries_shown_fit_into_the_example_district(blocks: list[Any], tmp_path: Path) -> None:
    examples = [block for block in blocks if block.language == "yaml" and block.title.startswith("inventory/")]
    assert len(examples) >= 4
    folder = tmp_path / "config"
    create(folder, example=True, data_dir=tmp_path / "data")
    for number, block in enumerate(examples):
        (folder / "inventory" / f"shown-{number}.yaml").write_text(block.text, encoding="utf-8")
    with (folder / "secrets" / "stations.yaml").open("a", encoding="utf-8") as passwords:
        passwords.write('rathaus-01: "0123456789abcdef0123"\n')
    mistakes = [str(finding) for finding in check(folder, {}) if not is_warning(finding)]
    assert mistakes == []


def test_the_broker_settings_shown_are_those_that_were_measured(blocks: list[Any]) -> None:
    shown = {block.title: block.text for block in blocks}
    folder = Path("/var/lib/mosquitto")
    passwords, acl = Path("/etc/mosquitto/passwd"), Path("/etc/mosquitto/acl")
    conf = mosquitto_conf(host="127.0.0.1", port=1883, folder=folder, passwords=passwords, acl=acl)
    assert shown["/etc/mosquitto/conf.d/kreiswatt.conf"] == conf
    assert shown[str(acl)] == mosquitto_acl("kreiswatt", {"rathaus-strom": "tele/rathaus/#"})
