"""Cuts InfluxQL text into tokens, as InfluxDB's scanner does; each knows its line and character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from store.influxql.errors import ParseError

KEYWORDS: Final = frozenset(
    """
    ALL ALTER ANALYZE AND ANY AS ASC BEGIN BY CARDINALITY CREATE CONTINUOUS DATABASE DATABASES DEFAULT DELETE DESC
    DESTINATIONS DIAGNOSTICS DISTINCT DROP DURATION END EVERY EXACT EXPLAIN FALSE FIELD FOR FROM GRANT GRANTS GROUP
    GROUPS IN INF INSERT INTO KEY KEYS KILL LIMIT MEASUREMENT MEASUREMENTS NAME OFFSET ON OR ORDER PASSWORD POLICY
    POLICIES PRIVILEGES QUERIES QUERY READ REPLICATION RESAMPLE RETENTION REVOKE SELECT SERIES SET SHOW SHARD SHARDS
    SLIMIT SOFFSET STATS SUBSCRIPTION SUBSCRIPTIONS TAG TO TRUE USER USERS VALUES WHERE WITH WRITE
    """.split()  # noqa: SIM905 - as InfluxDB lists them
)
_PARTS: Final = re.compile(
    r"""(?P<SPACE>[ \t\n\r]+|--[^\n]*|/\*.*?\*/)
    |(?P<CAST>::[A-Za-z_]\w*)
    |(?P<NAME>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<QUOTED>"(?:[^"\\\n]|\\.)*")
    |(?P<STRING>'(?:[^'\\\n]|\\.)*')
    |(?P<BOUND>\$(?:[A-Za-z0-9_]+|"(?:[^"\\\n]|\\.)*")?)
    |(?P<DURATION>[0-9]+[A-Za-zµ][A-Za-z0-9µ]*)
    |(?P<NUMBER>[0-9]*\.[0-9]+|[0-9]+\.)
    |(?P<INTEGER>[0-9]+)
    |(?P<MATCH>=~|!~)
    |(?P<COMPARE>!=|<>|<=|>=|=|<|>)
    |(?P<PUNCTUATION>[-+*/%&|^(),;.])
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_REGEX: Final = re.compile(r"/(?P<body>(?:[^/\\\n]|\\.)*)/", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "\\": "\\", '"': '"', "'": "'"}
_ENDS_OPERAND: Final = frozenset(
    {
        "IDENT",
        "STRING",
        "NUMBER",
        "INTEGER",
        "DURATION",
        "TRUE",
        "FALSE",
        "RPAR",
        "WILDCARD",
        "CAST",
        "REGEX",
        "ASC",
        "DESC",
    }
)
_PUNCTUATION: Final = {
    "(": "LPAR",
    ")": "RPAR",
    ",": "COMMA",
    ";": "SEMICOLON",
    ".": "DOT",
    "+": "PLUS",
    "-": "MINUS",
    "|": "ADDITIVE",
    "^": "ADDITIVE",
    "*": "MULTIPLICATIVE",
    "/": "MULTIPLICATIVE",
    "%": "MULTIPLICATIVE",
    "&": "MULTIPLICATIVE",
}
_CLAUSES: Final = {"fill": "FILL", "tz": "TZ"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is the grammar's word; `text` what stands in the query, freed from quotes and escapes."""

    kind: str
    text: str
    line: int
    char: int


def scan(text: str, params: Mapping[str, Any]) -> Iterator[Token]:
    """Yield the tokens of `text`, bound parameters replaced. Raises `ParseError` at what is no token."""
    place, before = 0, ""
    while place < len(text):
        token, place = _next(text, place, before, params)
        if token is not None:
            yield token
            before = token.kind


def end_of(text: str) -> tuple[int, int]:
    """Return line and character of the end, as InfluxDB counts them."""
    line, char = position(text, len(text))
    return line, char + 1


def position(text: str, place: int) -> tuple[int, int]:
    """Return line and character (from 1) of a place in the text."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _next(text: str, place: int, before: str, params: Mapping[str, Any]) -> tuple[Token | None, int]:
    line, char = position(text, place)
    if text[place] == "/" and before not in _ENDS_OPERAND and not text.startswith("/*", place):
        return _pattern(text, place, line, char)
    found = _PARTS.match(text, place)
    if found is None or found.lastgroup is None:
        raise _unscannable(text, place, line, char)
    return _token(found, before, params, line, char), found.end()


def _token(  # noqa: PLR0911 - one for each kind of token
    found: re.Match[str], before: str, params: Mapping[str, Any], line: int, char: int
) -> Token | None:
    kind, text = str(found.lastgroup), found.group()
    match kind:
        case "SPACE":
            return None
        case "NAME" | "QUOTED":
            return _name(found, before, line, char)
        case "STRING":
            return Token("STRING", _unquoted(text, line, char), line, char)
        case "CAST":
            return Token("CAST", text[2:].lower(), line, char)
        case "PUNCTUATION":
            wildcard = text == "*" and before not in _ENDS_OPERAND
            return Token("WILDCARD" if wildcard else _PUNCTUATION[text], text, line, char)
        case "BOUND":
            return _bound(text, params, line, char)
        case _:
            return Token(kind, text, line, char)


def _name(found: re.Match[str], before: str, line: int, char: int) -> Token:
    text = found.group()
    calls = found.string.startswith("(", found.end())
    if text[0] == '"':
        return Token("CALL" if calls else "IDENT", _unquoted(text, line, char), line, char)
    word = text.upper()
    if word == "DISTINCT" and calls:
        return Token("CALL", text, line, char)
    if word in KEYWORDS:
        return Token(word, text, line, char)
    clause = _CLAUSES.get(text.lower(), "CALL") if before in _ENDS_OPERAND else "CALL"
    return Token(clause if calls else "IDENT", text, line, char)


def _unquoted(text: str, line: int, char: int) -> str:
    def plain(escape: re.Match[str]) -> str:
        if escape[1] not in _ESCAPES:
            raise ParseError.found(f"\\{escape[1]}", "IDENT, STRING", line, char)
        return _ESCAPES[escape[1]]

    return re.sub(r"\\(.)", plain, text[1:-1])


def _pattern(text: str, place: int, line: int, char: int) -> tuple[Token, int]:
    found = _REGEX.match(text, place)
    if found is None:
        raise ParseError(f"bad regex:  at line {line}, char {char}")
    return Token("REGEX", found["body"].replace("\\/", "/"), line, char), found.end()


def _unscannable(text: str, place: int, line: int, char: int) -> ParseError:
    if text[place] in "\"'":
        return ParseError.found(
            text[place + 1 :].split("\n", 1)[0][:200], "identifier, string, number, bool", line, char
        )
    return ParseError.found(text[place], "identifier, string, number, bool", line, char)


def _bound(text: str, params: Mapping[str, Any], line: int, char: int) -> Token:
    name = text[1:].strip('"')
    if not name:
        raise ParseError("empty bound parameter")
    if name not in params:
        raise ParseError(f"missing parameter: {name}")
    kind, said = _value(params[name])
    return Token(kind, said, line, char)


def _value(value: object) -> tuple[str, str]:  # noqa: C901, PLR0911 - one for each kind of value
    match value:
        case bool():
            return ("TRUE", "true") if value else ("FALSE", "false")
        case int():
            return "INTEGER", str(value)
        case float():
            return "NUMBER", repr(value)
        case str():
            return "STRING", value
        case {"regex": str(said)}:
            return "REGEX", said
        case {"identifier": str(said)} | {"ident": str(said)}:
            return "IDENT", said
        case {"string": str(said)}:
            return "STRING", said
        case {"duration": str(said)}:
            return "DURATION", said
        case {"integer": int(whole)}:
            return "INTEGER", str(whole)
        case {"float": float(number)} | {"number": float(number)}:
            return "NUMBER", repr(number)
        case _:
            raise ParseError(f"unable to bind parameter with type {type(value).__name__}")
