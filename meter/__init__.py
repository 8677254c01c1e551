"""The utility's room: tokens, credit, supply and what is measured. Knows nothing of the CIU."""
