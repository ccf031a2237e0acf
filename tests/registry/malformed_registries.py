"""Overlays with one fault each: test_registry.py checks what is said of them, test_json_schemas.py which
the schema refuses.
"""

from typing import NamedTuple

GOOD = r"""families:
  mine: {name: Mine}
protocols:
  terse: {description: short, template: "{problem}\nBriefly.", stops: ["\n\n"]}
rewards:
  luck: {description: a coin, spurious: true}
slots:
  - {recipe: micro, families: [mine], rewards: [luck]}
throughputs:
  - {models: [mine-1b], tokens_per_s: 12.5, measured_on: my laptop}
models:
  mine-1b: {family: mine, path: weights/mine, architecture: llama, protocol: terse, dtype: bfloat16, engine: {gpu_memory: 0.5}}
  mine-1b-rl: {family: mine, hub: me/rl, architecture: llama, protocol: terse, dtype: bfloat16, base: mine-1b, context: 4096}
pairs:
  - {family: mine, base: mine-1b, checkpoint: mine-1b-rl, reward: luck, recipe: own, seed: 0, step: 10}
"""


class Row(NamedTuple):
    """``old`` -> ``new`` in ``GOOD`` breaks it; ``place`` follows the file's name in the message, which
    holds ``says``.
    """

    old: str
    new: str
    place: str
    says: str

    @property
    def content(self) -> str:
        assert GOOD.count(self.old) == 1, self.old
        return GOOD.replace(self.old, self.new)


ID = "Allowed: lower-case letters a-z, digits, '.', '_' and '-', the first a letter or digit, 100 at most"
PATH, HUB, BASE = "path: weights/mine", "hub: me/rl", "base: mine-1b, context"
MODEL, RL, PAIR, PROTOCOL = (
    ":12: models.mine-1b",
    ":13: models.mine-1b-rl",
    ":15: pairs.0",
    ":4: protocols.terse",
)

