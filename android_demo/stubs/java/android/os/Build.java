package android.os;

public class Build {
    public static class VERSION {
        // Not a constant: the compiler must not fold what a phone decides.
        public static final int SDK_INT = Integer.parseInt("26");
    }

    public static class VERSION_CODES {
        public static final int Q = 29;
    }
}
