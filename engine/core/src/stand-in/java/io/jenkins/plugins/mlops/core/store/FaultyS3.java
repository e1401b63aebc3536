package io.jenkins.plugins.mlops.core.store;

import io.jenkins.plugins.mlops.core.retry.RetryPolicy;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A small S3 server in this JVM that can misbehave: enough of GET, HEAD, PUT, multipart and ListObjectsV2 for the tests, over
 * plain sockets, so that an answer can be cut, reset, delayed or falsified. It checks digests of bodies, not signatures.
 */
public final class FaultyS3 implements AutoCloseable {

    /** What happens to one request for an object's bytes. */
    public enum Fault {
        /** Half of the body, then the end of the connection. */
        TRUNCATE,
        /** Half of the body, then a reset. */
        RESET,
        /** A reset before any answer. */
        RESET_AT_ONCE,
        /** HTTP 503 SlowDown. */
        UNAVAILABLE,
        /** HTTP 429 with Retry-After: 1. */
        TOO_MANY,
        /** The right number of bytes, one of them changed. */
        WRONG_BYTES,
        /** Half of the body, then silence. */
        STALL,
        /** HTTP 403 AccessDenied. */
        DENIED
    }

    /** A request as it came. */
    public record Request(String method, String path, Map<String, String> headers, long at) {}

    /** @param firstPart bytes of the first part of what was uploaded in parts; -1 for what was not */
    private record Stored(byte[] bytes, String etag, int firstPart) {
        Stored(byte[] bytes, String etag) {
            this(bytes, etag, -1);
        }
    }

    private record Upload(String path, Instant begun, Map<Integer, byte[]> parts) {}

    private static final Pattern PART =
            Pattern.compile("<PartNumber>(\\d+)</PartNumber><ETag>&quot;([^&]*)&quot;</ETag>");

    private final ServerSocket server;
    private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();
    private final Map<String, Upload> uploads = new ConcurrentSkipListMap<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private volatile String faultKey = "";
    private volatile Runnable afterGet = () -> {};
    private volatile int pageSize = 1000;

