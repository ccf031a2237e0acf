"""JSON Schemas of the files that people write, of ``summary.json`` and of ``verdict.json``.

``.venv/bin/python -m suite.commands.json_schemas`` writes them into this folder. An editor completes and
checks a file that names its schema in the first line:

    # yaml-language-server: $schema=suite/commands/json_schemas/runfile.json

A schema sees one key at a time. What must fit between keys and files, such as a pair and its models, only the
suite checks.
"""

import json
import re
from pathlib import Path

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from suite.gate import Baseline, PolicyFile
from suite.gate.gate_report import GateReport
from suite.plan.selection import Selection
from suite.registry import RegistryFile
from suite.schema import Strict, Summary

FOLDER = Path(__file__).resolve().parent
TYPES: dict[str, tuple[str, type[Strict]]] = {
    "registry.json": ("rlvr-suite: registry file", RegistryFile),
    "runfile.json": ("rlvr-suite: run file", Selection),
    "policy.json": ("rlvr-suite: policy of the gate", PolicyFile),
    "baseline.json": ("rlvr-suite: baseline of the gate", Baseline),
    "verdict.json": ("rlvr-suite: verdicts of the gate", GateReport),
    "summary.json": ("rlvr-suite: summary", Summary),
}
"""File name -> title, and the type that reads these files."""


def schema_texts() -> dict[str, str]:
    """Return file name -> text of every schema."""
    texts = {}
    for name, (title, type_) in TYPES.items():
        texts[name] = json.dumps(_schema(title, type_), indent=1) + "\n"
    return texts


def write_schemas(folder: Path = FOLDER) -> None:
    """Write every schema into ``folder``."""
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


def _schema(title: str, type_: type[BaseModel]) -> JsonSchemaValue:
    """Return the schema of one type, with the descriptions of keys that its docstrings hold."""
    schema = type_.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        _describe(part)
        for entries in part["properties"].values():
            if "patternProperties" in entries:  # pydantic leaves other keys open
                entries["additionalProperties"] = False
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": title}


def _describe(part: JsonSchemaValue) -> None:
    """Describe each key of a type by the sentences of the type's docstring that name the key."""
    description = " ".join(part["description"].replace("``", "`").split())
    part["description"] = description
    sentences = re.split(r"(?<=\.)\s", description)
    for name, entry in part["properties"].items():
        entry.pop("title", None)  # pydantic's titles only repeat the key
        about_key = [sentence for sentence in sentences if f"`{name}`" in sentence]
        if about_key:
            entry["description"] = " ".join(about_key)
