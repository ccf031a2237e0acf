"""``python -m suite``: the same as the command ``rlvr-suite``."""

import sys

from suite.commands.main import main

sys.exit(main())
