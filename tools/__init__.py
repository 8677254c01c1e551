"""The workbench: may look into every room; nobody looks into it."""
