package io.jenkins.plugins.mlops;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.minio.Signer;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** The real servers that the environment names, as {@code testing/servers env} prints it. A test that lacks one is skipped. */
public final class TestServers {

    private TestServers() {}

    /** Where an MLflow server is. */
    public static URI mlflow() {
        return URI.create(named("MLOPS_TEST_MLFLOW"));
    }

    /** An MLflow server with users and permissions, and its administrator's password. */
    public record MlflowWithLogins(URI uri, String password) {}

    /** As {@link #mlflow}, with MLflow's own authentication. */
    public static MlflowWithLogins mlflowWithLogins() {
        return new MlflowWithLogins(
                URI.create(named("MLOPS_TEST_MLFLOW_AUTH")), named("MLOPS_TEST_MLFLOW_AUTH_PASSWORD"));
    }

    /** An S3 server. */
    public static S3 s3() {
        return new S3(
                named("MLOPS_TEST_S3"), named("MLOPS_TEST_S3_ACCESS_KEY"), named("MLOPS_TEST_S3_SECRET_KEY"), REGION);
    }

    /** The variable that says where the S3 server's webhook is, {@code arn:minio:sqs::mlops:webhook}; only MinIO has one. */
    public static final String S3_EVENTS = "MLOPS_TEST_S3_EVENTS";

    /** Where that is: nobody listens there until a test does. The token is the secret key. */
    public static URI s3Events() {
        return URI.create(named(S3_EVENTS));
    }

    private static final String REGION = "us-east-1";

    private static String named(String variable) {
        String value = System.getenv(variable);
        assumeTrue(value != null, "the environment has no " + variable + ": run it with testing/servers");
        return value;
    }

    /** Where an S3 server is, and its keys. */
    public record S3(String endpoint, String accessKey, String secretKey, String region) implements Serializable {

        private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");

        /** Makes a bucket, by a PUT of the bucket itself: minio-java would add a location that not every server takes. */
        public String newBucket() throws IOException {
            String bucket = "mlops-it-" + UUID.randomUUID();
            put("/" + bucket, new byte[0]);
            return bucket;
        }

        /** Has the server's {@linkplain #s3Events() webhook} told of every object of the bucket that ends so. */
        public void notifyOf(String bucket, String suffix) throws IOException {
            put("/" + bucket + "?notification=", """
                    <NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><QueueConfiguration>\
                    <Queue>arn:minio:sqs::mlops:webhook</Queue><Event>s3:ObjectCreated:*</Event>\
                    <Filter><S3Key><FilterRule><Name>suffix</Name><Value>%s</Value></FilterRule></S3Key></Filter>\
                    </QueueConfiguration></NotificationConfiguration>
                    """.formatted(suffix).getBytes(StandardCharsets.UTF_8));
        }

        private void put(String path, byte[] body) throws IOException {
            String content = Digest.of(body).hex();
            URI uri = URI.create(endpoint);
            Request request = new Request.Builder()
                    .url(endpoint + path)
                    .put(RequestBody.create(body))
                    .header("Host", uri.getAuthority())
                    .header("x-amz-content-sha256", content)
                    .header("x-amz-date", ZonedDateTime.now(ZoneOffset.UTC).format(AMZ_DATE))
                    .build();
            try (Response answer = new OkHttpClient()
                    .newCall(Signer.signV4S3(request, region, accessKey, secretKey, content))
                    .execute()) {
                if (!answer.isSuccessful()) {
                    throw new IOException("PUT of " + path + " answered " + answer.code());
                }
            } catch (io.minio.errors.MinioException e) {
                throw new IOException(e);
            }
        }
    }
}
