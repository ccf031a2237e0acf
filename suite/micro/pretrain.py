"""Recreate a micro base checkpoint from a seed: ``rlvr-suite micro pretrain --model micro-llama3 --out DIR``.

It takes a few minutes on one CPU thread. The number of updates is fixed, so the same machine and number of
threads give the same weights hash; elsewhere the measured priors agree within their intervals.
"""

import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    Olmo2Config,
    Olmo2ForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from suite.benchmarks.micro_corpus import MIXTURES, CorpusText, Mixture, documents
from suite.micro.tokenizer import build_tokenizer
from suite.progress import Progress, Report, silent

TOKENS_A_STEP = 2048
WARM_UP = 100
LEARNING_RATE = 3e-3
POOL = 2048
"""Number of documents that are sorted by length at a time, so that a batch holds little padding."""
_ARCHITECTURES = {
    "qwen2": (Qwen2Config, Qwen2ForCausalLM),
    "llama": (LlamaConfig, LlamaForCausalLM),
    "olmo2": (Olmo2Config, Olmo2ForCausalLM),
}

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Token ids, attention mask and loss weights, each (documents, tokens)."""


def build_model(architecture: str, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """Return an untrained fp32 model of about 417k parameters, of the family's real architecture class."""
    config_class, model_class = _ARCHITECTURES[architecture]
    config = config_class(
        vocab_size=len(tokenizer),
        hidden_size=96,
        intermediate_size=256,
        num_hidden_layers=4,
        num_attention_heads=3,
        num_key_value_heads=1,
        max_position_embeddings=8192,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    # transformers types no constructor.
    model: PreTrainedModel = model_class(config)  # type: ignore[no-untyped-call]
    return model


def _encode(
    tokenizer: PreTrainedTokenizerBase, docs: list[CorpusText]
) -> list[tuple[list[int], list[float]]]:
    """Return (token ids, loss weights) of each document, shortest first; prompts weigh less than answers."""
    prompts = tokenizer([doc.prompt for doc in docs])["input_ids"]
    answers = tokenizer([doc.answer for doc in docs])["input_ids"]
    rows = []
    for doc, prompt, answer in zip(docs, prompts, answers, strict=True):
        ids = [*prompt, *answer, tokenizer.eos_token_id]
        weights = [doc.prompt_weight] * len(prompt) + [1.0] * (len(answer) + 1)
        rows.append((ids, weights))
    return sorted(rows, key=lambda row: len(row[0]))


def _batch(rows: list[tuple[list[int], list[float]]], pad: int) -> Batch:
    """Return the rows padded to the longest one."""
    width = max(len(ids) for ids, _ in rows)
    padded: list[list[int]] = []
    masks: list[list[int]] = []
    weights: list[list[float]] = []
    for ids, weight in rows:
        missing = width - len(ids)
        padded.append(ids + [pad] * missing)
        masks.append([1] * len(ids) + [0] * missing)
        weights.append(weight + [0.0] * missing)
    return torch.tensor(padded), torch.tensor(masks), torch.tensor(weights)


def _batches(tokenizer: PreTrainedTokenizerBase, mixture: Mixture, seed: int) -> Iterator[Batch]:
    """Yield batches of about ``TOKENS_A_STEP`` tokens without end, pool by pool, each in a shuffled order."""
    stream = documents(mixture, seed)
    shuffle = torch.Generator().manual_seed(seed)
    while True:
        # Documents of similar length share a batch; shuffling the batches keeps lengths from coming in order.
        rows = _encode(tokenizer, list(islice(stream, POOL)))
        groups: list[list[tuple[list[int], list[float]]]] = [[]]
        for row in rows:
            if (len(groups[-1]) + 1) * len(row[0]) > TOKENS_A_STEP:
                groups.append([])
            groups[-1].append(row)
        for i in torch.randperm(len(groups), generator=shuffle).tolist():
            yield _batch(groups[i], tokenizer.pad_token_id)


def _loss(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
    """Return the weighted mean of the next tokens' negative log-likelihood."""
    ids, mask, weight = batch
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    nll = cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view_as(ids[:, 1:])
    return (nll * weight[:, 1:]).sum() / weight[:, 1:].sum()


def _rate(step: int, steps: int) -> float:
    """Return the factor of the learning rate: linear warm-up, then cosine to 5% of the peak."""
    if step < WARM_UP:
        return (step + 1) / WARM_UP
    progress = (step - WARM_UP) / max(1, steps - WARM_UP)
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def pretrain(
    model_id: str,
    out: Path,
    *,
    seed: int = 0,
    steps: int | None = None,
    progress: Progress = silent,
) -> Path:
    """Train the base ``model_id`` of ``MIXTURES`` and save it with its tokenizer, as bf16, into ``out``.

    ``steps`` defaults to the family's own number of updates; ``progress`` is called every ten. Return
    ``out``.
    """
    mixture = MIXTURES[model_id]
    total = steps or mixture.steps
    tokenizer = build_tokenizer(model_id)
    # One seed for weights and corpus; the tokenizer has none.
    torch.manual_seed(seed)
    model = build_model(mixture.architecture, tokenizer).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, total))
    for step, batch in enumerate(islice(_batches(tokenizer, mixture, seed), total), 1):
        optimizer.zero_grad()
        _loss(model, batch).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 10 == 0 or step == total:
            progress(Report(model_id, "pretraining", step, total, "updates"))
    # bf16 halves the files that ship; evaluation computes in fp32.
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    return out