SHAPES = {
    "misspelt section": Row(
        "families:\n", "familys:\n", ":1: familys", "Allowed: families, protocols, rewards, slots,"
    ),
    "section without entries": Row(
        "families:\n  mine: {name: Mine}", "families:", ":1: families", "got null. Give 'families' a value"
    ),
    "section as text": Row(
        "families:\n  mine: {name: Mine}", "families: mine", ":1: families", "mapping of keys to values"
    ),
    "section as a list": Row("  mine: {name", "  - {name", ":1: families", "mapping of keys to values"),
    "family as text": Row("{name: Mine}", "Mine", ":2: families.mine", "Allowed keys: name"),
    "family without name": Row("{name: Mine}", "{}", ":2: families.mine.name", "Allowed: name. Add 'name'"),
    "family with an empty name": Row(
        "{name: Mine}", "{name: ''}", ":2: families.mine.name", "at least 1 character"
    ),
    "name that YAML reads as no": Row(
        "{name: Mine}", "{name: no}", ":2: families.mine.name", "got false. Put the value of 'name' in"
    ),
    "family with another key": Row(
        "{name: Mine}", "{name: Mine, nmae: M}", ":2: families.mine.nmae", "Did you mean 'name'?"
    ),
    "upper case id": Row("  mine: {", "  Mine: {", ":2: families.Mine", ID),
    "id with a slash": Row("  mine-1b: {", "  mine/1b: {", ":12: models.mine/1b", ID),
    "id that climbs": Row("  mine-1b: {", "  ..: {", ":12: models...", ID),
    "empty id": Row("  luck: {", "  '': {", ":6: rewards.", ID),
    "id of 120 characters": Row("  luck: {", f"  {'l' * 120}: {{", f":6: rewards.{'l' * 57}...", ID),
    "Cyrillic letter in an id": Row(
        "  luck: {", "  lu\u0441k: {", ":6: rewards.lu\u0441k", r"'lu\u0441k' does not have the form"
    ),
    "right-to-left mark in an id": Row(
        "  luck: {", "  luck\u200f: {", r":6: rewards.luck\u200f", r"'luck\u200f' does not have the"
    ),
    "zero-width space in an id": Row(
        "  terse: {", "  ter\u200bse: {", r":4: protocols.ter\u200bse", r"'ter\u200bse' does not have"
    ),
    "escape sequence in an id": Row(
        "  luck: {", r'  "\e[31mluck": {', r":6: rewards.\x1b[31mluck", r"'\x1b[31mluck' does not have"
    ),
    "protocol with an unknown key": Row("stops:", "stop:", f"{PROTOCOL}.stop", "Did you mean 'stops'?"),
    "protocol without description": Row(
        "description: short, ", "", f"{PROTOCOL}.description", "is missing. Allowed: description"
    ),
    "template without quotes": Row(
        r'"{problem}\nBriefly."', "{problem}", f"{PROTOCOL}.template", "Put the value of 'template' in quotes"
    ),
    "stops as text": Row(
        r'["\n\n"]', r'"\n\n"', f"{PROTOCOL}.stops", "Write every entry of 'stops' behind '- '"
    ),
    "stop that is a number": Row(
        r'["\n\n"]', "[1]", f"{PROTOCOL}.stops.0", "valid string; got 1. Put the value of this entry"
    ),
    "chat as text": Row(
        "description: short",
        "description: short, chat: maybe",
        f"{PROTOCOL}.chat",
        'must be true or false; got "maybe"',
    ),
    "reward with an unknown key": Row(
        "spurious:", "spurios:", ":6: rewards.luck.spurios", "Did you mean 'spurious'?"
    ),
    "spurious as a number": Row(
        "spurious: true", "spurious: 1", ":6: rewards.luck.spurious", "must be true or false; got 1"
    ),
    "slots as a mapping": Row("  - {recipe", "  a: {recipe", ":7: slots", "valid list"),
    "slot without rewards": Row(
        ", rewards: [luck]", "", ":8: slots.0.rewards", "Allowed: recipe, families, rewards"
    ),
    "slot of no family": Row("families: [mine]", "families: []", ":8: slots.0.families", "at least 1 item"),
    "slot of a family that is no list": Row(
        "families: [mine]", "families: mine", ":8: slots.0.families", "behind '- '"
    ),
    "throughput 0": Row("12.5", "0", ":10: throughputs.0.tokens_per_s", "greater than 0"),
    "negative throughput": Row("12.5", "-12.5", ":10: throughputs.0.tokens_per_s", "greater than 0"),
    "throughput as text": Row(
        "12.5", "12 tokens", ":10: throughputs.0.tokens_per_s", 'valid number; got "12 tokens"'
    ),
    "throughput measured nowhere": Row(
        ", measured_on: my laptop", "", ":10: throughputs.0.measured_on", "is missing"
    ),
    "throughput of no model": Row(
        "models: [mine-1b]", "models: []", ":10: throughputs.0.models", "at least 1 item"
    ),
    "misspelt key": Row(
        "protocol: terse, dtype: bfloat16, engine",
        "protocl: terse, dtype: bfloat16, engine",
        f"{MODEL}.protocl",
        "Did you mean 'protocol'? Rename",
    ),
    "model without protocol": Row(
        " protocol: terse, dtype: bfloat16, engine",
        " dtype: bfloat16, engine",
        f"{MODEL}.protocol",
        "Allowed: family, hub, path, builtin, revision",
    ),
    "model of null": Row(
        "  mine-1b: {", "  other:\n  mine-1b: {", ":12: models.other", "Give 'other' a value, or leave it out"
    ),
    "unknown dtype": Row(
        "terse, dtype: bfloat16, engine",
        "terse, dtype: bf16, engine",
        f"{MODEL}.dtype",
        "float32, bfloat16, float16. Did you mean",
    ),
    "hub without an owner": Row(HUB, "hub: rl", f"{RL}.hub", "Allowed: owner/name, of letters A-Z, digits"),
    "hub that climbs": Row(HUB, "hub: ../rl", f"{RL}.hub", "Allowed: owner/name"),
    "hub as an address": Row(HUB, "hub: 'https://huggingface.co/me/rl'", f"{RL}.hub", "Allowed: owner/name"),
    "Cyrillic letter in a hub id": Row(
        HUB, "hub: m\u0435/rl", f"{RL}.hub", r"'m\u0435/rl' does not have the form"
    ),
    "revision as a number": Row(
        HUB, f"{HUB}, revision: 1234567", f"{RL}.revision", "got 1234567. Put the value of 'revision' in"
    ),
    "empty revision": Row(HUB, f"{HUB}, revision: ''", f"{RL}.revision", "at least 1 character"),
    "builtin that leaves the package": Row(PATH, "builtin: ../x", f"{MODEL}.builtin", ID),
    "context 0": Row("context: 4096", "context: 0", f"{RL}.context", "greater than or equal to 1"),
    "context as text": Row("context: 4096", "context: 4k", f"{RL}.context", 'valid integer; got "4k"'),
    "context as a fraction": Row(
        "context: 4096", "context: 4096.5", f"{RL}.context", "valid integer; got 4096.5"
    ),
    "octal context": Row("context: 4096", "context: 010", f"{RL}.context", 'valid integer; got "010"'),
    "clock time as context": Row(
        "context: 4096", "context: 1:30", f"{RL}.context", 'valid integer; got "1:30"'
    ),
    "endless clock time as context": Row(
        "context: 4096", f"context: 1{':59' * 1000}.5", f"{RL}.context", "valid integer"
    ),
    "released in words": Row(
        "context: 4096", "released: yesterday", f"{RL}.released", "year-month-day, such as 2024-09-19"
    ),
    "released as a year": Row(
        "context: 4096", "released: 2024", f"{RL}.released", "Put the value of 'released' in quotes"
    ),
    "engine with an unknown key": Row(
        "gpu_memory: 0.5", "gpu_mem: 0.5", f"{MODEL}.engine.gpu_mem", "Did you mean 'gpu_memory'?"
    ),
    "engine of null": Row(
        "engine: {gpu_memory: 0.5}",
        "engine: null",
        f"{MODEL}.engine",
        "Allowed keys: batch_size, tensor_parallel",
    ),
    "tensor_parallel 0": Row(
        "gpu_memory: 0.5", "tensor_parallel: 0", f"{MODEL}.engine.tensor_parallel", "greater than or equal"
    ),
    "more than all memory": Row(
        "gpu_memory: 0.5", "gpu_memory: 2", f"{MODEL}.engine.gpu_memory", "less than or equal to 1"
    ),
    "endless memory": Row(
        "gpu_memory: 0.5", "gpu_memory: .inf", f"{MODEL}.engine.gpu_memory", "less than or equal to 1"
    ),
    "pairs as a mapping": Row(
        "  - {family", "  a: {family", ":14: pairs", "Write every entry of 'pairs' behind '- '"
    ),
    "pair without seed": Row(
        "seed: 0, ", "", f"{PAIR}.seed", "Allowed: family, base, checkpoint, reward, recipe, seed, step"
    ),
    "negative seed": Row("seed: 0", "seed: -1", f"{PAIR}.seed", "greater than or equal to 0"),
    "seed yes": Row("seed: 0", "seed: yes", f"{PAIR}.seed", "valid integer; got true"),
    "negative step": Row("step: 10", "step: -10", f"{PAIR}.step", "greater than or equal to 0"),
    "step of null": Row("step: 10", "step: null", f"{PAIR}.step", "Give 'step' a value, or leave it out"),
    "pair without a reward's name": Row(
        "reward: luck", "reward: ''", f"{PAIR}.reward", "at least 1 character"
    ),
}
"""What one key or value shows by itself; the JSON Schema refuses it, too."""

