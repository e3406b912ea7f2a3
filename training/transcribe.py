"""Recognises audio files."""

from pathlib import Path

from keras_w2v2.data import audio, manifests
from keras_w2v2.errors import UserError


def transcribe(model, files):
    """Recognises audio files, one after the other.

    Args:
        model: path of a model (see `recognizer.load`), or a Recognizer.
        files: list of paths of audio files of any kind that libsndfile reads, or of folders,
            whose audio files are taken by name.

    Yields:
        (path, Transcript) of each file.

    Raises:
        UserError: a file is missing or is no audio; all are looked for before the first is read.

    Example:
        >>> for path, transcript in transcribe("runs/small_ctc", ["hello.wav"]):
        ...     print(path, transcript.text)
    """
    from keras_w2v2.training import recognizer

    paths = _listed([files] if isinstance(files, str | Path) else files)
    if not isinstance(model, recognizer.Recognizer):
        model = recognizer.load(model)
    for path in paths:
        yield path, model.transcribe(audio.read(path))


def _listed(files):
    paths = []
    for path in map(Path, files):
        if not path.exists():
            raise UserError(f"no file '{path}': give audio files or folders of them")
        found = [path]
        if path.is_dir():
            found = manifests.audio_below(path)
            if not found:
                raise UserError(f"no audio files in '{path}' ({', '.join(audio.SUFFIXES)})")
        paths += found
    return paths
