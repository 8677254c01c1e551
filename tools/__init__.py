"""The tools: may import every other package; no other package imports them."""
