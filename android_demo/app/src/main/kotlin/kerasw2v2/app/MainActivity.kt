package kerasw2v2.app

import android.Manifest
import android.content.pm.PackageManager
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContracts
import androidx.activity.viewModels
import androidx.compose.runtime.getValue
import androidx.lifecycle.compose.collectAsStateWithLifecycle

class MainActivity : ComponentActivity() {
    private val viewModel: RecogniserViewModel by viewModels()

    private val askForMicrophone =
        registerForActivityResult(ActivityResultContracts.RequestPermission()) { granted ->
            if (granted) viewModel.listen() else viewModel.tellNotPermitted()
        }

    private val chooseBundle = documentLauncher { viewModel.import(it) }
    private val chooseWavToPlay = documentLauncher { viewModel.playWav(it) }
    private val chooseWavToRead = documentLauncher { viewModel.readWav(it) }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        val actions = ScreenActions(
            listen = ::listen,
            stop = viewModel::stop,
            // A bundle has no media type of its own, and not every phone knows audio/x-wav.
            importBundle = { chooseBundle.launch(arrayOf("*/*")) },
            useBundled = viewModel::useBundled,
            playWav = { chooseWavToPlay.launch(WAV_TYPES) },
            readWav = { chooseWavToRead.launch(WAV_TYPES) },
            chooseLatency = viewModel::chooseLatency,
            chooseExecution = viewModel::chooseExecution,
            dismissNotice = viewModel::dismissNotice,
        )
        setContent {
            val state by viewModel.state.collectAsStateWithLifecycle()
            RecogniserScreen(state, actions)
        }
    }

    // Android gives no sound to an app that is not seen; a session that heard silence would not end.
    override fun onStop() {
        super.onStop()
        if (!isChangingConfigurations) viewModel.stop()
    }

    private fun listen() {
        if (checkSelfPermission(Manifest.permission.RECORD_AUDIO) == PackageManager.PERMISSION_GRANTED) {
            viewModel.listen()
        } else {
            askForMicrophone.launch(Manifest.permission.RECORD_AUDIO)
        }
    }

    private fun documentLauncher(use: (android.net.Uri) -> Unit): ActivityResultLauncher<Array<String>> =
        registerForActivityResult(ActivityResultContracts.OpenDocument()) { uri -> uri?.let(use) }

    private companion object {
        val WAV_TYPES = arrayOf("audio/*", "application/octet-stream")
    }
}
