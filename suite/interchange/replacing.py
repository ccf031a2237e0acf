"""New cells beside what the run has: which earlier imports they replace, and when that is an error."""

from collections.abc import Sequence

from suite.errors import SuiteError
from suite.interchange.drafts import Draft
from suite.interchange.imported_model import ImportedModel
from suite.schema import UNSTATED
from suite.store.cells import CellManifest, CellStore
from suite.store.run_folder import RunStore


def require_same_checkpoint(model: ImportedModel, store: RunStore) -> None:
    """Raise ``SuiteError`` if another checkpoint of this run, perhaps a trained one, has the same id."""
    if model.pair is None:
        return
    for pair in store.pairs():
        if pair.checkpoint == model.model and pair != model.pair:
            what = f"'{model.model}' is another checkpoint in this run"
            raise SuiteError(
                what, str(store.checkpoint(model.model)), "Import into another folder with --out"
            )


def replaced_cells(drafts: Sequence[Draft], store: RunStore, replace: bool) -> list[str]:
    """Return the ids of the cells to remove: with ``replace``, earlier imports of these models and tasks.

    Without it, an earlier import is an error, unless both imports state a protocol, the protocols differ, and
    the answers differ: then one model was prompted in two ways on purpose, and both cells stay.
    """
    replaced = []
    for draft in drafts:
        new = draft.manifest.cell
        for cell_store in store.finished():
            earlier = cell_store.manifest
            if earlier is None or earlier.source is None:
                continue
            if (earlier.cell.model, earlier.cell.task) != (new.model, new.task):
                continue
            if replace:
                replaced.append(cell_store.path.name)
            elif not _is_other_protocol(draft, earlier, cell_store):
                what = f"{new.model} on {new.task} was imported already"
                raise SuiteError(what, str(cell_store.path), "Give --replace to replace that import")
    return replaced


def _is_other_protocol(draft: Draft, earlier: CellManifest, cell_store: CellStore) -> bool:
    hashes = {draft.manifest.cell.protocol_hash, earlier.cell.protocol_hash}
    if len(hashes) == 1 or UNSTATED in hashes:
        return False
    # If all shared samples have the same text, these are the earlier answers under another statement.
    earlier_samples = cell_store.samples()
    shared = [sample for sample in draft.samples if (sample.item_id, sample.sample) in earlier_samples]
    restated = all(earlier_samples[s.item_id, s.sample].text == s.text for s in shared)
    return not shared or not restated
