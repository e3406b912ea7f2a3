"""Error rates of CTC logits inside the graph, in forms that XLA compiles."""

from keras import ops

from keras_w2v2.layers.masking import sequence_mask

NOTHING = -1  # fills a sequence after its end


def greedy_symbols(logits, frame_length, blank):
    """Returns the best path with repeats and blanks removed.

    Args:
        logits: float [batch, frames, vocabulary].
        frame_length: int [batch], valid frames.
        blank: int, index of the blank.

    Returns:
        int32 [batch, frames], symbols at the front and -1 after them.
    """
    best = ops.cast(ops.argmax(logits, axis=-1), "int32")
    before = ops.pad(best, [[0, 0], [1, 0]], constant_values=NOTHING)[:, :-1]
    kept = (best != blank) & (best != before) & sequence_mask(frame_length, ops.shape(best)[1])
    return to_front(best, kept)


def to_front(values, kept):
    """Moves the kept values of each row to its front, in order; -1 fills the rest."""
    columns = _columns(kept)
    moved = ops.take_along_axis(values, ops.maximum(columns, 0), axis=1)
    return ops.where(columns >= 0, moved, NOTHING)


def _columns(kept):
    """Returns the columns of each row that are kept, in order; -1 fills the rest."""
    size = ops.shape(kept)[1]
    left = size - ops.arange(size, dtype="int32")  # columns from here on, this one included
    found = ops.top_k(ops.where(kept, left, 0), size)[0]
    return ops.where(found > 0, size - found, NOTHING)


def words(symbols, delimiter):
    """Returns one number for each word of each row, the same for equal words.

    The number is a hash of the word's symbols in 31 bits; two different words share one with
    a chance of about 1 in 2 billion.

    Args:
        symbols: int32 [batch, size], -1 after the end.
        delimiter: int, the symbol between words.

    Returns:
        int32 [batch, size], -1 after the last word.
    """
    inside = (symbols != NOTHING) & (symbols != delimiter)
    first = inside & ~ops.pad(inside, [[0, 0], [1, 0]])[:, :-1]
    last = inside & ~ops.pad(inside, [[0, 0], [0, 1]])[:, 1:]

    # Each symbol is mixed with its place in the word and the word is the sum, a difference of
    # running sums: a loop over the columns would not compile where their number is unknown.
    word = ops.cumsum(ops.cast(first, "int32"), axis=1) - 1
    start = ops.take_along_axis(_columns(first), ops.maximum(word, 0), axis=1)
    place = ops.arange(ops.shape(symbols)[1], dtype="int32") - start
    mixed = ops.cast(symbols + 7, "int64") * 1_000_003 + ops.cast(place, "int64") * 7_919
    for _ in range(2):
        mixed = (mixed * mixed + 12_345) % 2_147_483_629
    running = to_front(ops.cumsum(ops.where(inside, mixed, 0), axis=1), last)
    before = ops.pad(running, [[0, 0], [1, 0]])[:, :-1]
    hashes = ops.cast((running - before) % 2_147_483_629, "int32")
    return ops.where(running == NOTHING, NOTHING, hashes)


def edit_distance(hypothesis, reference):
    """Returns the Levenshtein distance of each row: int32 [batch].

    The table is filled by antidiagonals, whose cells do not depend on each other, up to the last
    one that holds a row's distance.

    Args:
        hypothesis: int [batch, n], -1 after the end.
        reference: int [batch, m], -1 after the end.
    """
    hypothesis, reference = ops.cast(hypothesis, "int32"), ops.cast(reference, "int32")
    length = ops.sum(ops.cast(reference != NOTHING, "int32"), axis=1, keepdims=True)
    total = length + ops.sum(ops.cast(hypothesis != NOTHING, "int32"), axis=1, keepdims=True)
    padding = [[1, ops.shape(reference)[1]], [0, 0]]
    symbols = ops.pad(ops.transpose(hypothesis), padding, constant_values=NOTHING)
    places = ops.arange(ops.shape(reference)[1] + 1, dtype="int32")

    def step(i, state):
        # Cell j of antidiagonal i compares the first i - j symbols with the first j.
        before, last, heard = state
        heard = ops.concatenate([ops.expand_dims(symbols[i - 1], 1), heard], axis=1)[:, :-1]
        substituted = before[:, :-1] + ops.cast(heard != reference, "int32")
        best = ops.minimum(ops.minimum(last[:, :-1], last[:, 1:]) + 1, substituted)
        best = ops.concatenate([last[:, :1] + 1, best], axis=1)
        best = ops.where(places < i, best, places)
        return last, ops.where(i <= total, best, last), heard

    begin = ops.zeros_like(total) + places
    nothing = ops.full_like(reference, NOTHING)
    end = ops.max(total) + 1
    _, row, _ = ops.fori_loop(1, end, step, (begin, begin, nothing))
    return ops.take_along_axis(row, length, axis=1)[:, 0]
