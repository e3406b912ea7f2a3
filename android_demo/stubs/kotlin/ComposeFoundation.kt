package androidx.compose.foundation

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier

class ScrollState internal constructor()

@Composable
fun rememberScrollState(initial: Int = 0): ScrollState = TODO("$initial")

fun Modifier.verticalScroll(state: ScrollState, enabled: Boolean = true): Modifier = TODO("$state $enabled")

@Composable
fun isSystemInDarkTheme(): Boolean = TODO()
