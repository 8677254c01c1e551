"""The customer's room: keypad, display and words. Knows nothing of the meter's inside."""

COLUMNS = 20
"""Characters in each of the two lines of the display (ciu.md 3)."""
