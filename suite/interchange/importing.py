"""Answers of other tools -> finished cells of a run: all of them, or an error and nothing written.

``rlvr-suite import jsonl answers.jsonl --model micro-llama3 --out runs/mine``.
"""

import stat

from suite.errors import SuiteError
from suite.interchange.drafts import ImportJob, draft_of
from suite.interchange.formats import FORMATS
from suite.interchange.imported_model import ImportedModel
from suite.interchange.replacing import replaced_cells, require_same_checkpoint
from suite.interchange.task_names import with_suite_tasks
from suite.store.cells import CellManifest
from suite.store.run_folder import RunStore


def import_answers(job: ImportJob, model: ImportedModel, store: RunStore) -> list[CellManifest]:
    """Import the answers of a file or folder; return the manifests of the new cells.

    Raises ``SuiteError`` at the first thing that does not fit; the run folder then stays as it was.
    """
    _require_readable_paths(job)
    # Reading: the format's module knows the file's shape and nothing of the suite's tasks.
    sets = with_suite_tasks(FORMATS[job.format].read(job.path), job.path, job.format, job.task)
    task_ids = [spec.task for spec, _ in sets]
    if job.item_seed is not None and all(spec.metadata.seed is None for spec, _ in sets):
        what = f"no seed changes the items of {', '.join(task_ids)}"
        raise SuiteError(what, "--item-seed", "Leave it out")
    # Drafting: match answers to items and settle what is stated of them. All cells are complete before any is
    # written, so that an error in the last one costs nothing.
    drafts = [draft_of(answers, spec, job, model) for spec, answers in sets]
    with store.lock():
        # Under the lock, as another command may have changed the run since it was last read.
        require_same_checkpoint(model, store)
        replaced = replaced_cells(drafts, store, job.replace)
        # Writing: into a staged folder that takes effect in one rename. Even a kill leaves all or nothing.
        with store.staged(replaced=replaced) as staged:
            for draft in drafts:
                cell = staged.cell(draft.manifest.cell)
                cell.write_items(draft.items)
                cell.write_batch("imported", draft.samples)
                cell.finish(draft.manifest)
            if model.pair is not None:
                staged.add_pair(model.pair)
    return [draft.manifest for draft in drafts]


def _require_readable_paths(job: ImportJob) -> None:
    try:
        is_folder = stat.S_ISDIR(job.path.stat().st_mode)
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise SuiteError(what, str(job.path), "Name the file to import") from error
    if is_folder and not FORMATS[job.format].reads_folders:
        raise SuiteError("a folder", str(job.path), f"Name one file of it: {FORMATS[job.format].description}")
    if job.data_dir and not job.data_dir.is_dir():
        what = "no such folder"
        raise SuiteError(what, f"--data-dir {job.data_dir}", "Name a folder of <task>.jsonl files")
