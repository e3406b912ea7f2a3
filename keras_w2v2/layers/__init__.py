"""Layers that hold weights, and the tensor functions below them: one idea a file."""
