package androidx.compose.ui.semantics

import androidx.compose.ui.Modifier

interface SemanticsPropertyReceiver

class LiveRegionMode private constructor() {
    companion object {
        val Polite = LiveRegionMode()
        val Assertive = LiveRegionMode()
    }
}

class Role private constructor() {
    companion object {
        val Switch = Role()
    }
}

var SemanticsPropertyReceiver.contentDescription: String
    get() = TODO()
    set(value) = TODO(value)

var SemanticsPropertyReceiver.stateDescription: String
    get() = TODO()
    set(value) = TODO(value)

var SemanticsPropertyReceiver.liveRegion: LiveRegionMode
    get() = TODO()
    set(value) = TODO("$value")

fun SemanticsPropertyReceiver.heading(): Unit = TODO()

fun Modifier.semantics(
    mergeDescendants: Boolean = false,
    properties: SemanticsPropertyReceiver.() -> Unit,
): Modifier = TODO("$mergeDescendants $properties")
