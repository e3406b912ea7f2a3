"""Tones of many rates, brought to 16 kHz by soxr at its best; readers need not have its filter."""

import numpy as np

from keras_w2v2.frames import SAMPLE_RATE

RATES = (4000, 8000, 11025, 12345, 22050, 24000, 32000, 44100, 44101, 48000, 96000, 192000)
SECONDS = 0.05
# Of the lower rate's band, far enough from its edge that filters of one purpose agree.
HEARD = ((0.02, 0.3), (0.21, 0.2), (0.55, 0.2), (0.84, 0.2))  # (share, amplitude)
BEYOND = 1.1  # where nothing may come through
TOLERANCE = 2e-4  # of full scale


def tones_of(rate):
    """Returns [[Hz, amplitude]]: tones that 16 kHz can hold, and one that it cannot."""
    band = min(rate, SAMPLE_RATE) / 2
    tones = [[round(share * band), amplitude] for share, amplitude in HEARD]
    if rate / 2 > BEYOND * band:
        tones.append([round((BEYOND * band + rate / 2) / 2), 0.3])
    return tones


def waveform_of(case):
    """Returns the sound that a case describes: its tones, faded in and out.

    The fade keeps the tones' ends from being heard as tones themselves.
    """
    places = np.arange(case["samples"])
    fade = 0.5 - 0.5 * np.cos(2 * np.pi * (places + 0.5) / case["samples"])
    return fade * sum(
        amplitude * np.sin(2 * np.pi * hertz * places / case["rate"])
        for hertz, amplitude in case["tones"]
    )


def cases():
    """Returns the cases of resampling.json."""
    import soxr

    made = []
    for rate in RATES:
        case = {"rate": rate, "samples": round(SECONDS * rate) + 7, "tones": tones_of(rate)}
        # In 64 bits, so that other processors round the same digits.
        found = soxr.resample(waveform_of(case), rate, SAMPLE_RATE, quality="VHQ")
        output = [round(value, 5) + 0.0 for value in found.tolist()]
        made.append(case | {"tolerance": TOLERANCE, "output": output})
    return made
