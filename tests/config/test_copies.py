"""A configuration folder packed for a backup and put back elsewhere."""

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from config.copies import ENVIRONMENT, move_data_dir, pack, put_secrets, unpack
from config.create import create
from config.load import load
from core.errors import ConfigError, RequestError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "config", example=True, data_dir=tmp_path / "config" / "data")
    return tmp_path / "config"


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_all_files_come_back_with_their_rights(folder: Path, tmp_path: Path) -> None:
    packed = pack(folder, folder / "data")
    assert set(unpack(packed.data, tmp_path / "again")) == set(tree(folder))
    assert tree(tmp_path / "again") == tree(folder)
    assert (tmp_path / "again" / "secrets").stat().st_mode & 0o777 == 0o700
    assert load(tmp_path / "again", {}).privacy_key == load(folder, {}).privacy_key


def test_data_and_hidden_files_stay_where_they_are(folder: Path, tmp_path: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "ledger.sqlite").write_bytes(b"data")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref")
    (folder / ".kreiswatt.yaml.swp").write_text("swap")
    unpack(pack(folder, folder / "data").data, tmp_path / "again")
    assert not [name for name in tree(tmp_path / "again") if "data/" in name or name.startswith(".")]


def test_a_linked_secret_comes_as_a_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("hidden elsewhere")
    (folder / "secrets" / "linked").symlink_to(tmp_path / "vault")
    (folder / "secrets" / "dangling").symlink_to(tmp_path / "nothing")
    packed = pack(folder, folder / "data")
    assert packed.left_out == ("secrets/dangling",)
    unpack(packed.data, tmp_path / "again")
    assert (tmp_path / "again" / "secrets" / "linked").read_text() == "hidden elsewhere"
    assert not (tmp_path / "again" / "secrets" / "linked").is_symlink()


def test_a_folder_without_settings_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        pack(tmp_path, tmp_path / "data")


def hostile(name: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        good = tarfile.TarInfo("kreiswatt.yaml")
        tar.addfile(good, io.BytesIO())
        bad = tarfile.TarInfo(name)
        bad.type, bad.linkname = kind, "/etc/passwd"
        tar.addfile(bad, io.BytesIO())
    return made.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        hostile("../outside"),
        hostile("/etc/outside"),
        hostile("inventory/../../outside"),
        hostile("link", tarfile.SYMTYPE),
        hostile("link", tarfile.LNKTYPE),
        hostile("pipe", tarfile.FIFOTYPE),
    ],
)
def test_no_name_leads_out_of_the_folder(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as refused:
        unpack(data, tmp_path / "again")
    assert refused.value.finding.code == "backup.path_outside"
    assert not (tmp_path / "again").exists()


def test_secrets_from_elsewhere_are_kept_and_told(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "privacy.key"
    outside.write_text("ab" * 32)
    outside.chmod(0o600)
    settings = folder / "kreiswatt.yaml"
    text = settings.read_text().replace("file:secrets/privacy.key", f"file:{outside}")
    settings.write_text(text.replace("file:secrets/stations.yaml", "${STATIONS}"))
    passwords = '{"lra-01": "a $pass\'w`rd \\\\ 0123456789"}'
    found = load(folder, {"STATIONS": passwords}).outside_secrets
    assert found == {f"file:{outside}": "ab" * 32, "${STATIONS}": passwords}

    unpack(pack(folder, folder / "data").data, tmp_path / "again")
    outside.unlink()
    advice = put_secrets(tmp_path / "again", found)
    assert {finding.code for finding in advice} == {"backup.secret_file_kept", "backup.secret_variable_kept"}
    kept = [path for path in (tmp_path / "again" / "secrets").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    shell = ["sh", "-c", f'. {tmp_path / "again" / ENVIRONMENT}; printf %s "$STATIONS"']
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout == passwords
    assert load(tmp_path / "again", {}, found).privacy_key == bytes.fromhex("ab" * 32)
    newer = {"STATIONS": '{"lra-01": "newer 0123456789"}'}
    assert load(tmp_path / "again", newer, found).station_secrets == {"lra-01": "newer 0123456789"}


def test_the_data_folder_is_moved_and_comments_stay(folder: Path, tmp_path: Path) -> None:
    before = (folder / "kreiswatt.yaml").read_text()
    move_data_dir(folder, tmp_path / "it's here: #1")
    assert load(folder, {}).settings.data_dir == tmp_path / "it's here: #1"
    after = (folder / "kreiswatt.yaml").read_text()
    assert [line for line in after.splitlines() if "data_dir" not in line] == [
        line for line in before.splitlines() if "data_dir" not in line
    ]


def test_settings_that_name_no_data_folder_at_a_line_of_its_own_are_left(folder: Path, tmp_path: Path) -> None:
    (folder / "kreiswatt.yaml").write_text(f"{{data_dir: {tmp_path}}}\n")
    with pytest.raises(RequestError) as refused:
        move_data_dir(folder, tmp_path / "data")
    assert refused.value.finding.code == "backup.data_dir_unmovable"
