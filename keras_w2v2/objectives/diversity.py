"""How evenly the codebooks are used: the diversity loss and the perplexities."""

from keras import ops


def perplexity(mean_probabilities):
    """Returns the sum over codebooks of exp(entropy): 1 to V for each, natural log.

    Args:
        mean_probabilities: float [G, V], mean over frames, each row sums to 1.
    """
    entropy = -ops.sum(mean_probabilities * ops.log(mean_probabilities + 1e-7), axis=-1)
    return ops.sum(ops.exp(entropy))


def diversity_loss(mean_probabilities):
    """Returns (G*V - perplexity) / (G*V): 0 when every entry is used alike.

    As fairseq computes it; the paper's equation 4 writes the negative entropy.

    Args:
        mean_probabilities: float [G, V], mean over masked frames of the plain softmax.
    """
    groups, size = mean_probabilities.shape
    return (groups * size - perplexity(mean_probabilities)) / (groups * size)
