"""The pages: one module per place in the navigation. A view translates in, calls once, and translates out."""
