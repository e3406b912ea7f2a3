"""What a device is worth in training, from runs that were measured."""

import math
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
        traffic: float, bytes of activations a second that everything but the products gets
            through; infinite where the utilisation stands for that too.
    """

    name: str
    flops: float
    utilisation: float
    memory: float
    source: str
    traffic: float = math.inf

    def seconds(self, flops, activations):
        """Returns how long a step takes.

        Args:
            flops: float, of its matrix products.
            activations: float, bytes that it keeps for its backward pass.
        """
        return flops / (self.flops * self.utilisation) + activations / self.traffic


DEVICES = {
    # 400k updates of 64 batches of 87.5 s with BASE, in bfloat16.
    "a100": Device(
        "A100", 312e12, 0.24, 80e9, "NVIDIA DeepLearningExamples: BASE on 8 A100 in 48 h"
    ),
    "v100": Device("V100", 125e12, 0.093, 32e9, "Baevski et al. 2020: BASE on 64 V100 in 1.6 days"),
    # In float32 and compiled by XLA, both figures fitted; without it a step takes up to a quarter
    # longer.
    "cpu": Device(
        "2 cores of an AMD EPYC", 172e9, 1.0, 24e9, "docs/results.md: BASE and small_pretrain", 7e9
    ),
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
