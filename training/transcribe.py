"""Recognises audio files of any length."""

from pathlib import Path

from keras_w2v2.data import audio, manifests
from keras_w2v2.errors import UserError
from keras_w2v2.training import live

LONG_SECONDS = 30.0  # attention takes the square of a length in memory and time


def transcribe(model, files, broken=None):
    """Recognises audio files, one after the other; those over half a minute by windows.

    Args:
        model: path of a model (see `recognizer.load`), or a Recognizer.
        files: list of paths of audio files of any kind that libsndfile reads, or of folders,
            whose audio files are taken by name.
        broken: function of one AudioError, told of each file that cannot be read; the others are
            read all the same. By default the first such error is raised.

    Yields:
        (path, Transcript) of each file that can be read.

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
        try:
            transcript = _of_file(model, path)
        except audio.AudioError as error:
            if broken is None:
                raise
            broken(error)
        else:
            yield path, transcript


def _of_file(model, path):
    try:
        if audio.seconds_of(path) > LONG_SECONDS:
            return by_windows(model, path)
        return model.transcribe(audio.read(path))
    except audio.AudioError:
        raise
    except UserError as error:  # of the model, such as a clip too short for it
        raise audio.AudioError(path, str(error)) from error


def by_windows(model, path, window_seconds=None):
    """Recognises a file of any length in the memory of one window.

    Args:
        model: Recognizer.
        path: path of the file.
        window_seconds: float; by default the longest window of a bundle, 15 s otherwise.

    Returns:
        Transcript; word times in seconds of the file.

    Raises:
        UserError: the file is no audio, or the model has no such window.
    """
    reader = live.LiveRecognizer(model, live.recording_plan(model, window_seconds))
    for samples in audio.blocks(path):
        reader.push(samples)
    return reader.finish()


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
