"""The demonstration: two made-up creditors, eighteen months of their lives, played through the real processes."""
