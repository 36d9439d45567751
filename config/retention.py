"""`retention.yaml`: how long what is kept; the shipped rules, and a folder's own where it says otherwise."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from config.findings import Locator
from config.forms import Form
from config.tree import read_tree
from core.retention import LEAST_DAYS, Keep, Retention, RetentionClass, RetentionRule
from core.texts import Finding

FILE = "retention.yaml"
FOREVER = "forever"
MOST_YEARS = 100

_DURATION = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\Z", re.ASCII)


def _keep(written: Any) -> Keep | str:
    """Return how long, or `forever`."""
    text = str(written).strip()
    if text == FOREVER:
        return text
    if text.removeprefix("P").startswith("-") or text.startswith("-"):
        raise PydanticCustomError("config.keep_negative", "see the catalogue", {})
    found = _DURATION.match(text)
    if not found:
        raise PydanticCustomError("config.keep_invalid", "see the catalogue", {})
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    if years + months // 12 + days // 365 > MOST_YEARS:
        raise PydanticCustomError("config.keep_invalid", "see the catalogue", {})
    return Keep(months=12 * years + months, days=7 * weeks + days)


_KEEP_SCHEMA = {"type": "string", "pattern": r"^(P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?|forever)$"}


class RuleForm(Form):
    """The rule of one class; what is left out stays as it is shipped."""

    keep: Annotated[Keep | str | None, BeforeValidator(_keep), WithJsonSchema(_KEEP_SCHEMA)] = None
    reason: Annotated[str | None, Field(min_length=1, max_length=400)] = None


_RULES: Any = {member.value: (RuleForm, RuleForm()) for member in RetentionClass}
RetentionForm: type[Form] = create_model("RetentionForm", __base__=Form, **_RULES)
"""The whole file: a section per class."""


def retention_of(folder: Path) -> tuple[Retention, list[Finding]]:
    """Return the rules in force in a configuration folder, and every mistake in its `retention.yaml`."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return shipped(), []
    except (OSError, UnicodeDecodeError):
        return shipped(), [Finding.of("config.file_unreadable", file=FILE)]
    return read_rules(text, shipped())


@cache
def _shipped() -> Retention:
    text = (resources.files("config") / FILE).read_text(encoding="utf-8")
    nothing: Retention = {member: RetentionRule(keep=None, reason="") for member in RetentionClass}
    rules, findings = read_rules(text, nothing)
    assert not findings, findings  # noqa: S101 - it is ours, and tested
    return rules


def shipped() -> Retention:
    """Return the rules as they are shipped."""
    return dict(_shipped())


def read_rules(text: str, before: Retention) -> tuple[Retention, list[Finding]]:
    """Return the rules that a file's text makes of those `before`, and every mistake in it."""
    tree, writing = read_tree(text, FILE)
    findings = list(writing)
    if tree is None:
        return before, findings
    locator = Locator(FILE, tree)
    if not isinstance(tree.data, dict):
        return before, [*findings, Finding.of("config.file_no_sections", file=FILE, line=tree.line)]
    try:
        form = RetentionForm.model_validate(tree.plain())
    except ValidationError as error:
        return before, [*findings, *_too_short(locator), *locator.refused(error, RetentionForm)]
    rules = {member: _rule(getattr(form, member.value), before[member]) for member in RetentionClass}
    return rules, [*findings, *_too_short(locator)]


def _rule(form: RuleForm, before: RetentionRule) -> RetentionRule:
    keep = before.keep if form.keep is None else None if isinstance(form.keep, str) else form.keep
    return RetentionRule(keep=keep, reason=form.reason or before.reason)


def _too_short(locator: Locator) -> list[Finding]:
    written = {member: _written(locator.plain((member.value, "keep"))) for member in RetentionClass}
    return [
        locator.finding("config.keep_too_short", (member.value, "keep"), found=str(keep), limit=LEAST_DAYS[member])
        for member, keep in written.items()
        if keep is not None and keep.least_days < LEAST_DAYS[member]
    ]


def _written(text: Any) -> Keep | None:
    """Return a period as far as it is one; whatever else stands there is refused elsewhere."""
    try:
        keep = _keep(text)
    except PydanticCustomError:
        return None
    return keep if isinstance(keep, Keep) else None
