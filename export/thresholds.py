"""What an exported model may lose against Keras: sensible limits for each variant, settable."""

import math
from dataclasses import dataclass, fields, replace

from keras_w2v2.errors import UserError


@dataclass(frozen=True)
class Thresholds:
    """Limits of the gate; None asks for nothing.

    Args:
        relative_error: float, largest logit error over the largest logit of Keras.
        frame_agreement: float, least share of frames with the same best token.
        character_error_rise: float, absolute rise of the character error rate.
        same_text: float, least share of clips with the same text.
        megabytes, load_seconds, peak_megabytes, real_time_factor: float, the most of each (one
            thread); no variant has a limit of its own, as models and phones differ.
    """

    relative_error: float | None = None
    frame_agreement: float | None = None
    character_error_rise: float | None = None
    same_text: float | None = None
    megabytes: float | None = None
    load_seconds: float | None = None
    peak_megabytes: float | None = None
    real_time_factor: float | None = None

    def changed(self, settings):
        """Returns these limits with others in place.

        Args:
            settings: iterable of "name=number"; "name=none" asks for nothing.

        Raises:
            UserError: an unknown name, or no number.
        """
        known = [field.name for field in fields(self)]
        changes = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            if name not in known:
                raise UserError(f"no threshold {name!r}: choose one of {', '.join(known)}")
            try:
                changes[name] = None if value == "none" else float(value)
                if changes[name] is not None and not math.isfinite(changes[name]):
                    raise ValueError(value)
            except ValueError as error:
                raise UserError(
                    f"threshold {setting!r} is no number: write {name}=0.01, or {name}=none"
                ) from error
        return replace(self, **changes)


_EXACT = Thresholds(relative_error=1e-4, character_error_rise=0.0, same_text=1.0)
BY_VARIANT = {
    "float32": _EXACT,
    "float16": Thresholds(relative_error=1e-2, character_error_rise=0.0, same_text=1.0),
    "int8": Thresholds(relative_error=0.15, frame_agreement=0.95, character_error_rise=0.005),
    "int4": Thresholds(frame_agreement=0.8, character_error_rise=0.03),
    "int8-full": Thresholds(frame_agreement=0.8, character_error_rise=0.03),
}
