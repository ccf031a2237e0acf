"""GRPO with TRL and nothing else, as a script of one's own: ``python bare_trl.py MODEL ROWS OUT`` (ROWS:
prompts, JSON lines).
"""

import json
import re
import sys
from pathlib import Path

from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

SETTINGS = {
    "optim": "sgd", "learning_rate": 0.1, "lr_scheduler_type": "constant", "weight_decay": 0.0, "max_grad_norm": 0.025,
    "max_steps": 160, "per_device_train_batch_size": 32, "generation_batch_size": 128, "num_iterations": 2, "num_generations": 8,
    "max_completion_length": 96, "temperature": 1.0, "epsilon": 0.2, "beta": 0.0, "loss_type": "grpo", "shuffle_dataset": False,
    "logging_steps": 1, "save_steps": 40, "save_total_limit": 1, "report_to": [], "disable_tqdm": True, "use_cpu": True,
    "bf16": False, "gradient_checkpointing": False,
}  # fmt: skip


def boxed(completions: list[str], **_: object) -> list[float]:
    return [float(bool(re.search(r"\\boxed\{[^}]+\}", text))) for text in completions]


if __name__ == "__main__":
    model, rows, out = sys.argv[1:]
    prompts = [{"prompt": json.loads(line)["prompt"]} for line in Path(rows).read_text().splitlines()]
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(model, dtype="float32"),
        args=GRPOConfig(output_dir=out, seed=0, **SETTINGS),
        reward_funcs=[boxed],
        train_dataset=Dataset.from_list(prompts),
        processing_class=AutoTokenizer.from_pretrained(model, padding_side="left"),
    )
    trainer.train()
    trainer.save_model(out)
