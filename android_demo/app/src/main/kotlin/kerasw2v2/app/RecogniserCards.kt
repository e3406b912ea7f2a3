package kerasw2v2.app

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.toggleable
import androidx.compose.material3.Card
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Slider
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableFloatStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.stateDescription
import androidx.compose.ui.unit.dp
import kotlin.math.roundToInt

@Composable
fun SpeedCard(state: ScreenState) {
    val none = stringResource(R.string.not_measured)
    val ready = state.model as? ModelState.Ready
    TitledCard(R.string.speed_title) {
        Measure(R.string.real_time_factor, state.speed.realTimeFactor?.let { "%.3f".format(it) } ?: none)
        Measure(R.string.latency_p50, state.speed.latencyP50?.let(::milliseconds) ?: none)
        Measure(R.string.latency_p95, state.speed.latencyP95?.let(::milliseconds) ?: none)
        Measure(R.string.load_time, ready?.loadSeconds?.let(::milliseconds) ?: none)
        Measure(R.string.memory, state.speed.memory?.let(::megabytes) ?: none)
        Measure(R.string.peak_memory, state.speed.peakMemory?.let(::megabytes) ?: none)
    }
}

@Composable
fun ModelCard(state: ScreenState, actions: ScreenActions) {
    val none = stringResource(R.string.not_stated)
    TitledCard(R.string.model_title) {
        when (val model = state.model) {
            is ModelState.Loading -> {
                val description = stringResource(R.string.hint_loading)
                CircularProgressIndicator(modifier = Modifier.semantics { contentDescription = description })
            }
            is ModelState.Failed -> Text(stringResource(R.string.hint_no_model))
            is ModelState.Ready -> {
                val origin = if (model.imported) R.string.origin_imported else R.string.origin_bundled
                Measure(R.string.origin, stringResource(origin))
                Measure(R.string.variant, model.variant)
                Measure(R.string.size, "%.1f MB".format(model.megabytes))
                Measure(R.string.languages, model.languages.joinToString().ifEmpty { none })
                Measure(R.string.licence, model.licence ?: none)
                Measure(R.string.runs_on, stringResource(if (model.onGpu) R.string.gpu else R.string.cpu))
                model.whyNotGpu?.let { Text(stringResource(R.string.why_not_gpu, it)) }
            }
        }
        val idle = state.activity == Activity.Idle && state.model !is ModelState.Loading
        OutlinedButton(onClick = actions.importBundle, enabled = idle) {
            Text(stringResource(R.string.import_bundle))
        }
        if (state.model is ModelState.Failed || (state.model as? ModelState.Ready)?.imported == true) {
            OutlinedButton(onClick = actions.useBundled, enabled = idle) {
                Text(stringResource(R.string.use_bundled))
            }
        }
    }
}

@Composable
fun SettingsCard(state: ScreenState, actions: ScreenActions) {
    val onGpu = (state.model as? ModelState.Ready)?.onGpu == true
    val execution = state.settings.execution
    TitledCard(R.string.settings_title) {
        Steps(
            label = R.string.latency,
            value = milliseconds(state.settings.latencySeconds),
            position = state.latencies.indexOf(state.settings.latencySeconds),
            last = state.latencies.lastIndex,
            enabled = state.canStart,
            choose = { actions.chooseLatency(state.latencies[it]) },
        )
        Steps(
            label = R.string.threads,
            value = "${execution.threads}",
            position = execution.threads - 1,
            last = Execution.MOST_THREADS - 1,
            enabled = state.canStart && !onGpu,
            choose = { actions.chooseExecution(execution.copy(threads = it + 1)) },
        )
        Row(
            // The whole row is the switch: one stop for a screen reader, a large one for a finger.
            modifier = Modifier.fillMaxWidth().toggleable(
                value = execution.gpu,
                enabled = state.canStart,
                role = Role.Switch,
                onValueChange = { actions.chooseExecution(execution.copy(gpu = it)) },
            ),
            horizontalArrangement = Arrangement.SpaceBetween,
            verticalAlignment = Alignment.CenterVertically,
        ) {
            Text(stringResource(R.string.try_gpu))
            Switch(checked = execution.gpu, onCheckedChange = null, enabled = state.canStart)
        }
    }
}

/** A choice among few, as a slider that snaps. */
@Composable
private fun Steps(
    label: Int,
    value: String,
    position: Int,
    last: Int,
    enabled: Boolean,
    choose: (Int) -> Unit,
) {
    val name = stringResource(label)
    Measure(label, value)
    if (last < 1) return
    // The choice is made when the finger lifts: on the way, each step would load the model anew.
    var finger by remember(position) { mutableFloatStateOf(position.toFloat()) }
    Slider(
        value = finger,
        onValueChange = { finger = it },
        onValueChangeFinished = { if (finger.roundToInt() != position) choose(finger.roundToInt()) },
        enabled = enabled,
        valueRange = 0f..last.toFloat(),
        steps = last - 1,
        modifier = Modifier.semantics {
            contentDescription = name
            stateDescription = value
        },
    )
}

@Composable
private fun TitledCard(title: Int, content: @Composable ColumnScope.() -> Unit) {
    Card(modifier = Modifier.fillMaxWidth()) {
        Column(modifier = Modifier.padding(16.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
            Text(
                text = stringResource(title),
                style = MaterialTheme.typography.titleMedium,
                modifier = Modifier.semantics { heading() },
            )
            content()
        }
    }
}

@Composable
private fun Measure(label: Int, value: String) {
    Row(
        // Read out as one: "real-time factor 0.05".
        modifier = Modifier.fillMaxWidth().semantics(mergeDescendants = true) {},
        horizontalArrangement = Arrangement.SpaceBetween,
    ) {
        Text(stringResource(label))
        Text(value)
    }
}

private fun milliseconds(seconds: Double) = "%.0f ms".format(1000 * seconds)

private fun megabytes(bytes: Long) = "%.0f MB".format(bytes / 1e6)
