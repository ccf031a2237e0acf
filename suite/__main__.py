"""``python -m suite``: the same as the command ``rlvr-suite``."""

import sys

from suite.cli import main

sys.exit(main())
