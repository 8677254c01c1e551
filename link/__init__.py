"""The wall between: everything that the meter and its customer interface unit must agree on."""
