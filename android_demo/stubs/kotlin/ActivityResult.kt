package androidx.activity.result

import stubs.declaredOnly

abstract class ActivityResultLauncher<I> {
    fun launch(input: I): Unit = declaredOnly("$input")
}
