import numpy as np
import pytest

pytest.importorskip("espeakng_loader", reason="espeakng-loader (extra [demo]) is not installed")

from keras_w2v2.errors import UserError
from keras_w2v2.training.demo.espeak import SAMPLE_RATE, Synthesizer
from keras_w2v2.training.demo.sentences import spelled_for
from keras_w2v2.training.demo.spoken_corpus import TEST_VOICES, TRAIN_VOICES


@pytest.mark.parametrize("voice", TRAIN_VOICES + TEST_VOICES)
def test_every_voice_of_the_demo_speaks_a_sentence_in_one_to_four_seconds(voice):
    sentence = spelled_for("open the yellow door now", voice.partition("+")[0])
    samples = Synthesizer().say(sentence, voice)
    assert samples.dtype == np.int16
    assert 1.0 < len(samples) / SAMPLE_RATE < 4.0
    assert np.abs(samples).max() > 3000


def test_two_synthesizers_asked_the_same_give_the_same_samples():
    first, second = Synthesizer(), Synthesizer()
    for voice in ("en-us", "de+m3"):
        np.testing.assert_array_equal(first.say("nine", voice), second.say("nine", voice))


def test_a_higher_rate_is_shorter():
    synthesizer = Synthesizer()
    slow = synthesizer.say("open the door", words_per_minute=120)
    fast = synthesizer.say("open the door", words_per_minute=240)
    assert len(fast) < 0.7 * len(slow)


def test_an_unknown_voice_is_named():
    with pytest.raises(UserError, match="klingon-x"):
        Synthesizer().say("hello", "klingon-x")
