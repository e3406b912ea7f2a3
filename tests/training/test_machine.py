import os
import subprocess
import sys

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


FAULTS = """
import os, resource
from keras_w2v2.training import memory
if {kept}:
    memory.keep_between_updates()
import tensorflow as tf
for update in range(12):
    if update == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    tf.ones(25_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def test_an_array_of_every_update_is_not_asked_of_the_system_again():
    def faults(kept):
        command = [sys.executable, "-c", FAULTS.format(kept=kept)]
        # Commands that other tests ran in this process have set it already.
        own = {name: value for name, value in os.environ.items() if "TF_CPU" not in name}
        # Where TensorFlow uses oneDNN (processors with AVX-512 VNNI), it keeps memory by itself.
        own["TF_ENABLE_ONEDNN_OPTS"] = "0"
        ran = subprocess.run(command, capture_output=True, text=True, check=True, env=own)
        return int(ran.stdout)

    pages = 10 * 100_000_000 // 4096
    assert faults(kept=False) > pages / 600  # as huge pages, if not as small ones
    assert faults(kept=True) < pages / 1000


def test_what_the_environment_says_of_memory_stays(monkeypatch):
    monkeypatch.setenv("TF_CPU_ALLOCATOR_USE_BFC", "false")
    monkeypatch.delenv("TF_CPU_BFC_MEM_LIMIT_IN_MB", raising=False)
    memory.keep_between_updates()
    assert os.environ["TF_CPU_ALLOCATOR_USE_BFC"] == "false"
    assert int(os.environ["TF_CPU_BFC_MEM_LIMIT_IN_MB"]) > 0
    monkeypatch.delenv("TF_CPU_BFC_MEM_LIMIT_IN_MB")
