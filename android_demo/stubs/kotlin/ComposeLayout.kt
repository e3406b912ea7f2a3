package androidx.compose.foundation.layout

import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp

object Arrangement {
    interface Horizontal

    interface Vertical

    interface HorizontalOrVertical : Horizontal, Vertical

    val Start: Horizontal
        get() = TODO()
    val Top: Vertical
        get() = TODO()
    val SpaceBetween: HorizontalOrVertical
        get() = TODO()

    fun spacedBy(space: Dp): HorizontalOrVertical = TODO("$space")
}

interface ColumnScope

interface RowScope {
    fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier
}

@Composable
fun Column(
    modifier: Modifier = Modifier,
    verticalArrangement: Arrangement.Vertical = Arrangement.Top,
    horizontalAlignment: Alignment.Horizontal = TODO(),
    content: @Composable ColumnScope.() -> Unit,
): Unit = TODO("$modifier $verticalArrangement $horizontalAlignment $content")

@Composable
fun Row(
    modifier: Modifier = Modifier,
    horizontalArrangement: Arrangement.Horizontal = Arrangement.Start,
    verticalAlignment: Alignment.Vertical = TODO(),
    content: @Composable RowScope.() -> Unit,
): Unit = TODO("$modifier $horizontalArrangement $verticalAlignment $content")

@Composable
fun Spacer(modifier: Modifier): Unit = TODO("$modifier")

fun Modifier.fillMaxSize(fraction: Float = 1f): Modifier = TODO("$fraction")

fun Modifier.fillMaxWidth(fraction: Float = 1f): Modifier = TODO("$fraction")

fun Modifier.heightIn(min: Dp = 0.dp, max: Dp = 0.dp): Modifier = TODO("$min $max")

fun Modifier.size(size: Dp): Modifier = TODO("$size")

fun Modifier.padding(all: Dp): Modifier = TODO("$all")

fun Modifier.padding(start: Dp = 0.dp, top: Dp = 0.dp, end: Dp = 0.dp, bottom: Dp = 0.dp): Modifier =
    TODO("$start $top $end $bottom")

fun Modifier.safeDrawingPadding(): Modifier = TODO()
