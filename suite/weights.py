"""A model's source -> the folder that holds its weights, and the content hash of those weights."""

import hashlib
from pathlib import Path

from suite.errors import SuiteError
from suite.registry import Model
from suite.resources import builtin_model

WEIGHT_FILES = "*.safetensors"


def locate(model_id: str, model: Model) -> Path:
    """Local folder of the model's files; a Hub model is downloaded (resolving its revision) if it is not in the cache yet."""
    if model.hub:
        from huggingface_hub import snapshot_download

        try:
            return Path(
                snapshot_download(model.hub, revision=model.revision, allow_patterns=["*.json", "*.txt", WEIGHT_FILES, "*.model"])
            )
        except Exception as error:  # the Hub client raises many kinds: offline, gated, gone
            what = f"'{model.hub}' cannot be downloaded ({type(error).__name__})"
            fix = "Go online and, for a gated model, log in; or name a local folder with 'path' in an overlay"
            raise SuiteError(what, f"models.{model_id}", fix) from error
    folder = builtin_model(model.builtin) if model.builtin else Path(model.path or "")
    if not (folder / "config.json").is_file():
        raise SuiteError("no model here (config.json is missing)", str(folder), f"Mend the path of model '{model_id}'")
    return folder


def weights_hash(folder: Path) -> str:
    """SHA-256 over the folder's safetensors files, in the order of their names (16 hex digits)."""
    digest = hashlib.sha256()
    files = sorted(folder.glob(WEIGHT_FILES))
    if not files:
        raise SuiteError(
            "no safetensors weights here", str(folder), "Save the model with save_pretrained, or merge its shards first"
        )
    for path in files:
        with path.open("rb") as handle:
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()[:16]
