"""What InfluxDB says when it refuses. These texts are its own: programs compare them."""

from __future__ import annotations

from core.errors import RequestError


class ParseError(RequestError):
    """The text is no query; the whole request is refused."""

    def __init__(self, said: str) -> None:
        self.said = f"error parsing query: {said}"
        super().__init__("influxql.parse", said=self.said)

    @classmethod
    def found(cls, what: str, expected: str, line: int, char: int) -> ParseError:
        """Return the error for a token that does not belong there."""
        return cls(f"found {what}, expected {expected} at line {line}, char {char}")


class StatementError(Exception):
    """One statement cannot be carried out; the others are."""
