package android.media;

public class AudioRecord {
    public static final int ERROR = -1;
    public static final int ERROR_BAD_VALUE = -2;
    public static final int ERROR_INVALID_OPERATION = -3;
    public static final int ERROR_DEAD_OBJECT = -6;
    public static final int READ_BLOCKING = 0;
    public static final int RECORDSTATE_RECORDING = 3;
    public static final int STATE_INITIALIZED = 1;

    public AudioRecord(int source, int rate, int channels, int encoding, int bufferBytes) {}

    public static int getMinBufferSize(int rate, int channels, int encoding) {
        throw new UnsupportedOperationException();
    }

    public int getState() {
        throw new UnsupportedOperationException();
    }

    public int getRecordingState() {
        throw new UnsupportedOperationException();
    }

    public AudioRecordingConfiguration getActiveRecordingConfiguration() {
        throw new UnsupportedOperationException();
    }

    public void startRecording() {
        throw new UnsupportedOperationException();
    }

    public int read(short[] samples, int offset, int count, int mode) {
        throw new UnsupportedOperationException();
    }

    public void stop() {
        throw new UnsupportedOperationException();
    }

    public void release() {
        throw new UnsupportedOperationException();
    }
}
