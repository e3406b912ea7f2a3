package androidx.compose.ui

import stubs.declaredOnly

interface Modifier {
    companion object : Modifier
}

fun Modifier.keepScreenOn(): Modifier = declaredOnly()

interface Alignment {
    interface Vertical

    interface Horizontal

    companion object {
        val CenterVertically: Vertical
        get() = declaredOnly()
    }
}
