package androidx.compose.ui.res

import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.painter.Painter
import stubs.declaredOnly

@Composable
fun stringResource(id: Int): String = declaredOnly("$id")

@Composable
fun stringResource(id: Int, vararg formatArgs: Any): String = declaredOnly("$id $formatArgs")

@Composable
fun painterResource(id: Int): Painter = declaredOnly("$id")
