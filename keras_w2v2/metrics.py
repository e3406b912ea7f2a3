"""Error rates of CTC logits inside the graph, in forms that XLA compiles."""

from keras import ops

from keras_w2v2.layers.masking import sequence_mask

NOTHING = -1  # fills a sequence after its end
LONGEST = 1 << 14  # symbols, more than any sequence here has


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
    size = ops.shape(values)[1]
    order = ops.argsort(ops.arange(size) + size * (1 - ops.cast(kept, "int32")), axis=1)
    moved = ops.take_along_axis(values, order, axis=1)
    count = ops.sum(ops.cast(kept, "int32"), axis=1)
    return ops.where(sequence_mask(count, size), moved, NOTHING)


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
    after = ops.pad(inside, [[0, 0], [0, 1]])[:, 1:]
    last = inside & ~after

    # Each symbol is mixed with its place in the word and the word is the sum, a difference of
    # running sums: a loop over the columns would not compile where their number is unknown.
    index = ops.arange(ops.shape(symbols)[1], dtype="int32")
    first = inside & ~ops.pad(inside, [[0, 0], [1, 0]])[:, :-1]
    start = -_running_minimum(ops.where(first, -index, 0))
    mixed = ops.cast(symbols + 7, "int64") * 1_000_003 + ops.cast(index - start, "int64") * 7_919
    for _ in range(2):
        mixed = (mixed * mixed + 12_345) % 2_147_483_629
    mixed = ops.where(inside, mixed, 0)
    running = ops.cumsum(mixed, axis=1)
    hashes = running - ops.take_along_axis(running - mixed, start, axis=1)
    return to_front(ops.cast(hashes % 2_147_483_629, "int32"), last)


def edit_distance(hypothesis, reference):
    """Returns the Levenshtein distance of each row: int32 [batch].

    One step a reference symbol, a whole row of the table at once: insertions within a row
    are a running minimum.

    Args:
        hypothesis: int [batch, n], -1 after the end.
        reference: int [batch, m], -1 after the end.
    """
    length = ops.sum(ops.cast(hypothesis != NOTHING, "int32"), axis=1)
    places = ops.arange(ops.shape(hypothesis)[1] + 1, dtype="int32")
    first = ops.broadcast_to(places, [ops.shape(hypothesis)[0], ops.shape(places)[0]])

    columns = ops.transpose(ops.cast(reference, "int32"))

    def step(i, row):
        symbol = ops.expand_dims(columns[i], 1)
        substituted = row[:, :-1] + ops.cast(hypothesis != symbol, "int32")
        best = ops.minimum(row[:, 1:] + 1, substituted)
        best = ops.concatenate([row[:, :1] + 1, best], axis=1) - places
        return ops.where(symbol == NOTHING, row, _running_minimum(best) + places)

    row = ops.fori_loop(0, ops.shape(columns)[0], step, first)
    return ops.take_along_axis(row, ops.expand_dims(length, 1), axis=1)[:, 0]


def _running_minimum(x):
    """Least value up to each column, by doubling steps: XLA has no scan that does it."""
    width = ops.shape(x)[1]
    step, limit = 1, x.shape[1] or LONGEST
    while step < limit:
        x = ops.minimum(x, ops.pad(x, [[0, 0], [step, 0]], constant_values=LONGEST)[:, :width])
        step *= 2
    return x
