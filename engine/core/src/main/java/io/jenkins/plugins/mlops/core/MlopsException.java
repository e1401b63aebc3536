package io.jenkins.plugins.mlops.core;

/**
 * A failure that a user can act on. The message is one sentence that says what failed, why, and what to do; it never holds
 * a secret and needs no stack trace to be understood. Anything else that is thrown is a defect of this product.
 */
public class MlopsException extends RuntimeException {

    /** What kind of failure it is; the number is the exit code of the {@code mlops} command. */
    public enum Kind {
        /** The work was tried and failed. */
        FAILED(1),
        /** Wrong usage, or input that is broken or contradicts itself. */
        USAGE(2),
        /** A gate said no. */
        GATE_FAILED(3),
        /** Refused: permission, policy, withdrawn data, or a race that another writer won. */
        REFUSED(4),
        /** A server is out of reach, or does not answer in time. */
        UNREACHABLE(5),
        /** A gate could not tell. */
        INCONCLUSIVE(6),
        /** The user or the host interrupted the work. */
        INTERRUPTED(130);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }

        /** The process exit code of this kind, 1 to 130. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Kind kind;

    public MlopsException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public MlopsException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    public static MlopsException failed(String message) {
        return new MlopsException(Kind.FAILED, message);
    }

    public static MlopsException failed(String message, Throwable cause) {
        return new MlopsException(Kind.FAILED, message, cause);
    }

    public static MlopsException usage(String message) {
        return new MlopsException(Kind.USAGE, message);
    }

    public static MlopsException usage(String message, Throwable cause) {
        return new MlopsException(Kind.USAGE, message, cause);
    }

    public static MlopsException refused(String message) {
        return new MlopsException(Kind.REFUSED, message);
    }

    public static MlopsException unreachable(String message, Throwable cause) {
        return new MlopsException(Kind.UNREACHABLE, message, cause);
    }

    /** Restores the thread's interrupt flag and says what was interrupted. */
    public static MlopsException interrupted(String what) {
        Thread.currentThread().interrupt();
        return new MlopsException(Kind.INTERRUPTED, what + " was interrupted");
    }
}
