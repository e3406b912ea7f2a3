"""A run's folder: what is written to it, when, and how a run carries on from it."""
