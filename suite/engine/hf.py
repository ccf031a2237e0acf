"""The transformers engine: batches of one sample index, by prompt length, each stored before the next.

A batch is planned from the cell alone, never from what happens to be missing, so that a resumed run equals
an unbroken one: padding and batch shape change logits.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessorList

from suite.benchmarks.items import Item
from suite.engine.contract import (
    CANARY,
    CellWork,
    Drawn,
    Failures,
    Generated,
    Request,
    Settings,
    check_lengths,
    encode,
    failure,
)
from suite.engine.noise import SeededSampling, signed
from suite.engine.start import device_kind, device_name
from suite.errors import SuiteError, in_one_line
from suite.plan.cells import ModelToRun
from suite.registry.protocols import Prompt
from suite.registry.weights import WEIGHT_FILES
from suite.schema import Decoding


@dataclass(frozen=True)
class Batch:
    """One unit of work and of resume: sample ``index`` of ``items``, whose prompts are ``tokens``.

    ``name`` is the batch's place in the cell: the sample index, the position of its first item, the number
    of items.
    """

    index: int
    items: tuple[Item, ...]
    tokens: tuple[list[int], ...]
    name: str


def batches(work: CellWork, tokens: Sequence[list[int]], size: int) -> list[Batch]:
    """Return the batches of the whole cell: for each sample index, its items by prompt length."""
    items = work.planned.task.items
    # Prompts of about one length need little padding.
    order = sorted(range(len(items)), key=lambda i: (len(tokens[i]), i))
    planned = []
    for index in range(work.planned.task.k):
        for first in range(0, len(items), size):
            part = order[first : first + size]
            batch = Batch(
                index=index,
                items=tuple(items[i] for i in part),
                tokens=tuple(tokens[i] for i in part),
                name=f"{index:03d}-{first:06d}-{len(items)}",
            )
            planned.append(batch)
    return planned


class HFEngine:
    """One loaded model.

    ``batch_size`` rows go through ``model.generate`` at a time; ``max_rows``, fewer, once memory has run out.
    """

    def __init__(self, folder: Path, dtype: str, batch_size: int = 128, adapter: Path | None = None) -> None:
        self.batch_size = batch_size
        self.max_rows = batch_size
        self.device = device_kind()
        self.tokenizer, loaded = _load(folder, dtype, adapter)
        self.model = loaded.to(self.device).eval()
        if self.tokenizer.pad_token is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        # An instruction model may end in more ways than its tokenizer's one (Llama 3.1: three).
        ends = self.model.generation_config.eos_token_id
        self.ends = {
            self.tokenizer.eos_token_id,
            self.tokenizer.pad_token_id,
            *(ends if isinstance(ends, list) else [ends]),
        }
        n_embeddings = self.model.get_input_embeddings().num_embeddings
        if len(self.tokenizer) > n_embeddings:
            what = f"the tokenizer has {len(self.tokenizer)} tokens, the model {n_embeddings}"
            fix = "Save the tokenizer that the model was trained with beside it"
            raise SuiteError(what, str(folder), fix)

    @property
    def settings(self) -> Settings:
        """Rows a batch, and how many went through at once in the end."""
        return {"batch_size": self.batch_size, "max_rows": self.max_rows}

    @property
    def device_name(self) -> str:
        """Name of the device, as it is recorded with a cell."""
        return device_name()

    @property
    def context(self) -> int | None:
        """Tokens that the model can attend to, if its configuration says so."""
        return getattr(self.model.config, "max_position_embeddings", None)

    def request(self, prompt: str, seed: int) -> Request:
        """Return the request for one sample of the prompt's text."""
        return Request(encode(self.tokenizer, [prompt])[0], seed)

    def draw(self, works: Sequence[CellWork], drawn: Drawn) -> Failures:
        """Draw every batch that lacks a sample, cell by cell."""
        failures: Failures = {}
        for work in works:
            try:
                self._draw_cell(work, drawn)
            except Exception as error:
                # Whatever generation or the disk raises ends this cell, not the others.
                failures[work.planned.cell.id] = failure(work.planned.cell, error)
        return failures

    def _draw_cell(self, work: CellWork, drawn: Drawn) -> None:
        if not work.n_missing:
            return
        tokens = encode(self.tokenizer, work.prompts())
        check_lengths(work, tokens, self.context)
        for batch in batches(work, tokens, self.batch_size):
            missing = sum(not work.has(item, batch.index) for item in batch.items)
            if missing:
                self._draw_batch(work, batch)
                drawn(missing)

    def _draw_batch(self, work: CellWork, batch: Batch) -> None:
        """Draw the whole batch, stored samples too: a batch of another shape would give other samples."""
        requests = [
            Request(tokens, work.seed(item, batch.index))
            for tokens, item in zip(batch.tokens, batch.items, strict=True)
        ]
        generated = self.generate(requests, work.planned.task.decoding, work.planned.prompt)
        samples = [(item, batch.index, g) for item, g in zip(batch.items, generated, strict=True)]
        work.record(batch.name, samples)

    def generate(self, requests: Sequence[Request], decoding: Decoding, prompt: Prompt) -> list[Generated]:
        """Return one sample for each request, in order.

        When memory runs out, the rows are halved and drawn again; later batches keep the smaller number of
        rows.
        """
        generated: list[Generated] = []
        while len(generated) < len(requests):
            rows = requests[len(generated) : len(generated) + self.max_rows]
            try:
                generated += self._generate(rows, decoding, prompt)
            except torch.OutOfMemoryError:
                if len(rows) == 1:
                    raise
                torch.cuda.empty_cache()
                self.max_rows = len(rows) // 2
        return generated

    @torch.inference_mode()
    def _generate(self, requests: Sequence[Request], decoding: Decoding, prompt: Prompt) -> list[Generated]:
        """Draw one sample for each request, all at once."""
        padded = self.tokenizer.pad({"input_ids": [r.tokens for r in requests]}, return_tensors="pt")
        inputs = padded.to(self.device)
        width = inputs["input_ids"].shape[1]
        # ``generate`` is greedy here. Sampling is a processor that leaves only the token drawn with the
        # sample's own seed, and of the model's generation config only the end tokens count.
        processors = LogitsProcessorList()
        if decoding.temperature > 0:
            seed_B = torch.tensor([signed(r.seed) for r in requests], device=self.device)
            processors.append(SeededSampling(decoding, seed_B, width))
        stops: dict[str, Any] = {}
        if prompt.stops:
            stops = {"stop_strings": list(prompt.stops), "tokenizer": self.tokenizer}
        output = self.model.generate(
            **inputs,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=decoding.max_new_tokens,
            logits_processor=processors,
            pad_token_id=self.tokenizer.pad_token_id,
            **stops,
        )
        return [self._generated(row, prompt) for row in output[:, width:].tolist()]

    def _generated(self, tokens: list[int], prompt: Prompt) -> Generated:
        """Cut a row at its first end token and at its first stop string."""
        n = next((i for i, token in enumerate(tokens) if token in self.ends), len(tokens))
        text = str(self.tokenizer.decode(tokens[:n], skip_special_tokens=True))
        finished = n < len(tokens) or any(stop in text for stop in prompt.stops)
        return Generated(prompt.cut(text), n, "stop" if finished else "length")

    def swap(self, folder: Path) -> None:
        """Load the weights of ``folder`` into the running model."""
        weights: dict[str, torch.Tensor] = {}
        for path in sorted(folder.glob(WEIGHT_FILES)):
            weights |= load_file(path)
        missing, unexpected = self.model.load_state_dict(weights, strict=False)
        # A tied weight is not in the file: it is the tensor of another name.
        tied = set(getattr(self.model, "_tied_weights_keys", None) or ())
        if unexpected or set(missing) - tied:
            what = "the weights are of another architecture"
            raise SuiteError(what, str(folder), "Save the model with save_pretrained")
        self.model.tie_weights()

    @torch.inference_mode()
    def canary(self) -> list[float]:
        """Return the log-probability of each token of the canary text but the first."""
        (tokens,) = encode(self.tokenizer, [CANARY])
        tokens_1T = torch.tensor([tokens], device=self.device)
        logits_TV = self.model(tokens_1T).logits[0, :-1].to(torch.float32)
        return [float(x) for x in logits_TV.log_softmax(-1).gather(1, tokens_1T[0, 1:, None])[:, 0]]

    def close(self) -> None:
        """Free the model's memory."""
        del self.model
        if self.device == "cuda":
            torch.cuda.empty_cache()


def load(model: ModelToRun) -> HFEngine:
    """Return an engine with ``model`` loaded."""
    return HFEngine(model.folder, model.dtype, model.settings.batch_size, model.adapter)


def _load(folder: Path, dtype: str, adapter: Path | None) -> tuple[Any, Any]:
    """Return tokenizer and model of the folder, with the LoRA adapter, if any, merged."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
        loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
        if adapter is not None:
            from peft import PeftModel

            loaded = PeftModel.from_pretrained(loaded, str(adapter)).merge_and_unload()
    except Exception as error:  # from_pretrained raises whatever the broken file makes it raise
        what = f"the model cannot be loaded ({in_one_line(error)})"
        raise SuiteError(what, str(adapter or folder), "Save it again with save_pretrained") from error
    return tokenizer, loaded


def architecture(folder: Path) -> str:
    """Return what two checkpoints must share for one engine to take the weights of the other.

    That is the configuration without its history.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for history in ("_name_or_path", "transformers_version"):
        config.pop(history, None)
    return json.dumps(config, sort_keys=True)
