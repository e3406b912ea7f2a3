package androidx.compose.ui.res

import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.painter.Painter

@Composable
fun stringResource(id: Int): String = TODO("$id")

@Composable
fun stringResource(id: Int, vararg formatArgs: Any): String = TODO("$id $formatArgs")

@Composable
fun painterResource(id: Int): Painter = TODO("$id")
