"""From what a form refused to findings with file, line, key, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from config.tree import Node, Step
from config.values import is_slug
from core.texts import Finding, Param

WARNINGS = frozenset(
    {
        "config.baseline_missing",
        "config.baseline_unused",
        "config.battery_missing",
        "config.certificate_ending",
        "config.certificate_over",
        "config.contract_rate",
        "config.embedded_broker_memory_only",
        "config.ftp_in_clear",
        "config.fuel_missing",
        "config.grafana_in_clear",
        "config.group_unknown",
        "config.influx_core_raw_only",
        "config.influx_secret_in_clear",
        "config.ledger_url_in_clear",
        "config.mail_in_clear",
        "config.notify_without_links",
        "config.open_without_encryption",
        "config.outlives",
        "config.replaces_gone",
        "config.secret_file_open",
        "config.sites_overlap",
        "config.station_authority_missing",
        "config.station_password_missing",
        "config.station_password_unused",
        "config.station_tls_missing",
        "config.webhook_in_clear",
        "config.winter_energy_odd",
        "config.winter_range_odd",
    }
)
"""What does not keep the service from running, but a person should know."""

HIDDEN_KEYS = frozenset(
    {"uid", "uid_sealed", "password", "privacy_key", "station_passwords", "users", "token", "ledger_url", "secret"}
)
HIDDEN = "•••"
_TAG_KEYS_SHOWN = frozenset(
    {
        "name",
        "valid_from",
        "valid_to",
        "vehicle",
        "group",
        "pseudonym",
        "blocked",
        "sites",
        "calendar",
        "energy_limit_wh",
    }
)

_CODES = {
    "missing": "config.key_missing",
    "string_type": "config.expected_text",
    "string_unicode": "config.expected_text",
    "string_too_short": "config.text_empty",
    "string_too_long": "config.text_too_long",
    "int_type": "config.expected_whole_number",
    "int_parsing": "config.expected_whole_number",
    "int_parsing_size": "config.expected_whole_number",
    "int_from_float": "config.expected_whole_number",
    "float_type": "config.expected_number",
    "float_parsing": "config.expected_number",
    "finite_number": "config.expected_number",
    "bool_type": "config.expected_yes_or_no",
    "bool_parsing": "config.expected_yes_or_no",
    "model_type": "config.expected_section",
    "model_attributes_type": "config.expected_section",
    "dict_type": "config.expected_section",
    "list_type": "config.expected_list",
    "tuple_type": "config.expected_list",
    "too_short": "config.list_empty",
    "greater_than": "config.not_above",
    "greater_than_equal": "config.too_small",
    "less_than": "config.too_large",
    "less_than_equal": "config.too_large",
}
"""pydantic's error types; every other type is one of our own codes (`config/values.py`) or an enumeration."""


