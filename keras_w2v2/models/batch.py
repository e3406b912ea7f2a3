"""What a batch must hold."""

from collections.abc import Mapping

from keras_w2v2.errors import UserError

INPUTS = ("waveform", "length")


def require_keys(part, keys, meaning):
    """Raises UserError unless a part of a batch is a dict with all `keys`.

    Args:
        part: what the user gave.
        keys: tuple of str.
        meaning: str, what the part is, at the start of the error.
    """
    if isinstance(part, Mapping) and not set(keys) - set(part):
        return
    found = f"a dict of {sorted(part)}" if isinstance(part, Mapping) else type(part).__name__
    wanted = ", ".join(f"'{key}'" for key in keys)
    raise UserError(f"{meaning} must be a dict of {wanted}, got {found}")
