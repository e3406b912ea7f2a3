"""One clip as one TFRecord: writing, and parsing in a graph and in Python."""

from dataclasses import dataclass

import numpy as np

from keras_w2v2.frames import SAMPLE_RATE


@dataclass(frozen=True, eq=False)
class Clip:
    """One clip with its waveform.

    Attributes:
        id: str.
        waveform: float32 [samples], 16 kHz, in [-1, 1].
        transcript: str, "" where unlabelled.
        speaker, language: str, "" where unknown.
    """

    id: str
    waveform: np.ndarray
    transcript: str
    speaker: str
    language: str

    @property
    def seconds(self):
        """Length in seconds."""
        return len(self.waveform) / SAMPLE_RATE


def serialize(pcm, id, transcript="", speaker="", language=""):
    """Returns the bytes of one record.

    Args:
        pcm: int16 [samples], 16 kHz.
        id, transcript, speaker, language: str.
    """
    import tensorflow as tf

    def feature(text):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[text]))

    number = tf.train.Int64List(value=[len(pcm)])
    features = {
        "audio": feature(np.asarray(pcm, "<i2").tobytes()),
        "id": feature(id.encode()),
        "language": feature(language.encode()),
        "num_samples": tf.train.Feature(int64_list=number),
        "speaker": feature(speaker.encode()),
        "transcript": feature(transcript.encode()),
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def parse(record):
    """Parses one record in a graph.

    Args:
        record: scalar string tensor.

    Returns:
        dict of audio (scalar string of PCM bytes, see `pcm`), num_samples (int64), transcript
        and language.
    """
    import tensorflow as tf

    text, number = tf.io.FixedLenFeature([], tf.string), tf.io.FixedLenFeature([], tf.int64)
    features = {"audio": text, "num_samples": number, "transcript": text, "language": text}
    return tf.io.parse_single_example(record, features)


def pcm(audio):
    """Returns the int16 [samples] tensor of PCM bytes, in a graph."""
    import tensorflow as tf

    return tf.io.decode_raw(audio, tf.int16, little_endian=True)


def read(record):
    """Returns the Clip of one record (bytes)."""
    import tensorflow as tf

    feature = tf.train.Example.FromString(record).features.feature

    def text(key):
        return feature[key].bytes_list.value[0].decode()

    samples = np.frombuffer(feature["audio"].bytes_list.value[0], "<i2")
    waveform = samples.astype(np.float32) / 32768
    return Clip(text("id"), waveform, text("transcript"), text("speaker"), text("language"))
