"""The customer's room: keypad, display and words. Knows nothing of the meter's inside."""
