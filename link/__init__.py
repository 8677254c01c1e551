"""The link: everything that the meter and its customer interface unit must agree on."""
