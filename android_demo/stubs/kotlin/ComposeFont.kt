package androidx.compose.ui.text.font

class FontStyle internal constructor(val value: Int) {
    companion object {
        val Italic = FontStyle(1)
    }
}
