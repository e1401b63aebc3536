package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.MinioException;
import io.minio.errors.ServerException;
import io.minio.errors.XmlParserException;
import io.minio.messages.ErrorResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import okhttp3.Response;

/**
 * Turns answers and exceptions of an object store into failures: {@link RetryPolicy.Transient} for what a later try may not
 * meet, else an {@link MlopsException} of one sentence. Error codes are those of Amazon S3's reference. Immutable.
 */
final class StoreFailures {

    /** More of an error body than this is no S3 error document. */
    private static final int MAX_ERROR_BODY = 64 * 1024;

    private static final Set<String> WRONG_KEYS =
            Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "XAdminUserNotFound");
    private static final Set<String> WRONG_REGION = Set.of(
            "AuthorizationHeaderMalformed",
            "AuthorizationQueryParametersError",
            "IncorrectRegion",
            "IncorrectEndpoint",
            "PermanentRedirect");
    private static final Set<String> CHANGED_WHILE_SENT =
            Set.of("BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody");
    private static final Set<String> UPLOAD_GONE = Set.of("NoSuchUpload", "InvalidPart");
    private static final Set<String> TRANSIENT_CODES = Set.of(
            "RequestTimeout",
            "SlowDown",
            "SlowDownRead",
            "SlowDownWrite",
            "InternalError",
            "OperationAborted",
            "ConditionalRequestConflict");

    /** What Amazon S3 allows. */
    private static final Duration MAX_SKEW = Duration.ofMinutes(15);

    private static final String CLOCKS = "the clocks of this machine and of the server differ: set both by NTP";

    private final URI endpoint;

    StoreFailures(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** The failure that an answer without success stands for; the answer's body is read. */
    IOException ofResponse(String what, S3Uri place, Response response) {
        String code = "";
        String message = "";
        try {
            String body = response.peekBody(MAX_ERROR_BODY).string();
            if (!body.isBlank()) {
                ErrorResponse error = StoreXml.read(ErrorResponse.class, body);
                code = String.valueOf(error.code());
                message = String.valueOf(error.message());
            }
        } catch (MinioException | IOException e) {
            message = "its answer is no S3 error document";
        }
        return ofCode(what, place, response, code, message);
    }

    /** The failure that an answer stands for which is none of an S3 server, whatever its status is. */
    MlopsException ofForeign(String what) {
        return foreign(what, null);
    }

    /**
     * The failure behind an exception of the MinIO client's futures, or of a call of our own.
     *
     * @param place null when the request was about the store itself
     */
    IOException ofException(String what, S3Uri place, Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof MlopsException ours) {
                throw ours;
            }
        }
        if (cause instanceof RetryPolicy.Transient again) {
            return again;
        }
        if (cause instanceof ErrorResponseException answered) {
            ErrorResponse error = answered.errorResponse();
            return ofCode(what, place, answered.response(), error.code(), error.message());
        }
        if (cause instanceof ServerException answered) {
            return new RetryPolicy.Transient("answered HTTP " + answered.statusCode(), null);
        }
        if (cause instanceof InvalidResponseException || cause instanceof XmlParserException) {
            throw foreign(what, cause);
        }
        if (cause instanceof IOException network) {
            return NetworkFailure.mark(network);
        }
        if (cause instanceof MinioException && cause.getCause() instanceof IOException network) {
            return NetworkFailure.mark(network);
        }
        if (cause instanceof IllegalArgumentException || cause instanceof MinioException) {
            throw MlopsException.failed(what + " failed: " + cause.getMessage(), cause);
        }
        // MinIO's client reads answers without looking whether they have what it reads.
        throw foreign(what, cause);
    }

    /** What it is when tries are used up, or were of no use. */
    MlopsException gaveUp(String what, IOException e) {
        return MlopsException.unreachable(
                what + " failed: the object store " + endpoint + " " + NetworkFailure.reason(e)
                        + "; check the endpoint and the server, then try again",
                e);
    }

    private IOException ofCode(String what, S3Uri place, Response response, String code, String message) {
        int status = response.code();
        if (TRANSIENT_CODES.contains(code)) {
            return new RetryPolicy.Transient("answered " + code, null);
        }
        if (UPLOAD_GONE.contains(code)) {
            throw new UploadGoneException(what);
        }
        if (status == 412) {
            throw new ObjectChangedException(place);
        }
        // versitygw answers 404 for an access key that it does not know.
        if (status == 401 || status == 403 || WRONG_KEYS.contains(code)) {
            throw MlopsException.refused(what + " was refused by " + endpoint + " ("
                    + (code.isEmpty() ? "HTTP " + status : code) + "): "
                    + (clocksDiffer(response) ? CLOCKS : hint(code, message)));
        }
        if (place == null && (status == 404 || status == 405 || status >= 300 && status < 400)) {
            throw foreign(what, null);
        }
        if (CHANGED_WHILE_SENT.contains(code)) {
            throw MlopsException.failed(what + " failed: the bytes sent are not those that were read before (" + code
                    + "); the file changed meanwhile, or the connection damages data");
        }
        String why;
        if (code.equals("NoSuchBucket")) {
            why = "the bucket '" + place.bucket() + "' does not exist";
        } else if (status == 404) {
            why = place.key().isEmpty()
                    ? "the bucket '" + place.bucket() + "' does not exist"
                    : "there is no such object";
        } else if (status == 301 || status == 307 || status == 308) {
            why = "the bucket lies in another region or at another address; check the region and the endpoint";
        } else if (WRONG_REGION.contains(code)) {
            why = "the region of the signature is not the store's (" + NetworkFailure.oneLine(String.valueOf(message))
                    + "); set the region of this object store";
        } else if (status == 416) {
            why = "the object is shorter than expected";
        } else {
            why = "the object store " + endpoint + " answered " + (code.isEmpty() ? "HTTP " + status : code)
                    + (message.isEmpty() || message.equals("null") ? "" : " (" + NetworkFailure.oneLine(message) + ")");
        }
        throw MlopsException.failed(what + " failed: " + why);
    }

    private MlopsException foreign(String what, Throwable cause) {
        return MlopsException.failed(
                what + " failed: what answers at " + endpoint + " is no S3 server; check the endpoint", cause);
    }

    /** The answer to a HEAD names no error, but it tells the server's time. */
    private static boolean clocksDiffer(Response response) {
        Date there = response.headers().getDate("Date");
        return there != null
                && Duration.between(there.toInstant(), Instant.now()).abs().compareTo(MAX_SKEW) > 0;
    }

    private static String hint(String code, String message) {
        String said = message == null ? "" : message.toLowerCase(Locale.ROOT);
        if (code.startsWith("ExpiredPresign")
                || said.contains("request has expired")
                || said.contains("not yet valid")) {
            return "the signed URL was new, and the store says that its time is over or still to come: the clocks of the"
                    + " machine that signs (Jenkins' controller) and of the store differ, set both by NTP";
        }
        if (WRONG_KEYS.contains(code)) {
            return "check the access key and the secret key (for the mlops command AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
                    + " and AWS_SESSION_TOKEN)";
        }
        return code.equals("RequestTimeTooSkewed") ? CLOCKS : "check the credentials and what they may do there";
    }
}
