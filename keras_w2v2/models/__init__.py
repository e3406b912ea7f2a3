"""The backbone and one file for each task model."""
