package androidx.compose.material3

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.RowScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontStyle
import stubs.declaredOnly

class ColorScheme internal constructor() {
    val error: Color
        get() = declaredOnly()
    val onSurfaceVariant: Color
        get() = declaredOnly()
}

class Typography internal constructor() {
    val headlineSmall: TextStyle
        get() = declaredOnly()
    val titleMedium: TextStyle
        get() = declaredOnly()
}

fun darkColorScheme(): ColorScheme = declaredOnly()

fun lightColorScheme(): ColorScheme = declaredOnly()

object MaterialTheme {
    val colorScheme: ColorScheme
        @Composable get() = declaredOnly()
    val typography: Typography
        @Composable get() = declaredOnly()
}

@Composable
fun MaterialTheme(
    colorScheme: ColorScheme = declaredOnly(),
    typography: Typography = declaredOnly(),
    content: @Composable () -> Unit,
): Unit = declaredOnly("$colorScheme $typography $content")

@Composable
fun Surface(modifier: Modifier = Modifier, content: @Composable () -> Unit): Unit = declaredOnly("$modifier $content")

@Composable
fun Card(modifier: Modifier = Modifier, content: @Composable ColumnScope.() -> Unit): Unit =
    declaredOnly("$modifier $content")

@Composable
fun Text(
    text: String,
    modifier: Modifier = Modifier,
    color: Color = declaredOnly(),
    fontStyle: FontStyle? = null,
    style: TextStyle = declaredOnly(),
): Unit = declaredOnly("$text $modifier $color $fontStyle $style")

@Composable
fun Icon(painter: Painter, contentDescription: String?, modifier: Modifier = Modifier): Unit =
    declaredOnly("$painter $contentDescription $modifier")

@Composable
fun Button(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = declaredOnly("$onClick $modifier $enabled $content")

@Composable
fun OutlinedButton(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = declaredOnly("$onClick $modifier $enabled $content")

@Composable
fun TextButton(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
): Unit = declaredOnly("$onClick $modifier $enabled $content")

@Composable
fun Switch(
    checked: Boolean,
    onCheckedChange: ((Boolean) -> Unit)?,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
): Unit = declaredOnly("$checked $onCheckedChange $modifier $enabled")

@Composable
fun Slider(
    value: Float,
    onValueChange: (Float) -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    valueRange: ClosedFloatingPointRange<Float> = 0f..1f,
    steps: Int = 0,
    onValueChangeFinished: (() -> Unit)? = null,
): Unit = declaredOnly("$value $onValueChange $modifier $enabled $valueRange $steps $onValueChangeFinished")

@Composable
fun LinearProgressIndicator(progress: () -> Float, modifier: Modifier = Modifier): Unit = declaredOnly("$progress $modifier")

@Composable
fun CircularProgressIndicator(modifier: Modifier = Modifier): Unit = declaredOnly("$modifier")
