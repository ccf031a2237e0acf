"""Engines against what people run today: a loop of ``lm_eval run``, bare ``generate``, an unbroken run. Two
threads, one machine.

Each pair of timings is taken in this order: ours, theirs, ours, theirs (the long loop over sixteen models:
once each).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from models import BASES, TASKS, K, registry

from suite.files.shipped import builtin_model, tasks_dir

Row = dict[str, float | str]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "2", "TOKENIZERS_PARALLELISM": "false"}


def _run(command: list[str]) -> float:
    """Wall seconds of a command that must succeed."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr[-2000:]
    return time.perf_counter() - started


def _suite(overlay: Path | None, out: Path, *flags: str) -> list[str]:
    families = ["--families", ",".join(BASES)] if overlay else ["--families", "micro-llama3"]
    extra = ["--registry", str(overlay)] if overlay else []
    return [
        sys.executable,
        "-m",
        "suite",
        "eval",
        *families,
        "--tasks",
        ",".join(TASKS),
        "--out",
        str(out),
        *extra,
        *flags,
    ]


def _lm_eval(folder: Path, *flags: str) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "lm_eval",
        "run",
        "--model",
        "hf",
        "--model_args",
        f"pretrained={folder},dtype=float32",
    ]
    return [
        *command,
        "--include_path",
        str(tasks_dir()),
        "--tasks",
        ",".join(TASKS),
        "--batch_size",
        "64",
        *flags,
    ]


def row(ours: float, theirs: float, unit: str = "s") -> Row:
    return {"ratio": ours / theirs, "ours": ours, "theirs": theirs, "unit": unit}


