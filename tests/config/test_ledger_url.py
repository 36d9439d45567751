"""Where the ledger is, if not in a file: a secret that is checked and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.findings import Locator, is_warning
from config.ledger_url import ledger_url_findings
from config.load import check, load
from config.tree import read_tree
from core.errors import ConfigError
from core.texts import LANGUAGES, catalogue

SECRET = "g3h31m"
TEXT = "data_dir: data\nembedded_broker: yes\nstores:\n  ledger_url: ${LEDGER_URL}\n"


WAY = ("stores", "ledger_url")


def found(url: str) -> list[str]:
    tree, _ = read_tree(TEXT, "kreiswatt.yaml")
    assert tree
    findings = ledger_url_findings(url, WAY, Locator("kreiswatt.yaml", tree))
    for finding in findings:
        said = [catalogue(language).tell(finding) for language in LANGUAGES]
        assert dict(finding.params)["line"] == 4
        assert SECRET not in "".join([str(finding), *said])
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://kreiswatt:{SECRET}@127.0.0.1:5432/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}@[::1]/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}%40%2F%23@localhost/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}@db.kreis.de/kreiswatt?sslmode=verify-full&sslrootcert=/etc/ssl/kreis.pem",
        "postgresql:///kreiswatt?host=/var/run/postgresql",
    ],
)
def test_a_sound_address_is_taken_as_it_is(url: str) -> None:
    assert found(url) == []


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        f"postgres://kreiswatt:{SECRET}@localhost/kreiswatt",
        f"sqlite:///{SECRET}",
        f"postgresql+psycopg://kreiswatt:{SECRET}@localhost/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}@localhost",
        f"postgresql://kreiswatt:{SECRET}@localhost/",
        f"postgresql://kreiswatt:{SECRET}@localhost/a/b",
        f"postgresql://kreiswatt:{SECRET}@localhost:port/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}@localhost:0/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}@localhost:99999/kreiswatt",
        f"postgresql://kreiswatt:{SECRET}#@localhost/kreiswatt",
        f"postgresql://kreiswatt:{SECRET} x@localhost/kreiswatt",
        f"postgresql://[kreiswatt:{SECRET}@localhost/kreiswatt",
        f"postgresql:///{SECRET}",
        f"postgresql://kreiswatt@localhost/kreiswatt?{SECRET}",
    ],
)
def test_what_is_no_address_is_refused_without_being_shown(url: str) -> None:
    assert found(url) == ["config.ledger_url_invalid"]


@pytest.mark.parametrize("query", [f"passwort={SECRET}", "sslmode=require&sslmode=disable", "options=-c%20a=b"])
def test_only_known_parameters_stand_behind_the_question_mark(query: str) -> None:
    assert found(f"postgresql://kreiswatt@localhost/kreiswatt?{query}") == ["config.ledger_url_parameter"]


@pytest.mark.parametrize("query", ["", "?sslmode=prefer", "?host=db.kreis.de"])
def test_another_machine_without_sure_encryption_is_a_warning(query: str) -> None:
    host = "localhost" if "host=" in query else "db.kreis.de"
    assert found(f"postgresql://kreiswatt:{SECRET}@{host}/kreiswatt{query}") == ["config.ledger_url_in_clear"]


def test_the_address_becomes_a_setting_that_is_not_shown(folder: Path) -> None:
    url = f"postgresql://kreiswatt:{SECRET}@127.0.0.1/kreiswatt"
    (folder / "kreiswatt.yaml").write_text(TEXT, encoding="utf-8")
    settings = load(folder, {"LEDGER_URL": url}).settings
    assert settings.stores.ledger_url == url
    assert SECRET not in repr(settings)


def test_a_wrong_or_missing_address_does_not_let_the_service_run_on_a_file_instead(folder: Path) -> None:
    (folder / "kreiswatt.yaml").write_text(TEXT, encoding="utf-8")
    for url, code in ((f"mysql://{SECRET}", "config.ledger_url_invalid"), ("", "config.environment_missing")):
        with pytest.raises(ConfigError) as refused:
            load(folder, {"LEDGER_URL": url})
        assert code in [finding.code for finding in refused.value.findings]
        assert SECRET not in "".join(map(str, refused.value.findings))


def test_the_address_is_refused_in_the_settings_themselves(folder: Path) -> None:
    text = TEXT.replace("${LEDGER_URL}", f"postgresql://kreiswatt:{SECRET}@localhost/kreiswatt")
    (folder / "kreiswatt.yaml").write_text(text, encoding="utf-8")
    findings = check(folder, {})
    assert 4 in [dict(finding.params)["line"] for finding in findings if not is_warning(finding)]
    assert SECRET not in "".join(map(str, findings))
