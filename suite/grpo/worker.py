"""One process of a training job on several devices: ``accelerate launch --config_file C -m suite.grpo.worker WORK``.

It trains the job in WORK and hands over weights there; whoever started it registers them.
"""

import sys
from pathlib import Path

from suite.grpo.train import train
from suite.quiet import quiet_libraries


def main() -> None:
    quiet_libraries()
    train(Path(sys.argv[1]), lambda done, total: None, lambda step, folder: None)


if __name__ == "__main__":
    main()
