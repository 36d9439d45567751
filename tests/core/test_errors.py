"""Errors say who can act on them, and carry a finding instead of a sentence."""

import pytest

from core import errors
from core.errors import ConfigError, ServiceError
from core.texts import Finding

TREE = {
    "PayloadError": "ServiceError",
    "FormatError": "PayloadError",
    "ReadingError": "PayloadError",
    "StoreError": "ServiceError",
    "ConfigError": "ServiceError",
    "CalculationError": "ServiceError",
    "RequestError": "ServiceError",
    "NotFoundError": "RequestError",
    "ForbiddenError": "RequestError",
    "ConflictError": "RequestError",
    "UnavailableError": "RequestError",
}


def test_the_tree_is_as_drawn() -> None:
    found = {
        name: value.__base__.__name__
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, ServiceError) and value is not ServiceError
    }
    assert found == TREE
    drawn = errors.__doc__ or ""
    assert all(name in drawn for name in TREE)


@pytest.mark.parametrize("name", sorted(set(TREE) - {"ConfigError"}))
def test_an_error_carries_its_finding(name: str) -> None:
    error = getattr(errors, name)("subject.what", code="E7", count=2)
    assert error.finding == Finding.of("subject.what", count=2, code="E7")
    assert str(error) == "subject.what code=E7 count=2"


def test_a_configuration_error_carries_all_mistakes_at_once() -> None:
    mistakes = [Finding.of("config.unknown_key", key="prot"), Finding.of("config.missing", key="host")]
    error = ConfigError(mistakes)
    assert error.findings == tuple(mistakes)
    assert error.finding == Finding.of("config.invalid", count=2)
