"""vllm_vs_generate: our vLLM engine against one bare ``LLM.generate`` call. Run with the environment that has
vLLM:

``.venv-vllm/bin/python tests/bench vllm_engine``
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from engines import OURS, TASKS, Row, prompts, row, said

from suite.files.shipped import builtin_model

BARE = """
import json, os, resource, sys, time
os.environ.update(VLLM_CPU_KVCACHE_SPACE="1", VLLM_ENABLE_V1_MULTIPROCESSING="0", VLLM_LOGGING_LEVEL="CRITICAL")
from vllm import LLM, SamplingParams
parts = json.load(open(sys.argv[1]))
llm = LLM(model=sys.argv[2], dtype="float32", enforce_eager=True, disable_log_stats=True, enable_chunked_prefill=False)
asked, parameters = [], []
for part in parts:
    kwargs = part["kwargs"]
    for n, prompt in enumerate(part["prompts"]):
        asked.append(prompt)
        stop = ["\\nQuestion:"] if kwargs["do_sample"] else None
        seed = n if kwargs["do_sample"] else None
        temperature = kwargs.get("temperature", 0.0)
        parameters.append(SamplingParams(temperature=temperature, max_tokens=kwargs["max_new_tokens"], seed=seed, stop=stop))
started = time.perf_counter()
llm.generate(asked, parameters, use_tqdm=False)
print(json.dumps({"seconds": time.perf_counter() - started, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def measure() -> dict[str, Row]:
    """Seconds from the first request to the last sample, medians of three interleaved runs each."""
    scratch = Path(tempfile.mkdtemp(prefix="rlvr-bench-"))
    try:
        asked = prompts(scratch / "prompts.json")
        ours, theirs = [], []
        for n in range(3):
            ours.append(
                said([sys.executable, "-c", OURS, str(scratch / f"run{n}"), "vllm", ",".join(TASKS)])[
                    "seconds"
                ]
            )
            theirs.append(
                said([sys.executable, "-c", BARE, str(asked), str(builtin_model("micro-llama3"))])["seconds"]
            )
        return {"vllm_vs_generate": row(median(ours), median(theirs))}
    finally:
        shutil.rmtree(scratch)
