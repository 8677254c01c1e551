"""The customer interface unit: keypad, display and words. Imports nothing of the meter."""

COLUMNS = 20
"""Characters in each of the two lines of the display (ciu.md 3)."""
