"""The collapse guard: is a run healthy, and if not, what to change."""
