package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.http.DirectAnswer;
import io.jenkins.plugins.mlops.core.http.DirectConnections;
import io.jenkins.plugins.mlops.core.http.Network;
import io.jenkins.plugins.mlops.core.http.ReadingAhead;
import io.jenkins.plugins.mlops.core.http.TransientAnswers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * The HTTP client of one object store, and requests signed for it (path-style addresses). Objects' bytes go this way: it says
 * beforehand what a body's digest is, keeps connections, and reads Retry-After. Thread-safe.
 */
final class S3Http implements AutoCloseable {

    /** The digest of an empty body. */
    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final int MAX_CONNECTIONS = 256;
    private static final String IDENTITY = "identity";
    private static final String DATE = "date";
    private static final String VERSION = "versionId";

    private final HttpUrl base;
    private final String host;
    private final HeaderSignature signature;
    private final boolean signedElsewhere;
    private final OkHttpClient client;
    private final DirectConnections direct;

    /** @param signer who signs in the place of keys; null for the keys of the settings */
    S3Http(ObjectStoreSettings settings, RequestSigner signer, Duration connectTimeout, Duration readTimeout) {
        URI endpoint = settings.endpoint();
        this.base = HttpUrl.get(endpoint.getScheme() + "://" + endpoint.getRawAuthority() + "/");
        this.host = host(endpoint);
        this.signature = settings.credentials() == null ? null : new HeaderSignature(settings, Clock.systemUTC());
        this.signedElsewhere = signer != null;
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(MAX_CONNECTIONS);
        dispatcher.setMaxRequestsPerHost(MAX_CONNECTIONS);
        OkHttpClient.Builder builder = Network.client()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(MAX_CONNECTIONS, 30, TimeUnit.SECONDS))
                .protocols(List.of(Protocol.HTTP_1_1))
                .connectTimeout(connectTimeout)
                .readTimeout(readTimeout)
                .writeTimeout(readTimeout)
                .socketFactory(new ReadingAhead())
                .fastFallback(!hasOneAddress(host))
                .followRedirects(false)
                .followSslRedirects(false)
                .connectionSpecs(
                        base.isHttps() ? List.of(ConnectionSpec.MODERN_TLS) : List.of(ConnectionSpec.CLEARTEXT))
                .addInterceptor(new TransientAnswers());
        if (signer != null) {
            builder.addInterceptor(new SignedElsewhere(settings.endpoint(), signer));
        }
        this.client = builder.build();
        this.direct = signedElsewhere ? null : new DirectConnections(client, endpoint);
    }

    /**
     * Whether there is nothing to race for when it is connected to: then the thread that asks connects itself, which spares two changes
     * of threads where a server closes every connection.
     */
    private static boolean hasOneAddress(String host) {
        return host.startsWith("[") || host.matches("[0-9.]+(:[0-9]+)?");
    }

    OkHttpClient client() {
        return client;
    }

    /** GET of an object from an offset on, in the pinned state. */
    Response get(ObjectPin pin, long offset) throws IOException {
        Request.Builder request = new Request.Builder().header("Accept-Encoding", IDENTITY);
        if (offset > 0) {
            request.header("Range", range(offset));
        }
        if (pin.etag() != null) {
            request.header("If-Match", Etags.quoted(pin.etag()));
        }
        return send(request.url(url(pin).build()).get(), EMPTY);
    }

    /** As {@link #get} by a connection that costs less; null where that cannot be had and {@link #get} is to be asked. */
    DirectAnswer getDirectly(ObjectPin pin, long offset) throws IOException {
        if (direct == null) {
            return null;
        }
        SortedMap<String, String> headers = new TreeMap<>();
        headers.put("host", host);
        headers.put("accept-encoding", IDENTITY);
        if (offset > 0) {
            headers.put("range", range(offset));
        }
        if (pin.etag() != null) {
            headers.put("if-match", Etags.quoted(pin.etag()));
        }
        String path =
                "/" + pin.location().bucket() + "/" + encode(pin.location().key(), true);
        String query = pin.versionId() == null ? "" : VERSION + "=" + encode(pin.versionId(), false);
        if (signature != null) {
            headers.putAll(signature.added("GET", path, query, headers, EMPTY));
        }
        return direct.get(query.isEmpty() ? path : path + "?" + query, headers);
    }

    /** A refusal as the other client would have given it, as far as anybody looks at one. */
    Response response(DirectAnswer answer) throws IOException {
        return new Response.Builder()
                .request(new Request.Builder().url(base).build())
                .protocol(Protocol.HTTP_1_1)
                .code(answer.status())
                .message("")
                .headers(new Headers.Builder()
                        .addUnsafeNonAscii(DATE, answer.headers().getOrDefault(DATE, ""))
                        .build())
                .body(ResponseBody.create(answer.body().readAllBytes(), null))
                .build();
    }

    private static String range(long offset) {
        return "bytes=" + offset + "-";
    }

    /** HEAD of an object. */
    Response head(S3Uri object) throws IOException {
        return send(
                new Request.Builder()
                        .url(url(object).build())
                        .header("Accept-Encoding", IDENTITY)
                        .head(),
                EMPTY);
    }

    /** HEAD of the first part of an object in the pinned state, where it was uploaded in parts. */
    Response headFirstPart(ObjectPin pin) throws IOException {
        Request.Builder request = new Request.Builder()
                .url(url(pin).addEncodedQueryParameter("partNumber", "1").build())
                .header("Accept-Encoding", "identity");
        if (pin.etag() != null) {
            request.header("If-Match", Etags.quoted(pin.etag()));
        }
        return send(request.head(), EMPTY);
    }

    /** GET of what is set for a bucket. @param setting the name of a subresource, such as {@code versioning} */
    Response bucketSetting(String bucket, String setting) throws IOException {
        HttpUrl url =
                url(new S3Uri(bucket, "")).addEncodedQueryParameter(setting, "").build();
        return send(new Request.Builder().url(url).get(), EMPTY);
    }

    /** As {@link #put}, for an object that must not be there, with the header that stores with an object lock demand. */
    Response putOnce(S3Uri object, byte[] body, String sha256Hex) throws IOException {
        Request.Builder request = new Request.Builder()
                .url(url(object).build())
                .put(RequestBody.create(body))
                .header("If-None-Match", "*");
        try {
            request.header(
                    "Content-MD5",
                    Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("MD5").digest(body)));
        } catch (NoSuchAlgorithmException e) {
            return send(request, sha256Hex); // a Java that is held to FIPS 140
        }
        return send(request, sha256Hex);
    }

    /** PUT of an object. */
    Response put(S3Uri object, RequestBody body, String sha256Hex, boolean onlyIfAbsent) throws IOException {
        Request.Builder request = new Request.Builder().url(url(object).build()).put(body);
        if (onlyIfAbsent) {
            request.header("If-None-Match", "*");
        }
        if (signedElsewhere) {
            // A URL does not bind a body, this header does: the store refuses other bytes.
            request.header(
                    "x-amz-checksum-sha256",
                    Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256Hex)));
        }
        return send(request, sha256Hex);
    }

    /** PUT of a part of a multipart upload; parts count from 1. */
    Response putPart(S3Uri object, String uploadId, int number, RequestBody body, String sha256Hex) throws IOException {
        HttpUrl url = url(object)
                .addEncodedQueryParameter("partNumber", String.valueOf(number))
                .addEncodedQueryParameter("uploadId", encode(uploadId, false))
                .build();
        return send(new Request.Builder().url(url).put(body), sha256Hex);
    }

    /** POST that begins an upload in parts. */
    Response beginParts(S3Uri object) throws IOException {
        HttpUrl url = url(object).addEncodedQueryParameter("uploads", "").build();
        return send(new Request.Builder().url(url).post(RequestBody.create(new byte[0])), EMPTY);
    }

    /** POST that makes the parts of an upload an object. */
    Response completeParts(S3Uri object, String uploadId, byte[] parts) throws IOException {
        return send(
                new Request.Builder()
                        .url(upload(object, uploadId))
                        .post(RequestBody.create(parts, MediaType.get("application/xml"))),
                Digest.of(parts).hex());
    }

    /** DELETE of an upload in parts, from a thread that may be interrupted already. */
    Response abortParts(S3Uri object, String uploadId) throws IOException {
        Request request =
                sign(new Request.Builder().url(upload(object, uploadId)).delete(RequestBody.EMPTY), EMPTY);
        CompletableFuture<Response> answer = new CompletableFuture<>();
        client.newCall(request).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                answer.completeExceptionally(e);
            }

            @Override
            public void onResponse(Call call, Response response) {
                answer.complete(response);
            }
        });
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private HttpUrl upload(S3Uri object, String uploadId) {
        return url(object)
                .addEncodedQueryParameter("uploadId", encode(uploadId, false))
                .build();
    }

    /**
     * GET of a page of the uploads in parts that are not complete.
     *
     * @param key after which the page begins; null for the first
     * @param uploadId of that key; null for the first
     */
    Response unfinished(S3Uri prefix, String key, String uploadId) throws IOException {
        HttpUrl.Builder url = url(new S3Uri(prefix.bucket(), ""))
                .addEncodedQueryParameter("uploads", "")
                .addEncodedQueryParameter("encoding-type", "url")
                .addEncodedQueryParameter("prefix", encode(prefix.key(), false));
        if (key != null) {
            url.addEncodedQueryParameter("key-marker", encode(key, false))
                    .addEncodedQueryParameter("upload-id-marker", encode(uploadId, false));
        }
        return send(new Request.Builder().url(url.build()).get(), EMPTY);
    }

    /** Breaks off all that is under way, from any thread. */
    void cancelAll() {
        client.dispatcher().cancelAll();
        if (direct != null) {
            direct.cancelAll();
        }
    }

    @Override
    public void close() {
        cancelAll();
        if (direct != null) {
            direct.close();
        }
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    /** Sends a request with a signature. */
    Response send(Request.Builder request, String sha256Hex) throws IOException {
        return client.newCall(sign(request, sha256Hex)).execute();
    }

    private Request sign(Request.Builder builder, String sha256Hex) {
        return signature == null ? builder.build() : signature.sign(builder, host, sha256Hex);
    }

    /** As HTTP clients write it into the header Host. */
    static String host(URI endpoint) {
        HttpUrl url = Objects.requireNonNull(HttpUrl.get(endpoint), "an endpoint is an HTTP address");
        boolean usualPort = url.port() == HttpUrl.defaultPort(url.scheme());
        String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
        return usualPort ? host : host + ":" + url.port();
    }

    private HttpUrl.Builder url(ObjectPin pin) {
        HttpUrl.Builder url = url(pin.location());
        return pin.versionId() == null ? url : url.addEncodedQueryParameter(VERSION, encode(pin.versionId(), false));
    }

    private HttpUrl.Builder url(S3Uri object) {
        return base.newBuilder().addEncodedPathSegments(object.bucket() + "/" + encode(object.key(), true));
    }

    /** Percent-encodes all but RFC 3986's unreserved characters, as Signature Version 4 wants it. */
    static String encode(String text, boolean keepSlashes) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            boolean unreserved = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '-'
                    || c == '.'
                    || c == '_'
                    || c == '~'
                    || keepSlashes && c == '/';
            if (unreserved) {
                out.append((char) c);
            } else {
                out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }
}