FAMILIES = "Known: qwen2.5-math, qwen2.5, llama3, olmo2,"
RELATIONS = {
    "template without a slot": Row(
        "{problem}", "{question}", PROTOCOL, "holds {problem} 0 times. Allowed: once"
    ),
    "template with two slots": Row(
        "{problem}", "{problem}{problem}", PROTOCOL, "holds {problem} 2 times. Allowed: once"
    ),
    "empty stop": Row(r'["\n\n"]', "['']", PROTOCOL, "Allowed: texts of one character or more"),
    "slot of an unknown family": Row(
        "families: [mine]", "families: [mine, mien]", ":8: slots.0.families.1", "Did you mean 'mine'?"
    ),
    "slot of an unknown reward": Row(
        "[luck]", "[lucky]", ":8: slots.0.rewards.0", "Known: ground_truth, majority_vote"
    ),
    "throughput of an unknown model": Row(
        "[mine-1b]", "[mine-2b]", ":10: throughputs.0.models.0", "Did you mean 'mine-1b'?"
    ),
    "endless throughput": Row(
        "12.5", ".inf", ":10: throughputs.0.tokens_per_s", "must be a finite number; got Infinity"
    ),
    "throughput that is no number": Row(
        "12.5", ".nan", ":10: throughputs.0.tokens_per_s", "must be a finite number; got NaN"
    ),
    "two sources": Row(
        PATH, f"{PATH}, hub: a/b", MODEL, "exactly one of hub, path, builtin is allowed; given: hub, path"
    ),
    "no source": Row(f"{PATH}, ", "", MODEL, "exactly one of hub, path, builtin is allowed; given: none"),
    "revision of a folder": Row(
        PATH, f"{PATH}, revision: main", MODEL, "'revision' is allowed with hub only; given: path"
    ),
    "path that leaves the folder": Row(
        PATH, "path: ../mine", f"{MODEL}.path", "'../mine' leaves the folder of the file. Allowed: a path"
    ),
    "path that leaves it in the end": Row(
        PATH, "path: a/../../b", f"{MODEL}.path", "leaves the folder of the file"
    ),
    "path from a home that is not there": Row(
        PATH, "path: ~no-such-user/w", f"{MODEL}.path", "an unknown home folder"
    ),
    "path with a NUL": Row(PATH, r'path: "a\0b"', f"{MODEL}.path", r"'a\x00b' holds a control character"),
    "day that no calendar has": Row(
        "context: 4096", "released: 2024-02-30", f"{RL}.released", "'2024-02-30' is not a day of the"
    ),
    "unknown family": Row(f"family: mine, {PATH}", f"family: mien, {PATH}", f"{MODEL}.family", FAMILIES),
    "family with a Cyrillic letter": Row(
        f"family: mine, {PATH}", f"family: m\u0456ne, {PATH}", f"{MODEL}.family", r"'m\u0456ne'"
    ),
    "family of 10,000 characters": Row(
        f"family: mine, {PATH}", f"family: {'m' * 10_000}, {PATH}", f"{MODEL}.family", "mmm...'. Known"
    ),
    "unknown protocol": Row(
        "terse, dtype: bfloat16, base",
        "boxd, dtype: bfloat16, base",
        f"{RL}.protocol",
        "Did you mean 'boxed'?",
    ),
    "protocol of another than the base": Row(
        "terse, dtype: bfloat16, base",
        "boxed, dtype: bfloat16, base",
        f"{RL}.protocol",
        "is not the base's, and both arms must",
    ),
    "dtype of another than the base": Row(
        "bfloat16, base", "float16, base", f"{RL}.dtype", "Allowed: bfloat16"
    ),
    "protocol called all": Row("  terse: {", "  all: {", ":4: protocols.all", "stands for every protocol"),
    "slot of an unknown recipe": Row(
        "recipe: micro", "recipe: mirco", ":8: slots.0.recipe", "Did you mean 'micro'?"
    ),
    "unknown base": Row(
        BASE, "base: mine-2b, context", f"{RL}.base", "Known: mine-1b. Did you mean 'mine-1b'?"
    ),
    "own base": Row(BASE, "base: mine-1b-rl, context", f"{RL}.base", "Allowed: mine-1b."),
    "base of another family": Row(
        BASE, "base: olmo2-7b, context", f"{RL}.base", "of family 'olmo2', not 'mine'. Allowed: mine-1b"
    ),
    "cycle": Row(
        "engine: {",
        "base: mine-1b-rl, engine: {",
        f"{MODEL}.base",
        "is itself a checkpoint (of 'mine-1b'). Allowed: none yet",
    ),
    "shipped family": Row(
        "  mine: {", "  llama3: {", ":2: families.llama3", "model_registry.yaml:12. Allowed: each id once"
    ),
    "shipped protocol": Row(
        "  terse: {", "  boxed: {", ":4: protocols.boxed", "Allowed: each id once over all files"
    ),
    "shipped reward": Row(
        "  luck: {", "  format: {", ":6: rewards.format", "Allowed: each id once over all files"
    ),
    "shipped model": Row(
        "  mine-1b: {", "  olmo2-7b: {", ":12: models.olmo2-7b", "Allowed: each id once over all files"
    ),
    "shipped pair": Row(
        "checkpoint: mine-1b-rl",
        "checkpoint: qwen2.5-math-7b-incorrect-step50",
        f"{PAIR}.checkpoint",
        "Allowed: each id once",
    ),
    "pair twice": Row(
        "pairs:\n",
        "pairs:\n" + GOOD.splitlines()[-1] + "\n",
        ":16: pairs.1.checkpoint",
        "overlay.yaml:15. Allowed: each",
    ),
    "pair of an unknown base": Row(
        "base: mine-1b, ch", "base: mine-2b, ch", f"{PAIR}.base", "Did you mean 'mine-1b'?"
    ),
    "pair of an unknown checkpoint": Row(
        "checkpoint: mine-1b-rl", "checkpoint: rl", f"{PAIR}.checkpoint", "mine-1b, mine-1b-rl. Correct"
    ),
    "pair of another base": Row(
        "base: mine-1b, ch", "base: olmo2-7b, ch", f"{PAIR}.base", "Allowed: mine-1b. Correct"
    ),
    "pair of a base": Row(
        "checkpoint: mine-1b-rl", "checkpoint: mine-1b", f"{PAIR}.base", "Allowed: none, it is a base itself"
    ),
    "pair of another family": Row(
        "{family: mine, base", "{family: llama3, base", f"{PAIR}.family", "Allowed: mine. Write 'mine'"
    ),
}
"""What shows only beside other keys, entries or files, or by counting; the JSON Schema cannot say it."""

