package kerasw2v2.core

import java.text.Normalizer

/** Greedy CTC decoding of logits that come piece by piece: the same text, however they are cut. */
class GreedyStream private constructor(
    private val vocabulary: Vocabulary,
    private val frames: FrameArithmetic,
    private val runs: Runs,
    private var word: List<Symbol>,
) {
    constructor(vocabulary: Vocabulary, frames: FrameArithmetic) :
        this(vocabulary, frames, Runs(), emptyList())

    private val complete = mutableListOf<Word>()
    private var symbols = 0
    private var heard = 0.0

    /** Words that no later frame changes. */
    val words: List<Word>
        get() = complete

    /**
     * Takes the next frames and returns the words that they completed.
     *
     * @throws LogitsException NaN or infinity among them.
     */
    fun push(logits: Logits): List<Word> {
        require(logits.vocabulary == vocabulary.tokens.size) {
            "logits of ${logits.vocabulary} tokens do not fit ${vocabulary.tokens.size} tokens"
        }
        val before = complete.size
        runs.push(logits, ::closeRun)
        // A delimiter ends the word with its first frame: how long it lasts changes nothing.
        if (runs.unfinished?.id == vocabulary.wordDelimiter) closeWord()
        return complete.subList(before, complete.size).toList()
    }

    /**
     * Returns the text that is not complete yet, as it looks now; changes nothing.
     *
     * @param ahead frames that a later window will say better, such as a right context.
     */
    fun partial(ahead: Logits? = null): String {
        val copy = GreedyStream(vocabulary, frames, runs.copy(), word)
        ahead?.let(copy::push)
        return copy.finish().text
    }

    /** Ends the stream and returns all of it. */
    fun finish(): Transcript {
        runs.end(::closeRun)
        closeWord()
        val text = nfc(complete.joinToString(vocabulary.gap) { it.text })
        return Transcript(text, if (symbols == 0) 0.0 else heard / symbols, complete.toList())
    }

    private fun closeRun(run: Symbol) {
        if (run.id == vocabulary.wordDelimiter) closeWord()
        if (!vocabulary.writes(run.id)) return
        word = word + run
        symbols++
        heard += run.confidence
        if (vocabulary.wordDelimiter == null) closeWord()
    }

    private fun closeWord() {
        if (word.isEmpty()) return
        complete += Word(
            text = nfc(word.joinToString("") { vocabulary.tokens[it.id] }),
            start = frames.seconds(word.first().start),
            end = frames.seconds(word.last().end),
            confidence = word.sumOf { it.confidence } / word.size,
        )
        word = emptyList()
    }

    private fun nfc(text: String) = Normalizer.normalize(text, Normalizer.Form.NFC)

    companion object {
        /** Returns the runs of one best token that are not the blank's. */
        fun symbols(logits: Logits, blank: Int): List<Symbol> {
            val symbols = mutableListOf<Symbol>()
            val runs = Runs()
            runs.push(logits, symbols::add)
            runs.end(symbols::add)
            return symbols.filter { it.id != blank }
        }

        /** Returns the transcript of the logits of a whole recording. */
        fun decode(logits: Logits, vocabulary: Vocabulary, frames: FrameArithmetic): Transcript =
            GreedyStream(vocabulary, frames).apply { push(logits) }.finish()
    }
}
