"""The command line `keras-w2v2`: it parses, calls the function of the same name, and prints."""

from keras_w2v2.cli.application import main, program

__all__ = ["main", "program"]
