"""What outsiders see of the meter: bindings of its state and commands to their protocols."""
