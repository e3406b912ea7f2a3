from keras_w2v2.training.demo.sentences import WORDS, sentences, spelled_for


def test_sentences_are_distinct_and_of_two_to_five_known_words():
    spoken = sentences(400)
    assert len(set(spoken)) == 400
    for sentence in spoken:
        assert 2 <= len(sentence.split()) <= 5
        assert set(sentence.split()) <= set(WORDS)


def test_a_few_hundred_sentences_use_every_word():
    assert {word for sentence in sentences(300) for word in sentence.split()} == set(WORDS)


def test_a_seed_fixes_the_sentences():
    assert sentences(50, seed=3) == sentences(50, seed=3)
    assert sentences(50, seed=3) != sentences(50, seed=4)


def test_only_other_languages_are_respelled():
    assert spelled_for("call nine", "en-gb-x-rp") == "call nine"
    assert spelled_for("call nine", "de") == "kohl nein"
