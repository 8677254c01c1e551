"""`python -m tools` is `splitmeter`."""

import sys

from tools.cli import main

sys.exit(main())
