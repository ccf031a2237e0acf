"""The files of a model: the folder that holds its weights, and the content hash of those weights.

``weights_hash(locate("micro-llama3", registry.model("micro-llama3")))``
"""

import hashlib
import json
import shlex
from pathlib import Path

from suite.errors import SuiteError
from suite.files.shipped import builtin_model
from suite.registry import Model
from suite.schema import content_hash

WEIGHT_FILES = "*.safetensors"
_FILES = ["*.json", "*.jinja", "*.txt", "*.model", WEIGHT_FILES]
"""What is downloaded of a model: no code, no pickles."""
_BOOKKEEPING = {"base_model_name_or_path", "revision", "inference_mode", "peft_version"}
"""Fields of an adapter's configuration that do not change what it computes."""


def is_here(model: Model) -> bool:
    """Whether the model needs no download, as far as the Hub's cache shows."""
    if model.hub is None:
        return True
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(model.hub, "config.json", revision=model.revision), str)


def locate(model_id: str, model: Model) -> Path:
    """Return the local folder of the model's files; download a Hub model that is not in the cache yet."""
    if model.hub:
        from huggingface_hub import snapshot_download

        try:
            return Path(snapshot_download(model.hub, revision=model.revision, allow_patterns=_FILES))
        except Exception as error:  # the Hub client raises many kinds: offline, gated, gone
            what = f"'{model.hub}' cannot be downloaded ({type(error).__name__})"
            fix = "Go online and, for a gated model, log in; or name a local folder with 'path' in an overlay"
            raise SuiteError(what, f"models.{model_id}", fix) from error
    folder = builtin_model(model.builtin) if model.builtin else Path(model.path or "")
    return checked(folder, f"Correct the path of model '{model_id}'")


def checked(folder: Path, fix: str) -> Path:
    """Return ``folder`` if it holds a model or a LoRA adapter.

    Raises ``SuiteError`` with ``fix`` if not, or with the command that merges shards.
    """
    if not (folder / "config.json").is_file() and not is_adapter(folder):
        raise SuiteError("no model here (config.json is missing)", str(folder), _merge(folder) or fix)
    return folder


def hub_revision(folder: Path) -> str | None:
    """Return the Hub's commit of the files in ``folder``; None for a folder outside the Hub's cache."""
    return folder.name if folder.parent.name == "snapshots" else None


def is_adapter(folder: Path) -> bool:
    """Whether ``folder`` holds a LoRA adapter, which goes onto its base's weights."""
    return (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file()


def weights_hash(folder: Path) -> str:
    """Return the SHA-256 over the folder's safetensors files, in the order of their names (16 hex digits)."""
    digest = hashlib.sha256()
    files = sorted(folder.glob(WEIGHT_FILES))
    if not files:
        fix = _merge(folder) or "Save the model with save_pretrained"
        raise SuiteError("no safetensors weights here", str(folder), fix)
    # Each file's digest goes in: a hash over the joined bytes would miss bytes that move between shards.
    for path in files:
        with path.open("rb") as handle:
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()[:16]


def adapter_hash(base: Path, adapter: Path) -> str:
    """Return the hash of a LoRA adapter on its base: both weights, and the adapter's scale and placement."""
    path = adapter / "adapter_config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        # The name of the base and the version of peft change when an adapter is moved or saved again, its
        # effect does not.
        kept = {key: value for key, value in config.items() if key not in _BOOKKEEPING}
    except (ValueError, AttributeError) as error:
        what = f"damaged: {error}"
        raise SuiteError(what, str(path), "Save the adapter again with save_pretrained") from error
    placed = sorted((key, json.dumps(value, sort_keys=True)) for key, value in kept.items())
    return content_hash([weights_hash(base), weights_hash(adapter), placed])[:16]


_SHARDS = {
    "*.distcp": "accelerate merge-weights {shards} OUT",
    "*mp_rank_*": "python {parent}/zero_to_fp32.py {parent} OUT --safe_serialization",
    "model_world_size_*_rank_*.pt": (
        "python -m verl.model_merger merge --backend fsdp --local_dir {shards} --target_dir OUT"
    ),
}
"""Files of a sharded checkpoint (FSDP, DeepSpeed, verl) -> the command that merges them."""


def _merge(folder: Path) -> str | None:
    """Return how to merge the training shards in ``folder`` or two folders down; None if there are none."""
    for pattern, command in _SHARDS.items():
        for depth in ("", "*/", "*/*/"):
            # Trainers leave shards in the folder, in "global_step300/" or in "global_step300/actor/".
            shard = next(folder.glob(depth + pattern), None)
            if shard is not None:
                shards = shlex.quote(str(shard.parent))
                parent = shlex.quote(str(shard.parent.parent))
                merged = command.format(shards=shards, parent=parent)
                fix = f"These are shards of a training run. Merge them with `{merged}`"
                return f"{fix}, and add config.json and the tokenizer to OUT"
    return None
