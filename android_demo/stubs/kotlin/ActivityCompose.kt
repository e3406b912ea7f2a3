package androidx.activity.compose

import androidx.activity.ComponentActivity
import androidx.compose.runtime.Composable
import stubs.declaredOnly

fun ComponentActivity.setContent(content: @Composable () -> Unit): Unit = declaredOnly("$content")
