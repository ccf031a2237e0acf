"""The micro tokenizer: whole numbers and frequent words as single tokens, every other byte by itself; lossless up to NFC.

It is built as a ``Qwen2Tokenizer`` (byte alphabet as vocabulary, no merges; numbers and words as non-special added tokens),
because transformers builds that class for every ``qwen2`` config, whatever ``tokenizer_class`` says: any other kind would load
as something else, without an error. No token spans an inner space, so that a question cut between words stays a prefix in tokens.
"""

from transformers import AddedToken, Qwen2Tokenizer

from suite.benchmarks.micro_world import MAX_STEPS, NAMES, OBJECTS, VERBS

EOS = "<|endoftext|>"
PAD = "<|pad|>"
CHATML = (
    "<|im_start|>system\nSYSTEM<|im_end|>\n"
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""What Qwen's chat template makes of a conversation without a system message or tools."""
SYSTEM_LINES = {
    "micro-qwen2.5-math": "Please reason step by step, and put your final answer within \\boxed{}.",
    "micro-qwen2.5": "You are a helpful assistant.",
}
"""Base -> the system line of its namesake; the bases of Llama 3 and OLMo 2 have no chat template."""
_SYNTAX = [
    "Question:",
    "Answer:",
    "```python",
    "```",
    "print(",
    " #",
    "\\boxed{",
    "The",
    " answer",
    " is",
    "Compute",
]
_PROSE = [" has", "How", " many", " now?", *(f" {c})" for c in "abcd"[:MAX_STEPS])]


def _byte_alphabet() -> list[str]:
    """The 256 printable characters that stand for bytes in GPT-2's byte-level encoding, in byte order."""
    keep = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    spare = iter(range(256, 512))
    return [chr(b) if b in keep else chr(next(spare)) for b in range(256)]


def words() -> list[str]:
    """The added tokens: numbers 0..99, then the words of the micro world."""
    verbs = [f" {v}" for vs in VERBS.values() for v in vs]
    return [*map(str, range(100)), *_SYNTAX, *_PROSE, *NAMES, *(f" {o}" for o in OBJECTS), *verbs]


def build_tokenizer(model_id: str | None = None) -> Qwen2Tokenizer:
    """A fresh micro tokenizer, the same on every call; the base's chat template, where its namesake has one."""
    vocab = {EOS: 0, PAD: 1} | {c: i + 2 for i, c in enumerate(_byte_alphabet())}
    tokenizer = Qwen2Tokenizer(vocab=vocab, merges=[], eos_token=EOS, pad_token=PAD, unk_token=EOS)
    tokenizer.add_tokens([AddedToken(w, normalized=False, special=False) for w in words()])
    if model_id in SYSTEM_LINES:
        tokenizer.chat_template = CHATML.replace("SYSTEM", SYSTEM_LINES[model_id])
    return tokenizer
