package androidx.compose.foundation.layout

import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import stubs.declaredOnly

object Arrangement {
    interface Horizontal

    interface Vertical

    interface HorizontalOrVertical : Horizontal, Vertical

    val Start: Horizontal
        get() = declaredOnly()
    val Top: Vertical
        get() = declaredOnly()
    val SpaceBetween: HorizontalOrVertical
        get() = declaredOnly()

    fun spacedBy(space: Dp): HorizontalOrVertical = declaredOnly("$space")
}

interface ColumnScope

interface RowScope {
    fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier
}

@Composable
fun Column(
    modifier: Modifier = Modifier,
    verticalArrangement: Arrangement.Vertical = Arrangement.Top,
    horizontalAlignment: Alignment.Horizontal = declaredOnly(),
    content: @Composable ColumnScope.() -> Unit,
): Unit = declaredOnly("$modifier $verticalArrangement $horizontalAlignment $content")

@Composable
fun Row(
    modifier: Modifier = Modifier,
    horizontalArrangement: Arrangement.Horizontal = Arrangement.Start,
    verticalAlignment: Alignment.Vertical = declaredOnly(),
    content: @Composable RowScope.() -> Unit,
): Unit = declaredOnly("$modifier $horizontalArrangement $verticalAlignment $content")

@Composable
fun Spacer(modifier: Modifier): Unit = declaredOnly("$modifier")

fun Modifier.fillMaxSize(fraction: Float = 1f): Modifier = declaredOnly("$fraction")

fun Modifier.fillMaxWidth(fraction: Float = 1f): Modifier = declaredOnly("$fraction")

fun Modifier.heightIn(min: Dp = 0.dp, max: Dp = 0.dp): Modifier = declaredOnly("$min $max")

fun Modifier.size(size: Dp): Modifier = declaredOnly("$size")

fun Modifier.padding(all: Dp): Modifier = declaredOnly("$all")

fun Modifier.padding(start: Dp = 0.dp, top: Dp = 0.dp, end: Dp = 0.dp, bottom: Dp = 0.dp): Modifier =
    declaredOnly("$start $top $end $bottom")

fun Modifier.safeDrawingPadding(): Modifier = declaredOnly()
