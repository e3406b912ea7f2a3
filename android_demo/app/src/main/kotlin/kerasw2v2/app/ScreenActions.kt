package kerasw2v2.app

/** What a user can do on the screen. */
class ScreenActions(
    val listen: () -> Unit,
    val stop: () -> Unit,
    val importBundle: () -> Unit,
    val useBundled: () -> Unit,
    val playWav: () -> Unit,
    val readWav: () -> Unit,
    val chooseLatency: (seconds: Double) -> Unit,
    val chooseExecution: (Execution) -> Unit,
    val dismissNotice: () -> Unit,
)
