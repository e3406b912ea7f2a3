package androidx.compose.ui.semantics

import androidx.compose.ui.Modifier
import stubs.declaredOnly

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
    get() = declaredOnly()
    set(value) = declaredOnly(value)

var SemanticsPropertyReceiver.stateDescription: String
    get() = declaredOnly()
    set(value) = declaredOnly(value)

var SemanticsPropertyReceiver.liveRegion: LiveRegionMode
    get() = declaredOnly()
    set(value) = declaredOnly("$value")

fun SemanticsPropertyReceiver.heading(): Unit = declaredOnly()

fun Modifier.semantics(
    mergeDescendants: Boolean = false,
    properties: SemanticsPropertyReceiver.() -> Unit,
): Modifier = declaredOnly("$mergeDescendants $properties")
