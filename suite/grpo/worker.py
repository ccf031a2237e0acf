"""One process of a training job on several devices.

``accelerate launch --config_file C -m suite.grpo.worker WORK``. It trains the job in the folder WORK and
leaves the weights there; the process that started it registers them.
"""

import os
import sys
from pathlib import Path

from suite.errors import SuiteError
from suite.grpo.train import Hooks, Job, train
from suite.processes import end_with_parent, quiet_libraries


def main() -> int:
    """Train the job in the folder named on the command line; return the exit code."""
    quiet_libraries()
    end_with_parent()
    work = Path(sys.argv[1])
    wanted = Job.model_validate_json((work / "job.json").read_text(encoding="utf-8")).recipe.launch.processes
    started = int(os.environ.get("WORLD_SIZE", "1"))  # set by every launcher
    if started != wanted:
        print(f"Error: the recipe trains on {wanted} processes; {started} started", file=sys.stderr)
        return 2
    try:
        train(work, Hooks(finished=lambda step: None, kept=lambda step, folder: None))
    except SuiteError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
