package androidx.compose.foundation

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import stubs.declaredOnly

class ScrollState internal constructor()

@Composable
fun rememberScrollState(initial: Int = 0): ScrollState = declaredOnly("$initial")

fun Modifier.verticalScroll(state: ScrollState, enabled: Boolean = true): Modifier = declaredOnly("$state $enabled")

@Composable
fun isSystemInDarkTheme(): Boolean = declaredOnly()
