"""What every test finds: libraries that keep to themselves."""

import os

# JAX, where it is installed, sets 1 as it is imported, and every process that a test starts later
# would tell of the GPU that is not there.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
