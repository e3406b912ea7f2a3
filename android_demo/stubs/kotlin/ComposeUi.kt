package androidx.compose.ui

interface Modifier {
    companion object : Modifier
}

fun Modifier.keepScreenOn(): Modifier = TODO()

interface Alignment {
    interface Vertical

    interface Horizontal

    companion object {
        val CenterVertically: Vertical
        get() = TODO()
    }
}
