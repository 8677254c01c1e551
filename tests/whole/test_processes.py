"""Two processes and a line: a token typed at a unit's process is credited by a meter's, once."""

from pathlib import Path

import pytest


from .processes import MEDIA, house, made_lab

OTHER_DRN = "12345678903"
