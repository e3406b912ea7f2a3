"""What the demo's voices say: a few hundred commands of two to five words over 37 words.

A voice of another language reads English letters by its own rules, which nobody understands
("nine" becomes "ni-ne"). Respelled for that language ("nein", "nain") the same voice speaks
English with its accent.
"""

import itertools
import random

VERBS = ("open", "close", "find", "bring", "wash", "paint", "show", "move")
ARTICLES = ("the", "my")
COLOURS = ("red", "green", "blue", "black", "white", "yellow")
NOUNS = ("door", "window", "box", "book", "lamp", "chair", "garden", "table")
TIMES = ("now", "again", "today")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS = (*VERBS, "call", *ARTICLES, *COLOURS, *NOUNS, *TIMES, *NUMBERS)

_RESPELLED = {
    "de": "ohpen klohs feind bring wosch pehnt schoh muhw kohl se mei rädd grien bluh bläck weit "
    "jello dohr windo bocks buck lämp tschär garden tehbel nau agenn tudeh "
    "wann tu drie fohr feif six sewen ejt nein",
    "es": "oupen clous faind bring uosh peint shou muv col de mai red grin blu blac uait "
    "yelo dor uindou box buc lamp cher garden teibol nau aguén tudei "
    "uan tu tri for faiv six seven eit nain",
    "it": "opèn clos faind bring uosci peint sciou muv col de mai red grin blu blèc uait "
    "ièllo dor uindo bocs buc lemp cer garden tèibol nau aghèn tudèi "
    "uan tu tri for faiv sics sèven èit nain",
    "fr": "opène clôse faïnde bringue ouoche peinte chô mouve côle ze maï rède grine blou blaque "
    "ouaïte yélo dore ouinedo boxe bouque lampe tchère gardène teïbol nao éguène toudé "
    "ouane tou sri fore faïve sikse sévène eïte naïne",
    "nl": "open klous faind bring wasj peent sjoo moev kol de mai red grien bloe blek wait "
    "jello door windou boks boek lemp tsjer garden teebel nau agen toedee "
    "wan toe srie for faif siks seven eet nain",
}
_RESPELLINGS = {
    language: dict(zip(WORDS, letters.split(), strict=True))
    for language, letters in _RESPELLED.items()
}


def spelled_for(sentence, language):
    """`sentence` in letters that a voice of `language` (such as "de") reads as English."""
    respelling = _RESPELLINGS.get(language, {})
    return " ".join(respelling.get(word, word) for word in sentence.split())


def sentences(count, seed=0):
    """`count` different sentences in a random order fixed by `seed`.

    Returns:
        list of str, such as "paint the yellow door again" or "call nine two four".
    """
    choices = random.Random(seed)
    drawn = [list(shape) for shape in _shapes()]
    for shape in drawn:
        choices.shuffle(shape)
    # One of each shape in turn, so that the many five-word commands do not crowd out the rest.
    in_turn = itertools.chain.from_iterable(itertools.zip_longest(*drawn))
    return list(itertools.islice((s for s in in_turn if s is not None), count))


def _shapes():
    yield _combinations(COLOURS, NOUNS)
    yield _combinations(VERBS, ARTICLES, NOUNS)
    yield _combinations(VERBS, ARTICLES, NOUNS, TIMES)
    yield _combinations(VERBS, ARTICLES, COLOURS, NOUNS)
    yield _combinations(VERBS, ARTICLES, COLOURS, NOUNS, TIMES)
    yield _combinations(("call",), NUMBERS, NUMBERS)
    yield _combinations(("call",), NUMBERS, NUMBERS, NUMBERS)


def _combinations(*choices):
    return (" ".join(words) for words in itertools.product(*choices))
