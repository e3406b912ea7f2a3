package android.media;

public final class AudioRecordingConfiguration {
    public boolean isClientSilenced() {
        throw new UnsupportedOperationException();
    }
}
