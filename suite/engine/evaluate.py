"""One lm-eval evaluation: all planned cells of one model, in one call.

Lm-eval's ``"metric,filter"`` keys end here.
"""

from collections.abc import Sequence

from lm_eval import evaluator
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks._yaml_loader import load_yaml

from suite.benchmarks.items import as_dataset
from suite.engine.adapter import SuiteLM, lm_eval_name
from suite.files.shipped import tasks_dir
from suite.plan.cells import PlannedCell


def evaluate(lm: SuiteLM, planned: Sequence[PlannedCell]) -> dict[str, float]:
    """Run the cells through lm-eval.

    Return cell id -> lm-eval's own mean score (a share), as a check on ours.
    """
    tasks = {lm_eval_name(p): _task(p) for p in planned}
    results = evaluator.evaluate(
        lm, {"tasks": tasks, "groups": {}, "group_map": {}}, bootstrap_iters=0, log_samples=False
    )
    return {p.cell.id: float(results["results"][lm_eval_name(p)]["avg,grade"]) for p in planned}


def _task(planned: PlannedCell) -> ConfigurableTask:
    """Copy the shipped YAML task, with this cell's items, prompt, stops and number of samples.

    lm-eval has one prompt for all tasks of a call; a copy per protocol lets one call hold several.
    """
    path = next(p for p in tasks_dir().glob("*/*.yaml") if p.stem == planned.cell.task)
    config = load_yaml(path, resolve_func=True)
    dataset = as_dataset(planned.task.items)
    config |= {
        "task": lm_eval_name(planned),
        "custom_dataset": lambda **_: dataset,
        "doc_to_text": lambda doc: planned.prompt.render(doc["problem"]),
        "generation_kwargs": {
            "until": list(planned.prompt.stops),
            "max_gen_toks": planned.cell.decoding.max_new_tokens,
        },
        "repeats": planned.task.k,
    }
    return ConfigurableTask(config=config)
