package androidx.compose.ui.unit

class Dp internal constructor(val value: Float)

val Int.dp: Dp
    get() = Dp(toFloat())
