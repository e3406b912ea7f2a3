"""keras-w2v2 doctor"""

import contextlib

from keras_w2v2.cli import startup
from keras_w2v2.cli.commands import verb


@verb
def doctor():
    """Show versions, devices, and what is missing for what.

    Example: keras-w2v2 doctor
    """
    with contextlib.suppress(ImportError):  # a broken installation is what is looked for
        startup.tensorflow()
    from keras_w2v2.training.doctor import examine
    from keras_w2v2.training.text_table import aligned

    rows = [
        ["missing" if finding.missing else "ok", finding.subject, finding.state, finding.advice]
        for finding in examine()
    ]
    print(aligned(["", "what", "found", "for"], rows))
