package kerasw2v2.core

/**
 * A token that the frames [start, end) agree on.
 *
 * @property confidence the highest softmax probability of the token among these frames.
 */
data class Symbol(val id: Int, val start: Long, val end: Long, val confidence: Double)

/**
 * A word heard.
 *
 * @property start seconds, where the first frame of its first symbol starts.
 * @property end seconds, where the last frame of its last symbol ends.
 * @property confidence the mean of its symbols'.
 */
data class Word(val text: String, val start: Double, val end: Double, val confidence: Double)

/**
 * What was heard in a recording.
 *
 * @property confidence the mean of all symbols that write; 0 where nothing was heard.
 */
data class Transcript(val text: String, val confidence: Double, val words: List<Word>)
