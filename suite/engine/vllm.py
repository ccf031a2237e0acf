"""The vLLM engine: all missing samples of all cells run at once, each stored within seconds of its end.

Every sample is a request with its own seed, and requests of one item share their prompt in the prefix
cache. The samples are those of ``n=k``, and an item can be resumed after any of its samples. Prompts go in
as tokens, so both engines see the same.
"""

import hashlib
import json
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
"""Longest time, beside one step of the engine, that a finished sample waits before it is stored."""
FLUSH_SAMPLES = 256
"""Number of finished samples that are stored without waiting."""
_CPU: dict[str, Any] = {"enable_chunked_prefill": False}
"""On CPU a prompt is never split: vLLM 0.32 would rewind the generator, which torch's CPU one cannot do."""


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

        settings = model.settings
        try:
            self.llm = LLM(
                model=str(model.folder),
                dtype=model.dtype,
                tensor_parallel_size=settings.tensor_parallel,
                max_model_len=settings.max_model_len,
                gpu_memory_utilization=settings.gpu_memory,
                enable_prefix_caching=settings.prefix_caching,
                enforce_eager=settings.enforce_eager or self.device == "cpu",
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
            save = "Save it again with save_pretrained"
            if model.adapter:
                save = "Merge the adapter into its base"
            fix = f"{save}, or use --engine hf"
            raise SuiteError(what, str(model.adapter or model.folder), fix) from error
        self.tokenizer: Any = self.llm.get_tokenizer()

    @property
    def settings(self) -> Settings:
        """The registry's engine block for the model, and whether kernels are batch invariant."""
        stated = self.model.settings.model_dump(exclude={"batch_size"}, exclude_none=True)
        return {**stated, "VLLM_BATCH_INVARIANT": os.environ.get("VLLM_BATCH_INVARIANT", "0")}

    @property
    def device_name(self) -> str:
        """Name of the device, as it is recorded with a cell."""
        return device_name()

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Submit every missing sample, and store samples as they finish."""
        failures: Failures = {}
        flights: dict[str, _Flight] = {}
        for work in works:
            try:
                self._submit(work, flights)
            except Exception as error:  # a cell that does not fit the model does not end the others
                failures[work.planned.cell.id] = failure(work.planned.cell, error)
        self._collect(flights, failures, drawn)
        return failures

    def _submit(self, work: CellWork, flights: dict[str, _Flight]) -> None:
        """Hand the cell's missing samples to vLLM, one request each."""
        if not work.n_missing:
            return
        tokens = encode(self.tokenizer, work.prompts())
        # All prompts are checked before the first request, so that a cell fails as a whole.
        check_lengths(work, tokens, self.llm.llm_engine.model_config.max_model_len)
        for index in range(work.planned.task.k):
            for item, ids in zip(work.planned.task.items, tokens, strict=True):
                if work.has(item, index):
                    continue
                name = f"{work.planned.cell.id}/{index}/{item.hash}"
                seed = work.seed(item, index)
                parameters = _parameters(work.planned.task.decoding, work.planned.prompt, seed)
                prompt = {"prompt_token_ids": ids}
                self.llm.llm_engine.add_request(name, prompt, parameters, lora_request=self._lora())
                flights[name] = _Flight(work, item, index)

    def _collect(self, flights: dict[str, _Flight], failures: Failures, drawn: Drawn) -> None:
        """Step the engine until no request is left, and store what finishes."""
        finished: list[tuple[_Flight, Generated]] = []
        written = time.monotonic()
        while self.llm.llm_engine.has_unfinished_requests():
            for out in self.llm.llm_engine.step():
                if not out.finished:
                    continue
                flight = flights[out.request_id]
                reason = out.outputs[0].finish_reason
                if reason in {"stop", "length"}:
                    finished.append((flight, self._generated(out)))
                else:  # vLLM gave the request up; its cell stays unfinished
                    cell = flight.work.planned.cell
                    failures[cell.id] = failure(cell, RuntimeError(f"vLLM ended a request with '{reason}'"))
            # A file for every sample would be too many, and one at the end would be lost in a kill.
            if len(finished) >= FLUSH_SAMPLES or time.monotonic() - written > FLUSH_SECONDS:
                _flush(finished, failures, drawn)
                finished = []
                written = time.monotonic()
        _flush(finished, failures, drawn)

    def _generated(self, output: Any) -> Generated:
        """Return the output's one sample; its end-of-text token does not count."""
        sample = output.outputs[0]
        ids = [token for token in sample.token_ids if token != self.tokenizer.eos_token_id]
        return Generated(str(sample.text), len(ids), "length" if sample.finish_reason == "length" else "stop")

    def _lora(self) -> Any:
        """Return the request for the model's LoRA adapter; None without one."""
        if self.model.adapter is None:
            return None
        from vllm.lora.request import LoRARequest

        return LoRARequest("adapter", 1, str(self.model.adapter))

    def swap(self, folder: Path) -> None:
        """Load the weights of ``folder`` into the running engine, and clear the old ones' prefix cache."""
        self.llm.collective_rpc("reload_weights", kwargs={"weights_path": str(folder)})
        self.llm.reset_prefix_cache()

    def canary(self) -> list[float]:
        """Return the log-probability of each token of the canary text but the first."""
        from vllm import SamplingParams

        (ids,) = encode(self.tokenizer, [CANARY])
        parameters = SamplingParams(temperature=0.0, max_tokens=1, prompt_logprobs=0)
        prompts = [{"prompt_token_ids": ids}]
        (output,) = self.llm.generate(prompts, parameters, use_tqdm=False, lora_request=self._lora())
        entries = (output.prompt_logprobs or [])[1:]
        return [entry[token].logprob for token, entry in zip(ids[1:], entries, strict=True) if entry]

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
    """Set what vLLM reads from the environment when it starts; what the user has set stays."""
    # Errors are raised; the log would dump every request.
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "CRITICAL")
    if model.settings.batch_invariant:
        os.environ["VLLM_BATCH_INVARIANT"] = "1"
    if model.settings.tensor_parallel == 1:
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    if device == "cpu":
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")


def _rank(adapter: Path | None) -> int:
    """Return the smallest rank that vLLM has kernels for and that holds the adapter."""
    if adapter is None:
        return 16
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    rank = max([config["r"], *config.get("rank_pattern", {}).values()])
    return next((known for known in (8, 16, 32, 64, 128, 256, 320, 512) if known >= rank), rank)


def _parameters(decoding: Decoding, prompt: Prompt, seed: int) -> Any:
    """Return vLLM's sampling parameters for one sample; a greedy one needs no seed."""
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
    """Store finished samples, one batch a cell.

    Its name is the hash of the samples in it, which is never used twice.
    """
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