BARE = """
import json, resource, sys, time
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
torch.set_num_threads(2)
prompts, folder, size = json.load(open(sys.argv[1])), sys.argv[2], int(sys.argv[3])
tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
started = time.perf_counter()
for part in prompts:
    rows = sorted(part["prompts"], key=len)
    for at in range(0, len(rows), size):
        inputs = tokenizer(rows[at : at + size], return_tensors="pt", padding=True)
        with torch.inference_mode():
            model.generate(**inputs, **part["kwargs"], pad_token_id=tokenizer.pad_token_id)
print(json.dumps({"seconds": time.perf_counter() - started, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""
OURS = """
import json, resource, sys, time
import torch
from pathlib import Path
from suite.engine.start import start
from suite.engine.adapter import SuiteLM
from suite.engine.contract import CellWork
from suite.registry import load_registry
from suite.plan.selection import Selection
from suite.engine.planned import planned_cells
from suite.progress import silent
from suite.store.run_folder import RunStore
torch.set_num_threads(2)
store = RunStore(Path(sys.argv[1]))
selection = Selection(families=("micro-llama3",), tasks=tuple(sys.argv[3].split(",")), engine=sys.argv[2])
planned = planned_cells(selection, load_registry(), store).cells
engine = start(sys.argv[2], planned[0].model)
works = [CellWork(p, store.cell(p.cell)) for p in planned]
started = time.perf_counter()
lm = SuiteLM(engine, works, silent)
lm.draw_missing()
assert not lm.failures, lm.failures
print(json.dumps({"seconds": time.perf_counter() - started, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def said(command: list[str]) -> dict[str, float]:
    """The JSON that a command prints last."""
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.strip().split("\n")[-1]))


def prompts(path: Path) -> Path:
    """The prompts of the three tasks for micro-llama3, each as often as it is sampled, with generate's own
    arguments.
    """
    from suite.benchmarks.item_sets import load_items
    from suite.benchmarks.tasks import task
    from suite.registry import load_registry
    from suite.registry.protocols import PLAIN, prompt_of

    parts = []
    for spec in map(task, TASKS):
        prompt = PLAIN if spec.is_probe else prompt_of("micro_qa", load_registry().protocol("micro_qa"))
        k = 1 if spec.decoding.temperature == 0 else K
        sampling = (
            {"do_sample": False}
            if k == 1
            else {"do_sample": True, "temperature": spec.decoding.temperature, "top_k": 0}
        )
        rows = [prompt.render(item.problem) for item in load_items(spec)] * k
        parts.append(
            {"prompts": rows, "kwargs": {**sampling, "max_new_tokens": spec.decoding.max_new_tokens}}
        )
    path.write_text(json.dumps(parts))
    return path


def bare_generate(scratch: Path) -> dict[str, Row]:
    """One checkpoint's samples by our HF engine against ``model.generate`` in a loop, at its best batch
    size; and peak memory.
    """
    asked, folder = prompts(scratch / "prompts.json"), builtin_model("micro-llama3")
    theirs_by_size = {
        n: said([sys.executable, "-c", BARE, str(asked), str(folder), str(n)]) for n in (64, 128, 256)
    }
    best = min(theirs_by_size, key=lambda n: theirs_by_size[n]["seconds"])
    ours, theirs = [], [theirs_by_size[best]]
    for n in range(3):
        ours.append(said([sys.executable, "-c", OURS, str(scratch / f"hf{n}"), "hf", ",".join(TASKS)]))
        theirs.append(said([sys.executable, "-c", BARE, str(asked), str(folder), str(best)]))
    seconds = [median(run["seconds"] for run in runs) for runs in (ours, theirs)]
    peaks = [median(run["peak"] for run in runs) / 1024 for runs in (ours, theirs)]
    return {"hf_vs_generate": row(*seconds), "hf_peak_memory": row(*peaks, "MiB")}


def grid(scratch: Path) -> dict[str, Row]:
    """Sixteen models x three tasks at avg@8 against a loop of lm_eval; start-up alone; a finished run
    again; killed at half.
    """
    overlay, folders = registry(scratch)
    start_ours = _run(_suite(overlay, scratch / "start", "--limit", "1"))
    start_theirs = sum(_run(_lm_eval(folder, "--limit", "1")) for folder in folders)
    ours = _run(_suite(overlay, scratch / "grid"))
    again = _run(_suite(overlay, scratch / "grid"))
    broken = _killed_and_finished(overlay, scratch, _samples(scratch / "grid"))
    theirs = sum(_run(_lm_eval(folder)) for folder in folders)
    rows = {"grid_vs_lm_eval": row(ours, theirs), "startup_vs_lm_eval": row(start_ours, start_theirs)}
    rows["resume_vs_unbroken"] = row(broken, ours)
    return rows | {"finished_again": {"ratio": again / 5, "ours": again, "theirs": 5.0, "unit": "s (goal)"}}


def _killed_and_finished(overlay: Path, scratch: Path, total: int) -> float:
    """Seconds of a run that is killed at half of its samples and of the command that finishes it."""
    out, started = scratch / "broken", time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(_suite(overlay, out), env=ENVIRONMENT, **quiet)
    while _samples(out) < total / 2:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before, first = _journal(out), time.perf_counter() - started
    second = _run(_suite(overlay, out))
    after = _journal(out)
    assert {path: after[path] for path in before} == before, "a journaled sample was drawn again"
    assert _samples(out) == total, "a sample was lost"
    return first + second


def _journal(run: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime_ns for path in run.glob("cells/*/batch-*.jsonl")}


def _samples(run: Path) -> int:
    return sum(path.read_text().count("\n") for path in run.glob("cells/*/batch-*.jsonl"))


def measure() -> dict[str, Row]:
    """All rows of the engines; minutes."""
    rows: dict[str, Row] = {}
    parts: list[Callable[[Path], dict[str, Row]]] = [bare_generate, grid]
    for part in parts:
        scratch = Path(tempfile.mkdtemp(prefix="rlvr-bench-"))
        try:
            rows |= part(scratch)
        finally:
            shutil.rmtree(scratch)
    return rows
