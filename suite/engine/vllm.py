"""The vLLM engine: all missing samples of all cells are in flight at once, and each is on disk within seconds of its end.

Every sample is a request with its own seed, and requests of one item share their prompt in the prefix cache: what comes out is
what ``n=k`` gives, and an item can be resumed in its middle. Prompts go in as tokens, so both engines see the same.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.benchmarks.items import Item
from suite.engine.contract import (
    CANARY,
    CellWork,
    Drawn,
    Failures,
    Generated,
    Settings,
    check_lengths,
    encode,
    failure,
)
from suite.engine.start import device_kind, device_name
from suite.errors import SuiteError, in_one_line
from suite.plan.cells import ModelToRun
from suite.registry.protocols import Prompt
from suite.schema import Decoding

FLUSH_SECONDS = 2.0
"""Finished samples wait at most so long (and one step of the engine) before they are on disk."""
FLUSH_SAMPLES = 256
_CPU: dict[str, Any] = {"enable_chunked_prefill": False}
"""On CPU a prompt is never split: vLLM 0.32 would rewind the sampler's generator then, which torch's CPU generator cannot."""


@dataclass(frozen=True)
class _Flight:
    """A request under way."""

    work: CellWork
    item: Item
    index: int


class VLLMEngine:
    """One loaded model."""

    def __init__(self, model: ModelToRun) -> None:
        self.device = device_kind()
        self.model = model
        _set_environment(model, self.device)
        from vllm import LLM

        options = model.settings
        try:
            self.llm = LLM(
                model=str(model.folder),
                dtype=model.dtype,
                tensor_parallel_size=options.tensor_parallel,
                max_model_len=options.max_model_len,
                gpu_memory_utilization=options.gpu_memory,
                enable_prefix_caching=options.prefix_caching,
                enforce_eager=options.enforce_eager or self.device == "cpu",
                enable_lora=model.adapter is not None,
                max_lora_rank=_rank(model.adapter),
                disable_log_stats=True,
                use_tqdm_on_load=False,
                seed=0,
                **(_CPU if self.device == "cpu" else {}),
            )
            if model.adapter is not None:
                self.llm.llm_engine.add_lora(self._lora())
        except Exception as error:  # vLLM raises whatever the broken file makes it raise
            what = f"vLLM cannot load the model ({in_one_line(error)})"
            save = (
                "Merge the adapter into its base" if model.adapter else "Save it again with save_pretrained"
            )
            raise SuiteError(
                what, str(model.adapter or model.folder), f"{save}, or use --engine hf"
            ) from error
        self.tokenizer: Any = self.llm.get_tokenizer()

    @property
    def settings(self) -> Settings:
        """What the registry's engine block asked for, and whether kernels are batch invariant."""
        asked = self.model.settings.model_dump(exclude={"batch_size"}, exclude_none=True)
        return {**asked, "VLLM_BATCH_INVARIANT": os.environ.get("VLLM_BATCH_INVARIANT", "0")}

    @property
    def device_name(self) -> str:
        return device_name()

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Submit everything that is missing and store samples as they finish."""
        failures: Failures = {}
        flights: dict[str, _Flight] = {}
        for work in works:
            try:
                self._submit(work, flights)
            except (
                Exception
            ) as error:  # a cell that does not fit the model must not keep the others from running
                failures[work.planned.cell.id] = failure(work.planned.cell, error)
        self._collect(flights, failures, drawn)
        return failures

    def _submit(self, work: CellWork, flights: dict[str, _Flight]) -> None:
        if not work.n_missing:
            return
        tokens = encode(self.tokenizer, work.prompts())
        check_lengths(work, tokens, self.llm.llm_engine.model_config.max_model_len)
        for index in range(work.planned.task.k):
            for item, ids in zip(work.planned.task.items, tokens, strict=True):
                if work.has(item, index):
                    continue
                name = f"{work.planned.cell.id}/{index}/{item.hash}"
                parameters = _parameters(
                    work.planned.task.decoding, work.planned.prompt, work.seed(item, index)
                )
                self.llm.llm_engine.add_request(
                    name, {"prompt_token_ids": ids}, parameters, lora_request=self._lora()
                )
                flights[name] = _Flight(work, item, index)

    def _collect(self, flights: dict[str, _Flight], failures: Failures, drawn: Drawn) -> None:
        """Step the engine until nothing is under way."""
        finished: list[tuple[_Flight, Generated]] = []
        written = time.monotonic()
        while self.llm.llm_engine.has_unfinished_requests():
            for out in self.llm.llm_engine.step():
                if out.finished and out.outputs[0].finish_reason in {"stop", "length"}:
                    finished.append((flights[out.request_id], self._generated(out)))
                elif out.finished:  # vLLM gave the request up; its cell stays unfinished
                    cell = flights[out.request_id].work.planned.cell
                    failures[cell.id] = failure(
                        cell, RuntimeError(f"vLLM ended a request with '{out.outputs[0].finish_reason}'")
                    )
            if len(finished) >= FLUSH_SAMPLES or time.monotonic() - written > FLUSH_SECONDS:
                _flush(finished, failures, drawn)
                finished, written = [], time.monotonic()
        _flush(finished, failures, drawn)

    def _generated(self, output: Any) -> Generated:
        sample = output.outputs[0]
        ids = [token for token in sample.token_ids if token != self.tokenizer.eos_token_id]
        return Generated(str(sample.text), len(ids), "length" if sample.finish_reason == "length" else "stop")

    def _lora(self) -> Any:
        if self.model.adapter is None:
            return None
        from vllm.lora.request import LoRARequest

        return LoRARequest("adapter", 1, str(self.model.adapter))

    def swap(self, folder: Path) -> None:
        """Load the weights of ``folder`` into the running engine, and forget what the old ones cached."""
        self.llm.collective_rpc("reload_weights", kwargs={"weights_path": str(folder)})
        self.llm.reset_prefix_cache()

    def canary(self) -> list[float]:
        """Log-probability of each token of the canary text but the first."""
        from vllm import SamplingParams

        (ids,) = encode(self.tokenizer, [CANARY])
        asked = SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=0)
        (output,) = self.llm.generate(
            [{"prompt_token_ids": ids}], asked, use_tqdm=False, lora_request=self._lora()
        )
        return [
            entry[token].logprob
            for token, entry in zip(ids[1:], (output.prompt_logprobs or [])[1:], strict=True)
            if entry
        ]

    def close(self) -> None:
        """Shut the engine down."""
        import gc

        from vllm.distributed.parallel_state import cleanup_dist_env_and_memory

        self.llm.llm_engine.engine_core.shutdown()
        del self.llm
        gc.collect()
        cleanup_dist_env_and_memory()


def load(model: ModelToRun) -> VLLMEngine:
    """Return an engine with ``model`` loaded."""
    return VLLMEngine(model)


def _set_environment(model: ModelToRun, device: str) -> None:
    """What vLLM reads from the environment when it starts; what the user has set stays."""
    os.environ.setdefault(
        "VLLM_LOGGING_LEVEL", "CRITICAL"
    )  # what goes wrong is raised; the log would dump every request
    if model.settings.batch_invariant:
        os.environ["VLLM_BATCH_INVARIANT"] = "1"
    if model.settings.tensor_parallel == 1:
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    if device == "cpu":
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")


def _rank(adapter: Path | None) -> int:
    """The smallest rank that vLLM has kernels for and that holds the adapter."""
    if adapter is None:
        return 16
    import json

    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    rank = max([config["r"], *config.get("rank_pattern", {}).values()])
    return next((known for known in (8, 16, 32, 64, 128, 256, 320, 512) if known >= rank), rank)


def _parameters(decoding: Decoding, prompt: Prompt, seed: int) -> Any:
    from vllm import SamplingParams

    return SamplingParams(
        temperature=decoding.temperature,
        top_p=decoding.top_p,
        max_tokens=decoding.max_new_tokens,
        seed=seed if decoding.temperature > 0 else None,
        stop=list(prompt.stops) or None,
        include_stop_str_in_output=prompt.keep_stop,
    )


def _flush(finished: Sequence[tuple[_Flight, Generated]], failures: Failures, drawn: Drawn) -> None:
    """Store finished samples, a file a cell, named after the samples in it, which are never written twice."""
    by_cell: dict[str, list[tuple[_Flight, Generated]]] = {}
    for flight, generated in finished:
        by_cell.setdefault(flight.work.planned.cell.id, []).append((flight, generated))
    for cell_id, rows in by_cell.items():
        keys = "\0".join(f"{flight.item.hash}/{flight.index}" for flight, _ in rows)
        name = f"v{hashlib.sha256(keys.encode()).hexdigest()[:16]}"
        work = rows[0][0].work
        try:
            work.record(name, [(flight.item, flight.index, generated) for flight, generated in rows])
            drawn(len(rows))
        except OSError as error:
            failures[cell_id] = failure(work.planned.cell, error)
