"""The demonstration: two made-up creditors, eighteen months of their lives, played through the real processes.

The last three months are played day by day, those before in steps of three days.
"""
