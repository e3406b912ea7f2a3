"""What must stay quick to import."""

import subprocess
import sys


def test_the_packages_load_nothing_heavy_until_used():
    program = (
        "import sys, keras_w2v2.data, keras_w2v2.text, keras_w2v2.decoding\n"
        "import keras_w2v2.decoding.greedy, keras_w2v2.data.manifests, keras_w2v2.data.shards\n"
        "import keras_w2v2.training.preparation.prepare\n"
        "heavy = {'tensorflow', 'keras', 'apache_beam', 'soundfile', 'soxr'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
