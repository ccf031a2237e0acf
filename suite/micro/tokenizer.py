"""The micro tokenizer: a number or a frequent word is one token, and so is every other byte.

It is lossless up to NFC. It is a ``Qwen2Tokenizer`` (byte alphabet as vocabulary, no merges; numbers and
words as non-special added tokens), because transformers builds that class for every ``qwen2`` config,
whatever ``tokenizer_class`` says: any other kind would load as something else, without an error. No token
spans an inner space, so a question that is cut between words remains a prefix in tokens.
"""

from itertools import chain

from transformers import AddedToken, Qwen2Tokenizer

from suite.benchmarks.micro_world import MAX_STEPS, NAMES, OBJECTS, VERBS

EOS = "<|endoftext|>"
PAD = "<|pad|>"
CHATML = (
    "<|im_start|>system\nSYSTEM<|im_end|>\n"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Qwen's chat template, reduced to conversations without a system message or tools."""
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
    """Return the 256 printable characters that represent bytes in GPT-2's encoding, in byte order."""
    printable = {
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    }
    spare = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]


def words() -> list[str]:
    """Return the added tokens: numbers 0..99, then the words of the micro world."""
    objects = [f" {name}" for name in OBJECTS]
    verbs = [f" {verb}" for verb in chain.from_iterable(VERBS.values())]
    return [*map(str, range(100)), *_SYNTAX, *_PROSE, *NAMES, *objects, *verbs]


def build_tokenizer(model_id: str | None = None) -> Qwen2Tokenizer:
    """Return a fresh micro tokenizer, always the same, with the chat template of the base's namesake."""
    vocab = {EOS: 0, PAD: 1} | {character: i for i, character in enumerate(_byte_alphabet(), 2)}
    tokenizer = Qwen2Tokenizer(vocab=vocab, merges=[], eos_token=EOS, pad_token=PAD, unk_token=EOS)
    # Added tokens are cut out of a text before the byte alphabet sees it: longest first, and always whole.
    tokenizer.add_tokens([AddedToken(word, normalized=False, special=False) for word in words()])
    if model_id in SYSTEM_LINES:
        tokenizer.chat_template = CHATML.replace("SYSTEM", SYSTEM_LINES[model_id])
    return tokenizer
