package androidx.compose.ui

interface Modifier {
    companion object : Modifier
}

interface Alignment {
    interface Vertical

    interface Horizontal

    companion object {
        val CenterVertically: Vertical = TODO()
    }
}
