"""The JSON Schemas: up to date, valid, and in agreement with the suite wherever a single key is at fault."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from malformed_registries import GOOD, RELATIONS, SHAPES

from suite.commands.json_schemas import FOLDER, TYPES, schema_texts, write_schemas
from suite.errors import SuiteError
from suite.files import shipped
from suite.files.yaml import read_document
from suite.gate import load_policy

ROOT = Path(__file__).resolve().parents[2]

GOOD_FILES = {
    "run of families": (
        "runfile.json",
        "families: [llama3]\ntasks: [math500]\nprotocols: [boxed, all]\nlimit: 10\ntemperature: 0\n",
    ),
    "run of a pair": (
        "runfile.json",
        "before: weights/a\nafter: weights/b\nfamily: llama3\nreward: mine\n"
        "tasks: [math500]\nseed: 0\nstep: null\nk: null\n",
    ),
    "policy": (
        "policy.json",
        "claims:\n"
        "  - {family: '*', reward: format, task: aime2024, expect: no_gain, margin: 5, at_least: null}\n",
    ),
    "registry of nothing": ("registry.json", "{}\n"),
}
BAD_FILES = {
    "run without tasks": ("runfile.json", "families: [llama3]\n"),
    "run of no task": ("runfile.json", "families: [llama3]\ntasks: []\n"),
    "run with one family as text": ("runfile.json", "families: llama3\ntasks: [math500]\n"),
    "run with an unknown key": ("runfile.json", "families: [llama3]\ntask: [math500]\ntasks: [math500]\n"),
    "run by an unknown engine": ("runfile.json", "families: [llama3]\ntasks: [math500]\nengine: sglang\n"),
    "run of no sample": ("runfile.json", "families: [llama3]\ntasks: [math500]\nk: 0\n"),
    "policy without claims": ("policy.json", "description: nothing\n"),
    "claim that expects a loss": ("policy.json", "claims: [{family: a, reward: b, task: c, expect: loss}]\n"),
    "claim of over 100 points": (
        "policy.json",
        "claims: [{family: a, reward: b, task: c, expect: gain, at_least: 101}]\n",
    ),
}


def accepts(schema: str, content: str, folder: Path) -> tuple[bool, bool]:
    """Return whether the JSON Schema and whether the suite accepts ``content``, read as YAML of the suite."""
    file = folder / "file.yaml"
    file.write_bytes(content.encode())
    document = read_document(file)
    by_schema = Draft202012Validator(json.loads((FOLDER / schema).read_text(encoding="utf-8"))).is_valid(
        document.data
    )
    try:
        document.parse(TYPES[schema][1])
    except SuiteError:
        return by_schema, False
    return by_schema, True


def test_the_files_are_what_the_types_say_now() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert files == schema_texts(), "rewrite them with .venv/bin/python -m suite.commands.json_schemas"


def test_all_schemas_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == schema_texts()


@pytest.mark.parametrize("name", TYPES)
def test_each_is_a_valid_json_schema_with_its_dialect_title_and_description_and_without_an_address(
    name: str,
) -> None:
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)
    assert "$id" not in schema
    assert schema["title"].startswith("rlvr-suite: ") and schema["description"]


@pytest.mark.parametrize("name", sorted(set(TYPES) - {"summary.json"}))
def test_no_mapping_takes_keys_that_it_does_not_describe(name: str) -> None:
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    parts = [schema, *schema.get("$defs", {}).values()]
    mappings = parts + [
        entry for part in parts for entry in part["properties"].values() if entry.get("type") == "object"
    ]
    assert [m for m in mappings if m.get("additionalProperties") is not False] == []


def test_a_key_is_described_by_the_sentences_of_the_docstring_that_name_it() -> None:
    model = json.loads(schema_texts()["registry.json"])["$defs"]["Model"]["properties"]
    assert model["context"]["description"].startswith("`context` is the limit in tokens")
    assert "description" not in model["architecture"]


def test_what_ships_fits_and_the_registry_names_its_schema(tmp_path: Path) -> None:
    text = shipped.registry_file().read_text(encoding="utf-8")
    assert accepts("registry.json", text, tmp_path) == (True, True)
    assert (
        text.splitlines()[0]
        == f"# yaml-language-server: $schema={(FOLDER / 'registry.json').relative_to(ROOT)}"
    )
    policies = sorted(shipped.policies_dir().glob("*.yaml"))
    assert policies
    for path in policies:
        assert load_policy(path.stem, baselines=False).claims
        assert accepts("policy.json", path.read_text(encoding="utf-8"), tmp_path) == (True, True)


def test_a_summary_fits_its_schema_and_one_with_a_null_or_an_unknown_key_does_not() -> None:
    validator = Draft202012Validator(json.loads(schema_texts()["summary.json"]))
    summary = json.loads((ROOT / "leaderboards" / "micro" / "summary.json").read_text(encoding="utf-8"))
    assert validator.is_valid(summary)
    assert not validator.is_valid({**summary, "scores": None})
    assert not validator.is_valid({**summary, "headline": 1})


@pytest.mark.parametrize("name", GOOD_FILES)
def test_a_good_file_fits(name: str, tmp_path: Path) -> None:
    assert accepts(*GOOD_FILES[name], tmp_path) == (True, True)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_malformed_run_file_or_policy_is_refused_by_schema_and_suite(name: str, tmp_path: Path) -> None:
    assert accepts(*BAD_FILES[name], tmp_path) == (False, False)


@pytest.mark.parametrize("name", SHAPES)
def test_a_malformed_registry_is_refused_by_schema_and_suite_where_one_key_shows_it(
    name: str, tmp_path: Path
) -> None:
    assert accepts("registry.json", GOOD, tmp_path) == (True, True)
    assert accepts("registry.json", SHAPES[name].content, tmp_path) == (False, False)


@pytest.mark.parametrize("name", RELATIONS)
def test_what_only_several_keys_show_is_left_to_the_suite(name: str, tmp_path: Path) -> None:
    by_schema, _ = accepts("registry.json", RELATIONS[name].content, tmp_path)
    assert by_schema
