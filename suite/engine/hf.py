"""Generation with transformers: a batch of prompts in, one sample a prompt out.

Noise is a pure function of (sample seed, position, token), so a sample does not depend on the rows beside it, on the order of
batches or on what was drawn before. That is what makes a resumed run equal to an unbroken one.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, LogitsProcessor, LogitsProcessorList

from suite.errors import SuiteError
from suite.plan import EngineIdentity
from suite.schema import Decoding, FinishReason

_GOLDEN = -7046029254386353131
_MIX = (-4658895280553007687, -7723592293110705685)


@dataclass(frozen=True)
class Request:
    """One sample to draw: its prompt and its own seed (64 bits)."""

    prompt: str
    seed: int


@dataclass(frozen=True)
class Generated:
    """What an engine returns for one request; ``n_tokens`` counts generated tokens before the end-of-text token."""

    text: str
    n_tokens: int
    finish_reason: FinishReason


def _shift(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Logical right shift of int64 (torch's own keeps the sign)."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: torch.Tensor) -> torch.Tensor:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014), on int64 that wraps."""
    x = (x ^ _shift(x, 30)) * _MIX[0]
    x = (x ^ _shift(x, 27)) * _MIX[1]
    return x ^ _shift(x, 31)


def gumbel(seed_B: torch.Tensor, position: int, vocabulary: int) -> torch.Tensor:
    """Standard Gumbel noise (rows x vocabulary, fp32), keyed by each row's seed, the position and the token."""
    row_B = _mix(seed_B + _signed(_GOLDEN * (position + 1) % (1 << 64)))
    token_V = torch.arange(1, vocabulary + 1, device=seed_B.device) * _GOLDEN
    # 23 bits and a half: exact in fp32, and never 0 or 1, where the logarithms would end
    bits_BV = _shift(_mix(row_B[:, None] + token_V[None, :]), 41)
    uniform_BV = (bits_BV.to(torch.float32) + 0.5) / (1 << 23)
    return -torch.log(-torch.log(uniform_BV))


class SeededSampling(LogitsProcessor):
    """Temperature, then top-p, then Gumbel noise: the arg max of its output is a sample (Gumbel-max), row by row."""

    def __init__(self, decoding: Decoding, seed_B: torch.Tensor, prompt_width: int) -> None:
        self.decoding, self.seed_B, self.prompt_width = decoding, seed_B, prompt_width

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        logits_BV = scores.to(torch.float32) / self.decoding.temperature
        if self.decoding.top_p < 1:
            logits_BV = _top_p(logits_BV, self.decoding.top_p)
        position = input_ids.shape[1] - self.prompt_width
        return logits_BV + gumbel(self.seed_B, position, logits_BV.shape[1])  # type: ignore[return-value]


def _top_p(logits_BV: torch.Tensor, top_p: float) -> torch.Tensor:
    """Keep the smallest set of tokens whose probability reaches ``top_p``."""
    sorted_BV, order_BV = logits_BV.sort(dim=-1, descending=True)
    probability_BV = sorted_BV.softmax(dim=-1)
    drop_BV = probability_BV.cumsum(dim=-1) - probability_BV >= top_p
    return logits_BV.masked_fill(drop_BV.scatter(1, order_BV, drop_BV), float("-inf"))


def identity() -> EngineIdentity:
    """Name and minor version of this engine, and the kind of device it will use."""
    minor = ".".join(transformers.__version__.split(".")[:2])
    return EngineIdentity(f"hf-{minor}", "cuda" if torch.cuda.is_available() else "cpu")


class HFEngine:
    """One loaded model. ``batch_size`` rows go through ``model.generate`` at a time."""

    def __init__(self, folder: Path, dtype: str, batch_size: int = 128) -> None:
        self.batch_size = batch_size
        self.device = identity().device
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype))
            self.model = model.to(self.device).eval()  # type: ignore[arg-type]
        except Exception as error:  # from_pretrained raises whatever the broken file makes it raise
            what = f"the model cannot be loaded ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
            raise SuiteError(what, str(folder), "Save it again with save_pretrained") from error
        if self.tokenizer.pad_token is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token

    @property
    def device_name(self) -> str:
        return torch.cuda.get_device_name() if self.device == "cuda" else "cpu"

    def prompt_lengths(self, prompts: list[str]) -> list[int]:
        """Length of each prompt in tokens."""
        return [len(ids) for ids in self.tokenizer(prompts)["input_ids"]]

    @torch.inference_mode()
    def generate(self, requests: list[Request], decoding: Decoding, stops: tuple[str, ...]) -> list[Generated]:
        """Draw one sample for each request, in order; at temperature 0 the seeds do not matter."""
        inputs = self.tokenizer([r.prompt for r in requests], return_tensors="pt", padding=True).to(self.device)
        width = inputs["input_ids"].shape[1]
        processors = LogitsProcessorList()
        if decoding.temperature > 0:
            seed_B = torch.tensor([_signed(r.seed) for r in requests], device=self.device)
            processors.append(SeededSampling(decoding, seed_B, width))
        output = self.model.generate(
            **inputs,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=decoding.max_new_tokens,
            logits_processor=processors,
            pad_token_id=self.tokenizer.pad_token_id,
            **({"stop_strings": list(stops), "tokenizer": self.tokenizer} if stops else {}),
        )
        return [self._generated(row, stops) for row in output[:, width:].tolist()]

    def _generated(self, ids: list[int], stops: tuple[str, ...]) -> Generated:
        ends = {self.tokenizer.eos_token_id, self.tokenizer.pad_token_id}
        n = next((i for i, token in enumerate(ids) if token in ends), len(ids))
        text = str(self.tokenizer.decode(ids[:n], skip_special_tokens=True))
        cut = min((at for at in map(text.find, stops) if at >= 0), default=len(text))
        finished = n < len(ids) or cut < len(text)
        return Generated(text[:cut], n, "stop" if finished else "length")


def _signed(seed: int) -> int:
    """A 64-bit seed as the int64 with the same bits."""
    return seed - (1 << 64) if seed >= 1 << 63 else seed
