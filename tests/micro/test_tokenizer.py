"""The micro tokenizer as it ships: lossless, stable, and without surprises at the end of a prompt."""

import json
import struct
from itertools import islice
from pathlib import Path

import pytest
from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase, Qwen2Tokenizer

from suite.benchmarks.item_sets import load_items
from suite.benchmarks.micro_corpus import MIXTURES, documents
from suite.benchmarks.tasks import task
from suite.files.shipped import builtin_model
from suite.micro.tokenizer import EOS, PAD, build_tokenizer, words

BASES = sorted(path.name for path in builtin_model("x").parent.iterdir())
CLASSES = {"qwen2": "Qwen2ForCausalLM", "llama": "LlamaForCausalLM", "olmo2": "Olmo2ForCausalLM"}
MAX_BYTES = 3_000_000
TEXTS = [
    "",
    " ",
    "  two  spaces \n\n\t tab\r\n",
    r"Find $\frac{1}{2} + \sqrt{x_{10}}$ in \boxed{\text{km}}",
    "é ½ 𝄞 中文 \u2028 \u200d 👩‍🚀 \u0300",
    "".join(map(chr, range(0x180))),
    "100 1234567 007 3.14 Compute12 hashas How many",
    f"a {EOS} b {PAD}",
]


@pytest.fixture(scope="module")
def fresh() -> Qwen2Tokenizer:
    return build_tokenizer()


@pytest.fixture(scope="module")
def corpus() -> list[tuple[str, str]]:
    return [(d.prompt, d.answer) for mixture in MIXTURES.values() for d in islice(documents(mixture, 9), 100)]


@pytest.fixture(scope="module", params=BASES)
def shipped(request: pytest.FixtureRequest) -> Path:
    return builtin_model(request.param)


def ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return list(tokenizer(text)["input_ids"])


def test_a_base_ships_for_every_mixture() -> None:
    assert sorted(MIXTURES) == BASES


def test_every_text_comes_back_from_its_tokens(fresh: Qwen2Tokenizer, corpus: list[tuple[str, str]]) -> None:
    for text in [*TEXTS, *(p + a for p, a in corpus)]:
        assert fresh.decode(ids(fresh, text)) == text


def test_the_shipped_tokenizer_gives_the_ids_of_a_fresh_one_before_and_after_a_round_trip(
    shipped: Path, fresh: Qwen2Tokenizer, corpus: list[tuple[str, str]], tmp_path: Path
) -> None:
    loaded = AutoTokenizer.from_pretrained(shipped)
    loaded.save_pretrained(tmp_path)
    for tokenizer in (loaded, AutoTokenizer.from_pretrained(tmp_path)):
        assert tokenizer.get_vocab() == fresh.get_vocab()
        assert (tokenizer.eos_token, tokenizer.pad_token) == (EOS, PAD)
        for text in [*TEXTS, *(p + a for p, a in corpus)]:
            assert ids(tokenizer, text) == ids(fresh, text)
            assert tokenizer.decode(ids(tokenizer, text)) == text


def test_numbers_and_words_are_one_token_each(fresh: Qwen2Tokenizer) -> None:
    assert len(words()) == len(set(words()))
    assert [w for w in words() if len(ids(fresh, w)) != 1] == []


def test_the_tokens_of_a_prompt_begin_the_tokens_of_prompt_and_answer(
    fresh: Qwen2Tokenizer, corpus: list[tuple[str, str]]
) -> None:
    for prompt, answer in corpus:
        assert ids(fresh, prompt) + ids(fresh, answer) == ids(fresh, prompt + answer)


def test_the_tokens_of_a_cut_question_begin_the_tokens_of_the_whole(fresh: Qwen2Tokenizer) -> None:
    for item in load_items(task("micro_bench_partial")):
        head = ids(fresh, item.problem)
        assert ids(fresh, item.problem + item.continuation)[: len(head)] == head


def test_a_shipped_base_is_small_bf16_and_of_its_familys_architecture(
    shipped: Path, fresh: Qwen2Tokenizer
) -> None:
    assert {p.name: p.stat().st_size for p in shipped.iterdir() if p.stat().st_size >= MAX_BYTES} == {}
    raw = (shipped / "model.safetensors").read_bytes()
    header = json.loads(raw[8 : 8 + struct.unpack("<Q", raw[:8])[0]])
    assert {tensor["dtype"] for name, tensor in header.items() if name != "__metadata__"} == {"BF16"}
    config = AutoConfig.from_pretrained(shipped)
    assert config.architectures == [CLASSES[MIXTURES[shipped.name].architecture]]
    assert (config.max_position_embeddings, config.vocab_size) == (8192, len(fresh))
    assert (config.eos_token_id, config.pad_token_id) == (fresh.eos_token_id, fresh.pad_token_id)


def test_a_decomposed_accent_comes_back_composed(fresh: Qwen2Tokenizer) -> None:
    assert fresh.decode(ids(fresh, "e\u0301")) == "\u00e9"
