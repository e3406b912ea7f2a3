"""What a device is worth in training, from runs that were measured."""

from dataclasses import dataclass

from keras_w2v2.errors import UserError, nearest


@dataclass(frozen=True)
class Device:
    """A device and what training gets out of it.

    Attributes:
        name: str, as people call it.
        flops: float, FLOPs a second in the matrix products of mixed precision, from its maker.
        utilisation: float, share of them that a measured run had.
        memory: float, bytes.
        source: str, the run.
    """

    name: str
    flops: float
    utilisation: float
    memory: float
    source: str


DEVICES = {
    # 400k updates of 64 batches of 87.5 s with BASE, in bfloat16.
    "a100": Device(
        "A100", 312e12, 0.24, 80e9, "NVIDIA DeepLearningExamples: BASE on 8 A100 in 48 h"
    ),
    "v100": Device("V100", 125e12, 0.093, 32e9, "Baevski et al. 2020: BASE on 64 V100 in 1.6 days"),
    # docs/results.md; in float32, so there is no peak to speak of.
    "cpu": Device("2 cores of an AMD EPYC", 178e9, 1.0, 24e9, "docs/results.md: BASE, 2 x 5 s"),
}


def device(name):
    """Returns the Device of a name.

    Raises:
        UserError: there is none; names the nearest.
    """
    if name not in DEVICES:
        raise UserError(
            f"no device '{name}'{nearest(name, DEVICES)} (devices: {', '.join(DEVICES)})"
        )
    return DEVICES[name]
