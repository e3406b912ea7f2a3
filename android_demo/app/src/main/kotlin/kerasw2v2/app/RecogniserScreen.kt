package kerasw2v2.app

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.Card
import androidx.compose.material3.Icon
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.keepScreenOn
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontStyle
import androidx.compose.ui.unit.dp

@Composable
fun RecogniserScreen(state: ScreenState, actions: ScreenActions) {
    RecogniserTheme {
        Surface(modifier = Modifier.fillMaxSize()) {
            Column(
                modifier = Modifier.safeDrawingPadding().padding(16.dp).verticalScroll(rememberScrollState()),
                verticalArrangement = Arrangement.spacedBy(16.dp),
            ) {
                Text(
                    text = stringResource(R.string.app_name),
                    style = MaterialTheme.typography.headlineSmall,
                    modifier = Modifier.semantics { heading() },
                )
                state.notice?.let { NoticeCard(it, actions.dismissNotice) }
                TextCard(state)
                Controls(state, actions)
                SpeedCard(state)
                ModelCard(state, actions)
                SettingsCard(state, actions)
            }
        }
    }
}

@Composable
private fun NoticeCard(notice: Notice, dismiss: () -> Unit) {
    Card(modifier = Modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Assertive }) {
        Column(modifier = Modifier.padding(16.dp)) {
            Text(
                text = stringResource(notice.title),
                style = MaterialTheme.typography.titleMedium,
                color = MaterialTheme.colorScheme.error,
            )
            if (notice.detail.isNotEmpty()) Text(notice.detail)
            TextButton(onClick = dismiss) { Text(stringResource(R.string.dismiss)) }
        }
    }
}

@Composable
private fun TextCard(state: ScreenState) {
    val partialDescription = stringResource(R.string.partial_description, state.partialText)
    Card(modifier = Modifier.fillMaxWidth()) {
        Column(modifier = Modifier.padding(16.dp).heightIn(min = 120.dp)) {
            if (state.finalText.isEmpty() && state.partialText.isEmpty()) {
                Text(stringResource(hint(state)), color = MaterialTheme.colorScheme.onSurfaceVariant)
            }
            Text(text = state.finalText, style = MaterialTheme.typography.headlineSmall)
            // A live region is read out whole: it holds the words that are new and will stay.
            Spacer(
                modifier = Modifier.size(1.dp).semantics {
                    liveRegion = LiveRegionMode.Polite
                    contentDescription = state.newWords
                },
            )
            if (state.partialText.isNotEmpty()) {
                Text(
                    text = state.partialText,
                    style = MaterialTheme.typography.headlineSmall,
                    fontStyle = FontStyle.Italic,
                    color = MaterialTheme.colorScheme.onSurfaceVariant,
                    modifier = Modifier.semantics { contentDescription = partialDescription },
                )
            }
        }
    }
}

private fun hint(state: ScreenState): Int = when {
    state.model is ModelState.Loading -> R.string.hint_loading
    state.model is ModelState.Failed -> R.string.hint_no_model
    state.activity is Activity.Listening -> R.string.hint_listening
    state.activity is Activity.ReadingFile -> R.string.hint_reading
    else -> R.string.hint_idle
}

@Composable
private fun Controls(state: ScreenState, actions: ScreenActions) {
    Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
        if (state.activity == Activity.Idle) {
            Button(onClick = actions.listen, enabled = state.canStart, modifier = Modifier.fillMaxWidth()) {
                // The text beside it says what it is.
                Icon(painterResource(R.drawable.ic_microphone), contentDescription = null)
                Text(stringResource(R.string.listen), modifier = Modifier.padding(start = 8.dp))
            }
        } else {
            // A phone that falls asleep takes the microphone away.
            Button(onClick = actions.stop, modifier = Modifier.fillMaxWidth().keepScreenOn()) {
                Icon(painterResource(R.drawable.ic_stop), contentDescription = null)
                Text(stringResource(R.string.stop), modifier = Modifier.padding(start = 8.dp))
            }
        }
        if (state.activity is Activity.ReadingFile) {
            val share = state.activity.share
            val description = stringResource(R.string.reading_description, (share * 100).toInt())
            LinearProgressIndicator(
                progress = { share },
                modifier = Modifier.fillMaxWidth().semantics { contentDescription = description },
            )
        }
        Row(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
            OutlinedButton(onClick = actions.playWav, enabled = state.canStart, modifier = Modifier.weight(1f)) {
                Text(stringResource(R.string.play_wav))
            }
            OutlinedButton(onClick = actions.readWav, enabled = state.canStart, modifier = Modifier.weight(1f)) {
                Text(stringResource(R.string.read_wav))
            }
        }
    }
}
