"""A configuration folder with the example district, for each test its own copy."""

import shutil
from pathlib import Path

import pytest

from config.create import create


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "kreiswatt"
    create(folder, example=True, data_dir=folder.parent / "data")
    return folder


@pytest.fixture
def folder(example: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example, tmp_path / "kreiswatt"))
