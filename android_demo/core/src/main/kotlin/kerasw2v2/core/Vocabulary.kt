package kerasw2v2.core

/**
 * The tokens that a recogniser writes.
 *
 * @property tokens the position of a token is its id.
 * @property blank id of the token that CTC reads as "nothing new".
 * @property wordDelimiter id of the token that parts words; null where words are not parted.
 * @property silent ids that write nothing.
 * @throws IllegalArgumentException ids outside the tokens.
 */
data class Vocabulary(
    val tokens: List<String>,
    val blank: Int,
    val wordDelimiter: Int?,
    val silent: Set<Int>,
) {
    init {
        for (id in silent + blank + listOfNotNull(wordDelimiter)) {
            require(id in tokens.indices) { "id $id is outside the ${tokens.size} tokens" }
        }
    }

    /** What stands between two words of a text. */
    val gap: String
        get() = if (wordDelimiter == null) "" else " "

    /** Whether a symbol of this id adds to a word's text. */
    fun writes(id: Int): Boolean = id != blank && id != wordDelimiter && id !in silent
}
