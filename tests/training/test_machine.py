import os

import numpy as np

from keras_w2v2.training import machine, memory


def test_the_machine_is_described_in_words():
    described = machine.describe()
    assert described["cores"] == str(machine.cores())
    assert 1 <= machine.cores() <= os.cpu_count()
    assert described["processor"]
    assert described["memory"].endswith(" GB")
    assert "tensorflow " in described["versions"]


def test_the_peak_of_a_process_holds_what_it_has_had():
    before = memory.peak_megabytes()
    held = np.ones(50_000_000, np.float32)  # 200 MB, written to
    more = memory.peak_megabytes()
    assert more >= before
    assert more >= held.nbytes / 1e6
    del held
    assert memory.peak_megabytes() >= more
