package kerasw2v2.core

/** Where live sound comes from: a microphone, or a file that is played like one. */
interface SoundSource {
    /**
     * Hands pieces of 16 kHz sound to [receive], on this thread, until [goOn] says no or the
     * sound ends.
     *
     * @throws Exception why no sound comes.
     */
    fun record(goOn: () -> Boolean, receive: (FloatArray) -> Unit)
}
