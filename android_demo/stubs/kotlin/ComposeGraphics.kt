package androidx.compose.ui.graphics

class Color internal constructor(val value: ULong)