TAGS, FEW = "tags are not allowed", "Write the value out in full"
ALL_SECTIONS = "Allowed keys: families, protocols, rewards, slots, throughputs, models, pairs"
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
FILES: dict[str, tuple[str | bytes, str, str]] = {
    "empty file": ("", "", "the file is empty. Write a mapping of keys to values"),
    "only comments": (
        "# families:\n#   mine: {name: Mine}\n",
        "",
        "the file is empty. Write a mapping of keys to values",
    ),
    "only a mark": ("---\n", ":2", ALL_SECTIONS),
    "list at the top": ("- mine\n", ":1", ALL_SECTIONS),
    "text at the top": ("mine\n", ":1", ALL_SECTIONS),
    "bad indentation": (
        "families:\n  mine:\n    name: Mine\n   other: {name: O}\n",
        ":4",
        "expected <block end>",
    ),
    "tab": ("families:\n\tmine: {name: Mine}\n", ":2", "Indent with spaces, not tabs"),
    "open quote": (
        "families:\n  mine: {name: 'Mine}\n\n",
        ":4",
        "while scanning a quoted scalar from line 2",
    ),
    "open bracket": ("slots: [1\nfamilies: {}\n", ":2", "while parsing a flow sequence from line 1"),
    "two colons": ("families: mine: Mine\n", ":1", "mapping values are not allowed here"),
    "another YAML": ("%YAML 3.0\n---\nfamilies: {}\n", ":1", "incompatible YAML document"),
    "anchor": ("families: &all {}\n", ":1", f"anchors and aliases are not allowed ('all'). {FEW}"),
    "alias": ("families: *all\n", ":1", f"anchors and aliases are not allowed ('all'). {FEW}"),
    "billion laughs": (LAUGHS, ":1", f"anchors and aliases are not allowed ('a'). {FEW}"),
    "merge key": (
        "families:\n  mine: {<<: {name: Mine}}\n",
        ":2: families.mine",
        "key '<<' is not text. Write the keys out; merge keys are not",
    ),
    "merge sign as a value": (
        "families:\n  mine: {name: <<}\n",
        ":2: families.mine.name",
        f"'<<' is not allowed. {FEW}",
    ),
    "Python tag": (
        "families: !!python/object/apply:os.system [ls]\n",
        ":1",
        f"{TAGS} ('!!python/object/apply:os.system')",
    ),
    "tag of a type": (
        "families: {mine: {name: !!bool maybe}}\n",
        ":1",
        f"{TAGS} ('!!bool'). Write the plain value",
    ),
    "tag of a time": ("families: {mine: {name: !!timestamp now}}\n", ":1", f"{TAGS} ('!!timestamp')"),
    "empty number by its tag": ("families: {mine: {name: !!int ''}}\n", ":1", f"{TAGS} ('!!int')"),
    "own tag": ("families: !mine {}\n", ":1", f"{TAGS} ('!mine')"),
    "two documents": (
        "families: {}\n---\nfamilies: {}\n",
        ":2",
        "Remove the '---' and what follows, or use two files",
    ),
    "duplicate section": (
        "families: {}\nmodels: {}\nfamilies: {}\n",
        ":3: families",
        "first given in line 1. Keep one",
    ),
    "duplicate id": (
        GOOD.replace("  mine-1b-rl: {", "  mine-1b: {"),
        ":13: models.mine-1b",
        "first given in line 12",
    ),
    "key that YAML reads as yes": ("on: {}\n", ":1", "key 'on' is not text. Quote the key"),
    "number as an id": (
        "families:\n  1: {name: One}\n",
        ":2: families",
        "key '1' is not text. Quote the key",
    ),
    "list as an id": (
        "families:\n  [mine]: {name: Mine}\n",
        ":2: families",
        "a list or mapping is no key. Quote the key",
    ),
    "not UTF-8": (
        "families:\n  mine: {name: caf\u00e9}\n".encode("latin-1"),
        ":2",
        "not UTF-8 text (byte 28). Save the file as UTF-8",
    ),
    "UTF-16": ("families: {}\n".encode("utf-16"), ":1", "not UTF-8 text (byte 0). Save the file as UTF-8"),
    "NUL byte": (b"families:\n  mine: {name: M\0}\n", ":2", r"the character '\x00' is not allowed"),
    "escape byte": (b"families:\n  mine: {name: \x1b[31m}\n", ":2", r"the character '\x1b' is not allowed"),
    "half of a character": (
        'families: {mine: {name: "\\ud800"}}\n',
        ":1: families.mine.name",
        r"half of a character in '\ud800'",
    ),
    "two megabytes": (
        f"# {'x' * 2_000_000}\n",
        "",
        "2000003 bytes; at most 1000000 are allowed. Split the file",
    ),
    "a hundred levels": (
        f"families: {'[' * 100}{']' * 100}\n",
        ":1",
        "nested deeper than 40 levels. Flatten the file",
    ),
    "half a million entries": (
        f"families: [{'[],' * 250_000}]\n",
        ":1",
        "more than about 100000 keys and values. Split the file",
    ),
    "number of 5,000 digits": (
        f"pairs: [{'9' * 5000}]\n",
        ":1: pairs.0",
        "a number of 5000 digits; at most 40 are allowed",
    ),
}
"""Content, place and message of what is wrong before any key is looked at."""
