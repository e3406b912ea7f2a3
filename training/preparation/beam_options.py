"""Options of Apache Beam as a user types them, checked before any work begins."""

import argparse

from keras_w2v2.errors import UserError, nearest


def check(options):
    """Refuses what Beam would leave out without a word, or answer with its usage text.

    Args:
        options: sequence of str, each "--name=value", or "--name" for a switch.

    Raises:
        UserError: an option that Beam does not know, or a value that it does not take.

    Example:
        >>> check(["--runner=FlinkRunner", "--flink_master=flink:8081"])
    """
    from apache_beam.options.pipeline_options import PipelineOptions

    parser = _Parser(add_help=False, allow_abbrev=False)
    for section in PipelineOptions.__subclasses__():
        section._add_argparse_args(parser)  # the hook by which Beam's own options are declared
    found, unknown = parser.parse_known_args(list(options))
    if unknown and found.runner is None:  # another runner may have options of its own
        known = [name for action in parser._actions for name in action.option_strings]
        name = unknown[0].partition("=")[0]
        raise UserError(f"Apache Beam has no option '{unknown[0]}'{nearest(name, known)}")


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UserError(f"Apache Beam: {message}")
