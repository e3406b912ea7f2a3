package androidx.compose.material3

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.RowScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontStyle

class ColorScheme internal constructor() {
    val error: Color
        get() = TODO()
    val onSurfaceVariant: Color
        get() = TODO()
}

class Typography internal constructor() {
    val headlineSmall: TextStyle
        get() = TODO()
    val titleMedium: TextStyle
        get() = TODO()
}

fun darkColorScheme(): ColorScheme = TODO()

fun lightColorScheme(): ColorScheme = TODO()

object MaterialTheme {
    val colorScheme: ColorScheme
        @Composable get() = TODO()
    val typography: Typography
        @Composable get() = TODO()
}

@Composable
fun MaterialTheme(
    colorScheme: ColorScheme = TODO(),
    typography: Typography = TODO(),
    content: @Composable () -> Unit,
): Unit = TODO("$colorScheme $typography $content")

@Composable
fun Surface(modifier: Modifier = Modifier, content: @Composable () -> Unit): Unit = TODO("$modifier $content")

@Composable
fun Card(modifier: Modifier = Modifier, content: @Composable ColumnScope.() -> Unit): Unit =
    TODO("$modifier $content")

@Composable
fun Text(
    text: String,
    modifier: Modifier = Modifier,
    color: Color = TODO(),
    fontStyle: FontStyle? = null,
    style: TextStyle = TODO(),
): Unit = TODO("$text $modifier $color $fontStyle $style")

@Composable
fun Icon(painter: Painter, contentDescription: String?, modifier: Modifier = Modifier): Unit =
    TODO("$painter $contentDescription $modifier")

@Composable
fun Button(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = TODO("$onClick $modifier $enabled $content")

@Composable
fun OutlinedButton(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = TODO("$onClick $modifier $enabled $content")

@Composable
fun TextButton(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = TODO("$onClick $modifier $enabled $content")

@Composable
fun Switch(
    checked: Boolean,
    onCheckedChange: ((Boolean) -> Unit)?,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
): Unit = TODO("$checked $onCheckedChange $modifier $enabled")

@Composable
fun Slider(
    value: Float,
    onValueChange: (Float) -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    valueRange: ClosedFloatingPointRange<Float> = 0f..1f,
    steps: Int = 0,
    onValueChangeFinished: (() -> Unit)? = null,
): Unit = TODO("$value $onValueChange $modifier $enabled $valueRange $steps $onValueChangeFinished")

@Composable
fun LinearProgressIndicator(progress: () -> Float, modifier: Modifier = Modifier): Unit = TODO("$progress $modifier")

@Composable
fun CircularProgressIndicator(modifier: Modifier = Modifier): Unit = TODO("$modifier")
