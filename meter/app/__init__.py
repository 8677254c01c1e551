"""Where the meter's process joins: the unit that owns the state, and the tasks around it."""
