"""espeak-ng's voices as 22 050 Hz samples, through its C interface (no system package needed).

The library and its voices come in the wheel `espeakng-loader` (GPL-3, hence the extra `[demo]`).
"""

import ctypes
import shutil
import tempfile
from pathlib import Path

import numpy as np

from keras_w2v2.errors import UserError

SAMPLE_RATE = 22050

# From espeak-ng's speak_lib.h.
_OUTPUT_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_PARAMETER_RATE = 1
_PARAMETER_PITCH = 3
_POSITION_CHARACTER = 1
_TEXT_UTF8 = 1

_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Synthesizer:
    """Speaks text with espeak-ng.

    Two synthesizers that are asked for the same utterances in the same order give the same
    samples: each loads a private copy of the library, because espeak-ng keeps the phase of its
    flutter and noise in globals that not even `espeak_Terminate` resets.

    Raises:
        UserError: `espeakng-loader` is not installed, or its library does not start.

    Example:
        >>> samples = Synthesizer().say("open the door", voice="en-gb-scotland+f3")
        >>> samples.dtype, len(samples) / SAMPLE_RATE     # int16, about 1 s
    """

    def __init__(self):
        try:
            import espeakng_loader
        except ImportError as error:
            raise UserError(
                "the demo's voices need espeakng-loader: pip install 'keras-w2v2[demo]'"
            ) from error
        self._library = _private_copy(Path(espeakng_loader.get_library_path()))
        rate = self._library.espeak_Initialize(
            _OUTPUT_SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), _DONT_EXIT
        )
        if rate != SAMPLE_RATE:
            raise UserError(f"espeak-ng did not start (it answered {rate}): reinstall the extra")
        self._chunks = []
        # Kept on the object: ctypes frees a callback that Python no longer refers to.
        self._callback = _CALLBACK(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples, count, _events):
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def say(self, text, voice="en-us", words_per_minute=160, pitch=50):
        """Samples of `text` spoken by `voice`.

        Args:
            text: str.
            voice: espeak-ng's language, or language and variant ("en-029", "de+f2").
            words_per_minute: int, 80 to 450.
            pitch: int, 0 to 99; 50 is the voice's own.

        Returns:
            int16 [samples] at 22 050 Hz.

        Raises:
            UserError: espeak-ng has no such voice.
        """
        language, _, variant = voice.partition("+")
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise UserError(f"espeak-ng has no voice {language!r} with variant {variant!r}")
        self._library.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
        self._library.espeak_SetParameter(_PARAMETER_PITCH, pitch, 0)
        self._chunks.clear()
        encoded = text.encode() + b"\0"
        self._library.espeak_Synth(
            encoded, len(encoded), 0, _POSITION_CHARACTER, 0, _TEXT_UTF8, None, None
        )
        return np.concatenate([np.zeros(0, np.int16), *self._chunks])


def _private_copy(library):
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / library.name
        shutil.copyfile(library, copy)
        try:
            return ctypes.CDLL(str(copy))
        except OSError as error:
            raise UserError(f"espeak-ng's library does not load here: {error}") from error
