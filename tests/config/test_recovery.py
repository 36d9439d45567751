"""The recovery passphrase: what it opens, what it forgives, and what the server keeps of it."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.recovery import (
    FILE,
    Opened,
    Seal,
    new_passphrase,
    read_passphrase,
    read_recovery_key,
    recovery_key,
    write_recovery_key,
)
from core.errors import ConfigError, RequestError

PASSPHRASE = new_passphrase()
KEY = recovery_key(PASSPHRASE)


def test_a_passphrase_has_130_bits_in_groups_that_can_be_written_down() -> None:
    found = {new_passphrase() for _ in range(100)}
    assert len(found) == 100
    assert {len(passphrase.replace("-", "")) for passphrase in found} == {28}
    assert set("".join(found)) <= set("0123456789abcdefghjkmnpqrstvwxyz-")


@given(st.sampled_from([str.upper, str.title, lambda text: text.replace("-", " "), lambda text: f"\n {text} "]))
def test_however_it_is_typed_it_is_the_same(typed: object) -> None:
    assert read_passphrase(typed(PASSPHRASE)) == PASSPHRASE  # type: ignore[operator]


def test_signs_that_look_alike_are_taken_for_each_other() -> None:
    assert read_passphrase(PASSPHRASE.replace("0", "O").replace("1", "l")) == PASSPHRASE


@settings(max_examples=200)
@given(st.integers(0, 25), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"))
def test_a_slip_is_nearly_always_noticed(place: int, sign: str) -> None:
    signs = list(PASSPHRASE.replace("-", ""))
    if signs[place] == sign:
        return
    signs[place] = sign
    with suppress(RequestError):
        # one slip in a thousand hides; then it is another passphrase, which opens nothing
        assert read_passphrase("".join(signs)) != PASSPHRASE


@given(st.text(max_size=60))
def test_any_text_is_a_passphrase_or_refused(text: str) -> None:
    with suppress(RequestError):
        assert read_passphrase(text)


def test_what_was_sealed_is_opened_by_the_passphrase_alone() -> None:
    seal = Seal(KEY)
    closed = seal.close("ledger/person", b"vera")
    assert b"vera" not in closed
    opened = Opened.by(PASSPHRASE, seal.header)
    assert opened.open("ledger/person", closed) == b"vera"
    with pytest.raises(RequestError) as refused:
        Opened.by(new_passphrase(), seal.header)
    assert refused.value.finding.code == "backup.passphrase_wrong"


def test_a_part_opens_under_its_own_name_only_and_unchanged_only() -> None:
    seal = Seal(KEY)
    closed = seal.close("one", b"content")
    opened = Opened.by(PASSPHRASE, seal.header)
    for name, data in (("two", closed), ("one", closed[:-1] + bytes([closed[-1] ^ 1])), ("one", closed[:20])):
        with pytest.raises(RequestError) as refused:
            opened.open(name, data)
        assert refused.value.finding.code == "backup.part_changed"


def test_only_who_has_the_key_or_the_passphrase_can_stamp() -> None:
    opened = Opened.by(PASSPHRASE, Seal(KEY).header)
    assert opened.knows(b"manifest", Seal(KEY).stamp(b"manifest"))
    stranger = Seal(recovery_key(new_passphrase()))
    assert not opened.knows(b"manifest", stranger.stamp(b"manifest"))
    assert not opened.knows(b"other", Seal(KEY).stamp(b"manifest"))


def test_what_is_kept_opens_nothing_and_shows_no_secret(tmp_path: Path) -> None:
    file = write_recovery_key(tmp_path, KEY)
    assert file == tmp_path / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_recovery_key(tmp_path) == KEY
    assert PASSPHRASE not in file.read_text()
    assert KEY.stamp_key not in repr(KEY)


def test_a_new_key_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    write_recovery_key(tmp_path, KEY)
    fresh = recovery_key(new_passphrase())
    write_recovery_key(tmp_path, fresh)
    assert read_recovery_key(tmp_path) == fresh
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["recovery.json"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"salt": 1, "public_key": "00", "stamp_key": ""}', "\xff"])
def test_a_broken_key_file_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / FILE).write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError) as refused:
        read_recovery_key(tmp_path)
    assert refused.value.findings[0].code == "backup.recovery_key_unreadable"


def test_a_missing_key_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read_recovery_key(tmp_path)
    assert refused.value.findings[0].code == "backup.no_recovery_key"
