"""Several languages in one stream, rare ones more often than they come: temperature sampling.

XLS-R (section 4.1) draws language l with p_l proportional to (n_l / N)^alpha, n_l its amount of
audio: alpha 1 leaves the corpus as it is, alpha 0 gives every language the same, the paper
takes 0.5.
"""

from dataclasses import dataclass

import numpy as np

from keras_w2v2.errors import UserError

_CHOICE = 0x1A46  # keeps the draws of languages apart from those of crops


@dataclass(frozen=True)
class Mixture:
    """Which language the next clip is of.

    Attributes:
        languages: tuple of str, "" for clips without one.
        shares: tuple of float, p_l, the share of each in the audio that is trained on.
        probabilities: tuple of float, with which the next clip is of each language: shares over
            the mean length of its clips.
    """

    languages: tuple
    shares: tuple
    probabilities: tuple

    def __str__(self):
        order = np.argsort(self.shares)[::-1][:8]
        parts = [f"{self.languages[i] or 'unnamed'} {100 * self.shares[i]:.1f} %" for i in order]
        return ", ".join(parts + ["…"] * (len(self.languages) > len(parts)))


def plan(languages, samples, alpha):
    """Returns the Mixture of a corpus.

    Args:
        languages: sequence of str, the language of each clip.
        samples: int array [clips], the audio of each clip that is trained on.
        alpha: float in [0, 1].

    Raises:
        UserError: alpha is not in [0, 1].

    Example:
        >>> plan(["en"] * 9 + ["de"], [16_000] * 10, alpha=0.5).shares
        (0.25, 0.75)
    """
    if not 0 <= alpha <= 1:
        raise UserError(f"language_alpha {alpha:g} must be between 0 (all alike) and 1 (as it is)")
    names, language = np.unique(np.array(languages, str), return_inverse=True)
    audio = np.bincount(language, weights=np.asarray(samples, float))
    shares = (audio / audio.sum()) ** alpha
    shares /= shares.sum()
    chances = shares / (audio / np.bincount(language))
    chances /= chances.sum()
    return Mixture(tuple(map(str, names)), tuple(shares.tolist()), tuple(chances.tolist()))


def mixed(streams, mixture, seed):
    """Returns the endless dataset that draws each clip from the stream of one language.

    The draw depends on the seed and the clip's position alone.

    Args:
        streams: list of endless tf.data.Dataset, one for each language.
        mixture: Mixture.
        seed: int.
    """
    import tensorflow as tf

    bounds = tf.constant(np.cumsum(mixture.probabilities)[:-1], tf.float32)

    def choice(position):
        key = tf.random.experimental.stateless_fold_in([seed, position], _CHOICE)
        drawn = tf.random.stateless_uniform([1], key)
        return tf.searchsorted(bounds, drawn, side="right", out_type=tf.int64)[0]

    choices = tf.data.Dataset.counter().map(choice)
    return tf.data.Dataset.choose_from_datasets(streams, choices, stop_on_empty_dataset=True)
