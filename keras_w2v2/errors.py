"""Errors that a user can mend."""

import difflib
import errno
import os


class UserError(ValueError):
    """A mistake that the user can mend; its one-line text says what, where and how.

    The command line prints the text on stderr and exits with code 2, without a traceback.

    Example:
        >>> raise UserError("no clips in 'recordings/': give a folder that holds audio files")
        Traceback (most recent call last):
        ...
        keras_w2v2.errors.UserError: no clips in 'recordings/': give a folder that holds audio files
    """

    # Keras adds a page on the arguments to whatever is raised in a layer's call, but not to an
    # error that it believes to have it already.
    _keras_call_info_injected = True


class ArgumentError(UserError):
    """A UserError about arguments, which the command line tells by the names of its options.

    Args:
        template: str with fields in braces: values, and names of arguments.
        **values: what stands in the first; all other fields are names, as they are in Python.

    Example:
        >>> error = ArgumentError("{max_seconds} is {found:g}", found=0.0)
        >>> str(error), str(error.named({"max_seconds": "--max-seconds"}))
        ('max_seconds is 0', '--max-seconds is 0')
    """

    def __init__(self, template, **values):
        super().__init__(template.format_map(_Fields(values)))
        self._template, self._values = template, values

    def named(self, names):
        """Returns the UserError with other names.

        Args:
            names: dict of an argument's name in Python to the one that the user typed.
        """
        return UserError(self._template.format_map(_Fields(names | self._values)))


class _Fields(dict):
    def __missing__(self, name):
        return name


class UnhealthyRunError(UserError):
    """The collapse guard ended a training run; its text says what is wrong and what to change.

    The command line exits with code 4.
    """


def nearest(name, known):
    """Returns ", did you mean 'x'?" for the known name closest to `name`, else "".

    Args:
        name: str, what the user wrote.
        known: iterable of str, what would have been right.
    """
    matches = difflib.get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.4)
    return f", did you mean '{matches[0]}'?" if matches else ""


def full_disk(error):
    """Returns what tells of a full disk among an error and those that it was raised from, or None.

    TensorFlow and HDF5 raise classes of their own with the system's words in them.

    Args:
        error: BaseException.
    """
    seen = []
    while error is not None and error not in seen:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            return error
        if os.strerror(errno.ENOSPC).lower() in str(error).lower():
            return error
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None