def is_warning(finding: Finding) -> bool:
    """Return whether the service runs in spite of it."""
    return finding.code in WARNINGS


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings without repetition: mistakes first, then warnings, each by file and line."""

    def rank(finding: Finding) -> tuple[bool, str, int, str]:
        params = dict(finding.params)
        line = params.get("line")
        return is_warning(finding), str(params.get("file", "")), line if isinstance(line, int) else 0, str(finding)

    return tuple(sorted(set(findings), key=rank))


def dotted(way: Sequence[Step]) -> str:
    """Return a way as people write it, e.g. `brokers[1].password`; lists count from 1."""
    text = ""
    for place, step in enumerate(way):
        if isinstance(step, int):
            text += f"[{step + 1}]"
        else:
            # Whoever takes a card's number for its id shall not find it in a log.
            shown = HIDDEN if way[0] == "tags" and place == 1 and not is_slug(step) else step
            text += f".{shown}" if text else shown
    return text


class Locator:
    """Makes findings about one file."""

    def __init__(self, file: str, root: Node) -> None:
        self.file = file
        self._root = root

    def finding(self, code: str, way: Sequence[Step], **params: Param) -> Finding:
        """Return a finding about what stands at the end of `way`."""
        place: dict[str, Param] = {"file": self.file, "line": self._root.line_of(way), "key": dotted(way) or "–"}
        return Finding.of(code, **place, **params)

    def refused(self, error: ValidationError, form: type[BaseModel], way: Sequence[Step] = ()) -> list[Finding]:
        """Return one finding for each thing `form` refused in the section at the end of `way`."""
        details = [dict(detail) for detail in error.errors(include_url=False, include_input=False)]
        return [self._refused(detail, form, way) for detail in details if not self._only_follows(detail, way)]

    def _only_follows(self, detail: dict[str, Any], way: Sequence[Step]) -> bool:
        # A list whose only item is wrong counts as too short for pydantic; for a person it is one mistake.
        return bool(detail["type"] == "too_short" and self.plain((*way, *detail["loc"])))

    def _refused(self, detail: dict[str, Any], form: type[BaseModel], way: Sequence[Step]) -> Finding:
        # "[key]" is pydantic's mark for the key of a free mapping, which is no step of the way.
        inside = tuple(step for step in detail["loc"] if step != "[key]")
        kind, context = detail["type"], detail.get("ctx", {})
        whole = (*way, *inside)
        if kind == "extra_forbidden":
            return self.unknown_key(whole, keys_of(form, inside[:-1]))
        if kind in ("enum", "literal_error"):
            return self._not_one_of(whole, [text.strip("'") for text in context["expected"].split(" or ")])
        if kind == "missing":
            return self.finding("config.key_missing", whole)
        params: dict[str, Param] = {"found": self.found(whole)}
        params |= {name: _param(context[pydantics]) for pydantics, name in _LIMITS.items() if pydantics in context}
        code = kind if kind.startswith("config.") else _CODES.get(kind, "config.value_invalid")
        return self.finding(code, whole, **params)

    def unknown_key(self, way: Sequence[Step], known: Sequence[str]) -> Finding:
        """Return the finding about a key nobody knows, with the nearest known one if there is one."""
        near = get_close_matches(str(way[-1]), known, 1)
        if near:
            return self.finding("config.key_unknown_near", way, suggestion=near[0])
        return self.finding("config.key_unknown", way, expected=", ".join(known))

    def unknown_name(
        self, codes: tuple[str, str], way: Sequence[Step], name: str, known: Iterable[str], **params: Param
    ) -> Finding:
        """Return the first of `codes` (nothing has that name), or the second where a known name resembles it."""
        near = get_close_matches(name, list(known), 1)
        if near:
            return self.finding(codes[1], way, found=self.found(way), suggestion=near[0], **params)
        return self.finding(codes[0], way, found=self.found(way), **params)

    def inside(self, way: Sequence[Step]) -> Locator:
        """Return what makes findings about the section at the end of `way`, keys from there on."""
        return Locator(self.file, self._root.at(way) or self._root)

    def line_of(self, way: Sequence[Step]) -> int:
        """Return the line of what stands at the end of `way`."""
        return self._root.line_of(way)

    def plain(self, way: Sequence[Step]) -> Any:
        """Return what was written at the end of `way`, None if nothing was."""
        node = self._root.at(way)
        return node.plain() if node else None

    def found(self, way: Sequence[Step]) -> str:
        """Return what was written there, short; never a secret or a card's number."""
        if any(step in HIDDEN_KEYS for step in way) or (tuple(way[:1]) == ("tags",) and way[-1] not in _TAG_KEYS_SHOWN):
            return HIDDEN
        node = self._root.at(way)
        if node is None or node.data is None:
            return ""
        if isinstance(node.data, str):
            return node.data if len(node.data) <= 60 else f"{node.data[:60]}…"  # noqa: PLR2004
        return "{…}" if isinstance(node.data, dict) else "[…]"

    def _not_one_of(self, way: Sequence[Step], expected: Sequence[str]) -> Finding:
        words = [word for part in expected for word in part.replace("'", "").split(", ")]
        return self.finding("config.not_one_of", way, found=self.found(way), expected=", ".join(words))


_LIMITS = {
    "ge": "limit",
    "gt": "limit",
    "le": "limit",
    "lt": "limit",
    "max_length": "limit",
    "suggestion": "suggestion",
}


def _param(value: object) -> Param:
    return value if isinstance(value, str | int | float | bool) else str(value)


def keys_of(form: type[BaseModel], way: Sequence[Step]) -> list[str]:
    """Return the keys the form knows at the end of `way` inside it."""
    here: type[BaseModel] | None = form
    for step in way:
        if here is not None and isinstance(step, str) and step in here.model_fields:
            here = _form_in(here.model_fields[step].annotation)
    return list(here.model_fields) if here else []


def _form_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((form for part in get_args(annotation) if (form := _form_in(part))), None)
