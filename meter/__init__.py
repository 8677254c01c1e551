"""The meter: tokens, credit, supply and what is measured. Imports nothing of the CIU."""
