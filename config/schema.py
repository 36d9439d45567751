"""JSON Schemas of the configuration files, for completion and hover help in editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, create_model

from config.calc.clean_vehicles import CleanVehiclesForm
from config.calc.savings import SavingsForm
from config.calc.thg import ThgForm
from config.factor_forms import FactorFileForm
from config.forms import KINDS, Form
from config.law_forms import LawFileForm
from config.retention import RetentionForm
from config.settings import SettingsForm
from config.values import MAX_ID_LENGTH
from core.texts import Language, catalogue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ALIKE = {"laws": "law", "LawRuleForm": "law", "OverrideForm": "law"}
"""Sections with the same keys, whose texts stand once."""
_ID = rf"^[a-z][a-z0-9-]{{0,{MAX_ID_LENGTH - 1}}}$"


def schemas(language: Language) -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file by its file name; descriptions are in `language`."""
    return {
        "kreiswatt.json": settings_schema(language),
        "inventory.json": inventory_schema(language),
        "retention.json": retention_schema(language),
        "factors.json": _described(FactorFileForm, "factors", language),
        "laws.json": _described(LawFileForm, "laws", language),
        "calc-savings.json": _described(SavingsForm, "calc", language),
        "calc-thg.json": _described(ThgForm, "calc", language),
        "calc-clean-vehicles.json": _described(CleanVehiclesForm, "calc", language),
    }


def settings_schema(language: Language) -> dict[str, Any]:
    """Return the schema of `kreiswatt.yaml`."""
    schema = _described(SettingsForm, "settings", language)
    embedded = schema["properties"]["embedded_broker"]
    embedded["anyOf"].insert(0, {"type": "boolean"})
    return schema


def retention_schema(language: Language) -> dict[str, Any]:
    """Return the schema of `retention.yaml`."""
    return _described(RetentionForm, "retention", language)


def inventory_schema(language: Language) -> dict[str, Any]:
    """Return the schema of the files in `inventory/`: kinds, each with its entries by id."""
    kinds: dict[str, Any] = {kind: (_entries_of(form), None) for kind, form in KINDS.items()}
    whole: type[BaseModel] = create_model("Inventory", __base__=Form, **kinds)
    schema = _described(whole, "inventory", language)
    for kind in KINDS:
        entries = schema["properties"][kind]["anyOf"][0]
        entries["propertyNames"] = {"pattern": _ID}
    return schema


def _entries_of(form: type[BaseModel]) -> Any:
    return dict.__class_getitem__((str, form)) | None


def _described(form: type[BaseModel], subject: str, language: Language) -> dict[str, Any]:
    schema = form.model_json_schema(mode="validation")
    texts = catalogue(language)
    known = texts.codes()
    for name, section in [(subject, schema), *schema.get("$defs", {}).items()]:
        section.pop("description", None)
        for key, field in section.get("properties", {}).items():
            field.pop("title", None)
            section_name = _ALIKE.get(name, name.removesuffix("Form").lower())
            specific, general = f"field.{section_name}.{key}", f"field.{key}"
            code = specific if specific in known else general
            if code in known:
                field["description"] = texts.say(code)
    return {"$schema": DIALECT, **schema}
