"""A file that is a folder in an archive lies unpacked where the command was told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.saved import unpacking
from core.errors import RequestError
from reports.public_page import archive_of


def test_files_of_an_archive_lie_in_a_folder_that_is_made(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        with unpacking(tmp_path / "website" / "energy", "pages.zip") as write:
            write(archive_of({"index.html": content, "style.css": b"x"}))
    assert {each.name: each.read_bytes() for each in (tmp_path / "website" / "energy").iterdir()} == {
        "index.html": b"new",
        "style.css": b"x",
    }


def test_no_file_of_an_archive_leaves_the_folder(tmp_path: Path) -> None:
    with unpacking(tmp_path / "in", "pages.zip") as write:
        write(archive_of({"../out.html": b"x"}))
    assert not (tmp_path / "out.html").exists()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RequestError), unpacking(tmp_path / "file", "pages.zip") as write:
        write(archive_of({"index.html": b"x"}))


def test_folders_of_an_archive_stay_folders(tmp_path: Path) -> None:
    with unpacking(tmp_path / "in", "grafana.zip") as write:
        write(archive_of({"a/kreiswatt.yaml": b"1", "b/kreiswatt.yaml": b"2"}))
    assert [(tmp_path / "in" / name / "kreiswatt.yaml").read_bytes() for name in ("a", "b")] == [b"1", b"2"]
