package io.jenkins.plugins.mlops.cli.training;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes a bucket by a request signed here, since S3 servers disagree on what minio's own sends. */
public final class TestBucket {

    private static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private TestBucket() {}

    public static void make(String endpoint, String bucket, String accessKey, String secretKey)
            throws IOException, InterruptedException, GeneralSecurityException {
        URI uri = URI.create(endpoint + "/" + bucket);
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(Instant.now());
        String scope = time.substring(0, 8) + "/us-east-1/s3/aws4_request";
        String host = uri.getHost() + ":" + uri.getPort();
        String headers = "host;x-amz-content-sha256;x-amz-date";
        String request = "PUT\n/" + bucket + "\n\nhost:" + host + "\nx-amz-content-sha256:" + EMPTY_SHA256
                + "\nx-amz-date:" + time + "\n\n" + headers + "\n" + EMPTY_SHA256;
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(request.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        String signature =
                HexFormat.of().formatHex(hmac(key, "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hash));
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .header("x-amz-date", time)
                                .header("x-amz-content-sha256", EMPTY_SHA256)
                                .header(
                                        "Authorization",
                                        "AWS4-HMAC-SHA256 Credential=" + accessKey + "/" + scope + ", SignedHeaders="
                                                + headers + ", Signature=" + signature)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("PUT " + uri + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }
}