    public FaultyS3() throws IOException {
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread accepter = new Thread(this::accept, "faulty-s3");
        accepter.setDaemon(true);
        accepter.start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Keys that this server takes. */
    public ObjectStoreSettings settings() {
        return new ObjectStoreSettings(
                endpoint(), "us-east-1", new ObjectStoreSettings.Credentials("id", "secret", null));
    }

    /** A client that loses no time. */
    public ObjectStore connect() {
        return ObjectStore.connect(
                settings(), new RetryPolicy(4, Duration.ofMillis(1), Duration.ofMillis(5)), Duration.ofMillis(400));
    }

    /** Stores an object; the key begins with the bucket. */
    public void put(String bucketAndKey, byte[] bytes) {
        put(bucketAndKey, bytes, md5(bytes));
    }

    public void put(String bucketAndKey, byte[] bytes, String etag) {
        objects.put(bucketAndKey, new Stored(bytes, etag));
    }

    /** As if it had been uploaded in parts of this size, and the server tells that. */
    public void putInParts(String bucketAndKey, byte[] bytes, int partSize, String etag) {
        objects.put(bucketAndKey, new Stored(bytes, etag, partSize));
    }

    public byte[] get(String bucketAndKey) {
        Stored stored = objects.get(bucketAndKey);
        return stored == null ? null : stored.bytes();
    }

    public void remove(String bucketAndKey) {
        objects.remove(bucketAndKey);
    }

    /** Uploads in parts that are neither completed nor aborted. */
    public int unfinishedUploads() {
        return uploads.size();
    }

    public List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    /** The next requests for bytes of objects whose key contains the text misbehave so, one fault each. */
    public void misbehave(String keyContains, Fault... next) {
        faultKey = keyContains;
        faults.addAll(Arrays.asList(next));
    }

    /** Runs after the first bytes of an object were sent. */
    public void afterGet(Runnable action) {
        afterGet = action;
    }

    public void pageSize(int keys) {
        pageSize = keys;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public List<Request> requests(String method, String pathContains) {
        return requests.stream()
                .filter(request ->
                        request.method().equals(method) && request.path().contains(pathContains))
                .toList();
    }

    public void forgetRequests() {
        requests.clear();
    }

    /** How many connections were made. */
    public int connections() {
        return connections.get();
    }

    /** How many were open at a time at most. */
    public int mostConnections() {
        return mostOpen.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                connections.incrementAndGet();
                mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                Thread thread = new Thread(() -> serve(socket), "faulty-s3-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream())) {
            while (handle(socket, in, out)) {
                out.flush();
            }
        } catch (IOException clientWentAway) {
            return;
        } finally {
            open.decrementAndGet();
        }
    }

    private boolean handle(Socket socket, InputStream in, OutputStream out) throws IOException {
        String first = HttpText.line(in);
        if (first == null) {
            return false;
        }
        Map<String, String> headers = HttpText.headers(in);
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String method = first.substring(0, first.indexOf(' '));
        String target = first.substring(first.indexOf(' ') + 1, first.lastIndexOf(' '));
        int question = target.indexOf('?');
        String path =
                decode(question < 0 ? target : target.substring(0, question)).substring(1);
        Map<String, String> query = query(question < 0 ? "" : target.substring(question + 1));
        requests.add(new Request(method, path, headers, System.nanoTime()));
        return switch (method) {
            case "GET" ->
                query.containsKey("uploads")
                        ? unfinished(out, path.replace("/", ""), query)
                        : path.contains("/") && !query.containsKey("list-type")
                                ? object(socket, out, path, headers)
                                : list(out, path.replace("/", ""), query);
            case "HEAD" -> head(out, path, query.containsKey("partNumber"));
            case "PUT" -> put(out, path, query, headers, body);
            case "POST" -> multipart(out, path, query, new String(body, StandardCharsets.UTF_8));
            case "DELETE" ->
                uploads.remove(query.getOrDefault("uploadId", "")) == null
                        ? error(out, 404, "NoSuchUpload")
                        : answer(out, 204, Map.of(), new byte[0]);
            default -> error(out, 405, "MethodNotAllowed");
        };
    }

    private boolean object(Socket socket, OutputStream out, String path, Map<String, String> headers)
            throws IOException {
        Fault fault = path.contains(faultKey) && !faults.isEmpty() ? faults.remove(0) : null;
        if (fault == Fault.RESET_AT_ONCE) {
            socket.setSoLinger(true, 0);
            return false;
        }
        if (fault == Fault.UNAVAILABLE) {
            return error(out, 503, "SlowDown");
        }
        if (fault == Fault.DENIED) {
            return error(out, 403, "AccessDenied");
        }
        if (fault == Fault.TOO_MANY) {
            return answer(out, 429, Map.of("Retry-After", "1"), new byte[0]);
        }
        Stored stored = objects.get(path);
        if (stored == null) {
            boolean bucket = objects.keySet().stream().anyMatch(key -> key.startsWith(bucketOf(path)));
            return error(out, 404, bucket ? "NoSuchKey" : "NoSuchBucket");
        }
        String ifMatch = headers.get("if-match");
        if (ifMatch != null && !ifMatch.replace("\"", "").equals(stored.etag())) {
            return error(out, 412, "PreconditionFailed");
        }
        byte[] whole = stored.bytes().clone();
        int from = 0;
        Map<String, String> answer = new LinkedHashMap<>();
        String range = headers.get("range");
        if (range != null) {
            from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            if (from >= whole.length) {
                return error(out, 416, "InvalidRange");
            }
            answer.put("Content-Range", "bytes " + from + "-" + (whole.length - 1) + "/" + whole.length);
        }
        byte[] bytes = Arrays.copyOfRange(whole, from, whole.length);
        if (fault == Fault.WRONG_BYTES && bytes.length > 0) {
            bytes[bytes.length / 2] ^= 1;
        }
        answer.put("ETag", '"' + stored.etag() + '"');
        head(out, range == null ? 200 : 206, answer, bytes.length);
        int half = bytes.length / 2;
        out.write(bytes, 0, half);
        out.flush();
        afterGet.run();
        if (fault == Fault.STALL) {
            pause();
            return false;
        }
        if (fault == Fault.RESET) {
            socket.setSoLinger(true, 0);
            return false;
        }
        if (fault == Fault.TRUNCATE) {
            return false;
        }
        out.write(bytes, half, bytes.length - half);
        return true;
    }

    private boolean head(OutputStream out, String path, boolean firstPart) throws IOException {
        Stored stored = objects.get(path);
        if (stored == null) {
            head(out, 404, Map.of(), 0);
        } else {
            head(
                    out,
                    200,
                    Map.of("ETag", '"' + stored.etag() + '"', "Last-Modified", "Wed, 25 Nov 2026 00:00:00 GMT"),
                    firstPart && stored.firstPart() > 0 ? stored.firstPart() : stored.bytes().length);
        }
        return true;
    }

    private boolean put(
            OutputStream out, String path, Map<String, String> query, Map<String, String> headers, byte[] body)
            throws IOException {
        if (!sha256(body).equals(headers.get("x-amz-content-sha256"))) {
            return error(out, 400, "XAmzContentSHA256Mismatch");
        }
        if (query.containsKey("uploadId")) {
            Upload upload = uploads.get(query.get("uploadId"));
            if (upload == null) {
                return error(out, 404, "NoSuchUpload");
            }
            upload.parts().put(Integer.valueOf(query.get("partNumber")), body);
            return answer(out, 200, Map.of("ETag", '"' + md5(body) + '"'), new byte[0]);
        }
        Stored stored = new Stored(body, md5(body));
        if (!"*".equals(headers.get("if-none-match"))) {
            objects.put(path, stored);
        } else if (objects.putIfAbsent(path, stored) != null) {
            return error(out, 412, "PreconditionFailed");
        }
        return answer(out, 200, Map.of("ETag", '"' + stored.etag() + '"'), new byte[0]);
    }

    private boolean multipart(OutputStream out, String path, Map<String, String> query, String body)
            throws IOException {
        String bucket = path.substring(0, path.indexOf('/'));
        String key = path.substring(path.indexOf('/') + 1);
        if (query.containsKey("uploads")) {
            String id = "upload-" + begun.incrementAndGet();
            uploads.put(id, new Upload(path, Instant.now(), new ConcurrentSkipListMap<>()));
            return xml(
                    out,
                    "<InitiateMultipartUploadResult><Bucket>" + bucket + "</Bucket><Key>" + key + "</Key><UploadId>"
                            + id + "</UploadId></InitiateMultipartUploadResult>");
        }
        Upload upload = uploads.get(query.get("uploadId"));
        if (upload == null) {
            return error(out, 404, "NoSuchUpload");
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Matcher part = PART.matcher(body);
        while (part.find()) {
            byte[] bytes = upload.parts().get(Integer.valueOf(part.group(1)));
            if (bytes == null || !md5(bytes).equals(part.group(2))) {
                return error(out, 400, "InvalidPart");
            }
            whole.writeBytes(bytes);
        }
        uploads.remove(query.get("uploadId"));
        String etag = md5(whole.toByteArray()) + "-2";
        objects.put(path, new Stored(whole.toByteArray(), etag));
        return xml(
                out,
                "<CompleteMultipartUploadResult><Location>l</Location><Bucket>" + bucket + "</Bucket><Key>" + key
                        + "</Key><LastModified>2026-11-25T00:00:00.000Z</LastModified><ETag>&quot;" + etag
                        + "&quot;</ETag></CompleteMultipartUploadResult>");
    }

    private boolean unfinished(OutputStream out, String bucket, Map<String, String> query) throws IOException {
        String prefix = bucket + "/" + query.getOrDefault("prefix", "");
        StringBuilder xml = new StringBuilder(
                "<ListMultipartUploadsResult><Bucket>" + bucket
                        + "</Bucket><EncodingType>url</EncodingType><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>");
        uploads.forEach((id, upload) -> {
            if (upload.path().startsWith(prefix)) {
                xml.append("<Upload><Key>" + S3Http.encode(upload.path().substring(bucket.length() + 1), true)
                        + "</Key><UploadId>" + id
                        + "</UploadId><Initiator><ID>id</ID></Initiator><Owner><ID>id</ID></Owner>"
                        + "<StorageClass>STANDARD</StorageClass><Initiated>"
                        + upload.begun().truncatedTo(ChronoUnit.MILLIS)
                        + "</Initiated></Upload>");
            }
        });
        return xml(out, xml.append("</ListMultipartUploadsResult>").toString());
    }

    private boolean list(OutputStream out, String bucket, Map<String, String> query) throws IOException {
        String prefix = bucket + "/" + query.getOrDefault("prefix", "");
        if (objects.keySet().stream().noneMatch(key -> key.startsWith(bucket + "/"))) {
            return error(out, 404, "NoSuchBucket");
        }
        String after = query.getOrDefault(
                "continuation-token", query.containsKey("start-after") ? bucket + "/" + query.get("start-after") : "");
        List<Map.Entry<String, Stored>> found = objects.entrySet().stream()
                .filter(object ->
                        object.getKey().startsWith(prefix) && object.getKey().compareTo(after) > 0)
                .limit(pageSize + 1L)
                .toList();
        boolean truncated = found.size() > pageSize;
        StringBuilder xml = new StringBuilder("<ListBucketResult><Name>" + bucket + "</Name><IsTruncated>" + truncated
                + "</IsTruncated><EncodingType>url</EncodingType>");
        for (Map.Entry<String, Stored> object : found.subList(0, Math.min(pageSize, found.size()))) {
            String key = object.getKey().substring(bucket.length() + 1);
            xml.append("<Contents><Key>" + S3Http.encode(key, true)
                    + "</Key><LastModified>2026-11-25T00:00:00.000Z</LastModified><ETag>&quot;"
                    + object.getValue().etag() + "&quot;</ETag><Size>"
                    + object.getValue().bytes().length
                    + "</Size></Contents>");
        }
        if (truncated) {
            xml.append("<NextContinuationToken>" + found.get(pageSize - 1).getKey() + "</NextContinuationToken>");
        }
        return xml(out, xml.append("</ListBucketResult>").toString());
    }

    private static boolean xml(OutputStream out, String xml) throws IOException {
        return answer(out, 200, Map.of("Content-Type", "application/xml"), xml.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean error(OutputStream out, int status, String code) throws IOException {
        String xml = "<Error><Code>" + code + "</Code><Message>for the test</Message></Error>";
        return answer(out, status, Map.of("Content-Type", "application/xml"), xml.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean answer(OutputStream out, int status, Map<String, String> headers, byte[] body)
            throws IOException {
        head(out, status, headers, body.length);
        out.write(body);
        return true;
    }

    private static void head(OutputStream out, int status, Map<String, String> headers, int length) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " s\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        if (status != 204) {
            head.append("Content-Length: " + length + "\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private void pause() {
        try {
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String bucketOf(String path) {
        return path.substring(0, path.indexOf('/') + 1);
    }

    private static Map<String, String> query(String text) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String part : text.split("&")) {
            int equals = part.indexOf('=');
            query.put(
                    decode(equals < 0 ? part : part.substring(0, equals)),
                    equals < 0 ? "" : decode(part.substring(equals + 1)));
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String md5(byte[] bytes) {
        return digest("MD5", bytes);
    }

    private static String sha256(byte[] bytes) {
        return digest("SHA-256", bytes);
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
