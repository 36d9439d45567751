"""The grammar of InfluxQL, and the parser made from it when the first query comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, cast

import lark
from lark.lexer import Lexer, LexerState

from store.influxql.build import Builder
from store.influxql.errors import ParseError, StatementError
from store.influxql.tokens import end_of, scan
from store.influxql.tree import Statement

_GRAMMAR: Final = """
query: [statement] (SEMICOLON [statement])*
statement: select | show

select: SELECT field (COMMA field)* FROM from_any (COMMA from_any)* [where] [group] [fill] [order] limits [tz]
field: (expr | regex) [AS IDENT]
from_any: source | LPAR select RPAR
source: regex | IDENT [more]
more: DOT IDENT [more] | DOT more | DOT regex
path: IDENT (DOT IDENT)*
where: WHERE expr
group: GROUP BY dimension (COMMA dimension)*
?dimension: expr | regex
fill: FILL LPAR [argument (COMMA argument)*] RPAR
tz: TZ LPAR [argument (COMMA argument)*] RPAR
order: ORDER BY sort (COMMA sort)*
sort: ASC -> sort_only | DESC -> sort_only | IDENT [ASC | DESC]
limits: [limit] [offset] [slimit] [soffset]
limit: LIMIT INTEGER
offset: OFFSET INTEGER
slimit: SLIMIT INTEGER
soffset: SOFFSET INTEGER

?expr: conjunction | expr OR conjunction -> binary
?conjunction: comparison | conjunction AND comparison -> binary
?comparison: sum | comparison COMPARE sum -> binary | comparison MATCH regex -> binary
?sum: product | sum (PLUS | MINUS | ADDITIVE) product -> binary
?product: unary | product MULTIPLICATIVE unary -> binary
?unary: atom | (PLUS | MINUS) signable -> signed
?signable: number | duration | paren | ref | call
?atom: signable | string | truth | wildcard | DISTINCT IDENT -> distinct
paren: LPAR expr RPAR
call: CALL LPAR [argument (COMMA argument)*] RPAR
?argument: expr | regex
ref: path [CAST]
wildcard: WILDCARD [CAST]
number: NUMBER | INTEGER
duration: DURATION
string: STRING
truth: TRUE | FALSE
regex: REGEX

?show: SHOW (databases | policies | measurements | field_keys | tag_keys | tag_values | series)
databases: DATABASES
policies: RETENTION POLICIES [on]
measurements: MEASUREMENTS [on] [WITH MEASUREMENT (COMPARE | MATCH) source] [where] [order] [limit] [offset]
field_keys: FIELD KEYS [on] [sources] [order] [limit] [offset]
tag_keys: TAG KEYS [on] [sources] [where] [order] limits
tag_values: TAG VALUES [on] [sources] WITH KEY keys [where] [order] [limit] [offset]
series: SERIES [on] [sources] [where] [order] [limit] [offset]
on: ON IDENT
sources: FROM source (COMMA source)*
keys: IN LPAR IDENT (COMMA IDENT)* RPAR | COMPARE IDENT | MATCH regex

%declare SELECT FROM WHERE GROUP BY ORDER LIMIT OFFSET SLIMIT SOFFSET AS ASC DESC AND OR DISTINCT TRUE FALSE SHOW
%declare DATABASES RETENTION POLICIES MEASUREMENTS MEASUREMENT FIELD KEYS KEY TAG VALUES SERIES ON WITH IN
%declare IDENT CALL FILL TZ CAST STRING NUMBER INTEGER DURATION REGEX WILDCARD
%declare LPAR RPAR COMMA SEMICOLON DOT PLUS MINUS ADDITIVE MULTIPLICATIVE COMPARE MATCH
"""
_OPERAND: Final = "identifier, string, number, bool"
_STATEMENTS: Final = "SELECT, SHOW"
_SHOWS: Final = "DATABASES, FIELD, MEASUREMENTS, RETENTION, SERIES, TAG"
_EXPECTED: Final = (
    ({"SELECT", "SHOW"}, _STATEMENTS),
    ({"DATABASES"}, _SHOWS),
    ({"IDENT", "STRING"}, _OPERAND),
    ({"IDENT", "NUMBER"}, "identifier, number, duration, ("),
    ({"IDENT", "ASC"}, "identifier, ASC, DESC"),
    ({"IN", "COMPARE"}, "IN, =, =~"),
    ({"IDENT"}, "identifier"),
    ({"FROM", "AS"}, "FROM"),
    ({"WITH"}, "WITH"),
    ({"INTEGER"}, "integer"),
    ({"REGEX"}, "regex"),
    ({"RPAR"}, ")"),
    ({"SEMICOLON"}, ";"),
)
"""What InfluxDB says it expected where all these tokens could stand; the first line that fits."""


def parse(text: str, params: Mapping[str, Any]) -> tuple[Statement, ...]:
    """Return the statements of a query. Raises `ParseError` in InfluxDB's words."""
    try:
        tree = _parser().parse(cast("str", (text, params)))
        statements = Builder().transform(tree)
    except lark.exceptions.UnexpectedToken as error:
        raise _unexpected(error, text) from error
    except lark.exceptions.VisitError as error:
        if isinstance(error.orig_exc, StatementError):
            raise ParseError(str(error.orig_exc)) from error
        if isinstance(error.orig_exc, RecursionError):
            raise ParseError("query is nested too deeply") from error
        raise error.orig_exc from error
    except RecursionError as error:
        raise ParseError("query is nested too deeply") from error
    return statements


class _Scanner(Lexer):
    """Hands our tokens to lark."""

    __future_interface__ = 1

    def __init__(self, _conf: object) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: object) -> Iterator[lark.Token]:  # noqa: ARG002 - lark's interface
        text, params = cast("tuple[str, Mapping[str, Any]]", lexer_state.text)
        for token in scan(text, params):
            yield lark.Token(token.kind, token.text, line=token.line, column=token.char)


@cache
def _parser() -> lark.Lark:
    return lark.Lark(_GRAMMAR, start="query", parser="lalr", lexer=_Scanner, maybe_placeholders=True)


def _unexpected(error: lark.exceptions.UnexpectedToken, text: str) -> ParseError:
    accepts = error.accepts or error.expected
    expected = next((said for needed, said in _EXPECTED if needed <= accepts), ", ".join(sorted(accepts - {"$END"})))
    if error.token.type == "$END":
        return ParseError.found("EOF", expected, *end_of(text))
    token = error.token
    found = token.type if token.type == token.upper() else str(token)
    return ParseError.found(found, expected, token.line or 1, token.column or 1)
