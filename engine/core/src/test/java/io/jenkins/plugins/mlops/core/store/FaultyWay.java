package io.jenkins.plugins.mlops.core.store;

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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;

/**
 * The way to an object store, real or not, on which exchanges go wrong. What goes wrong with a request follows from the seed, from
 * the request and from how often it was made before, so that a run can be had again whatever the threads do. A server behind an
 * address that redirects lead to tells whether anybody followed.
 */
public final class FaultyWay implements AutoCloseable {

    private static final Duration STALL = Duration.ofSeconds(20);
    /** With the store itself, which may be slow. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** What S3 allows clocks to differ. */
    private static final Duration SKEW = Duration.ofMinutes(15);

    private static final DateTimeFormatter AMZ_DATE = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);
    private static final List<String> RETRY_AFTER = List.of(
            "0",
            "1",
            "-5",
            "soon",
            "",
            "86400",
            "9223372036854775807",
            "99999999999999999999999",
            "Wed, 01 Jan 1997 00:00:00 GMT",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "Fri, 99 Foo 2026 99:99:99 GMT");

    /** A request. @param target path and query as they came */
    public record Request(String method, String target, Map<String, String> headers, byte[] body) {

        /** Whether it reads an object's bytes. */
        public boolean readsObject() {
            return method.equals("GET")
                    && path().indexOf('/', 1) > 0
                    && !target.contains("list-type=")
                    && !target.contains("uploads")
                    && !target.contains("uploadId");
        }

        public String path() {
            int question = target.indexOf('?');
            return question < 0 ? target : target.substring(0, question);
        }
    }

    private record Answer(int status, String reason, Map<String, String> headers, byte[] body) {
        Answer with(String header, String value) {
            Map<String, String> changed = new LinkedHashMap<>(headers);
            if (value == null) {
                changed.remove(header);
            } else {
                changed.put(header, value);
            }
            return new Answer(status, reason, changed, body);
        }

        Answer with(byte[] other) {
            return new Answer(status, reason, headers, other).with("content-length", String.valueOf(other.length));
        }
    }

    private final ServerSocket server;
    private final ServerSocket elsewhere;
    private final URI upstream;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private final Map<String, Long> received = new ConcurrentHashMap<>();
    private final Map<String, Long> stored = new ConcurrentHashMap<>();
    private final List<String> told = new ArrayList<>();
    private final Map<StoreFault, Integer> injected = new ConcurrentHashMap<>();
    private final AtomicInteger followed = new AtomicInteger();
    private final AtomicInteger answering = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile long seed;
    private volatile double probability;
    private volatile BiFunction<Request, Integer, StoreFault> plan;
    private volatile Consumer<String> replace = path -> {};
    private volatile Runnable atRequest = () -> {};

    /** @param upstream where the store is, without TLS */
    public FaultyWay(URI upstream) throws IOException {
        this.upstream = upstream;
        this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        this.elsewhere = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        start("faulty-way", () -> accept(server, this::serve));
        start("elsewhere", () -> accept(elsewhere, socket -> followed.incrementAndGet()));
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** The same store by this way. */
    public ObjectStoreSettings settings(ObjectStoreSettings direct) {
        return new ObjectStoreSettings(endpoint(), direct.region(), direct.credentials());
    }

    /**
     * Begins anew.
     *
     * @param newSeed what happens follows from it
     * @param newProbability that a request meets a fault; 0 for none
     */
    public void begin(long newSeed, double newProbability) throws IOException, InterruptedException {
        for (Socket socket : sockets) {
            socket.close(); // a client that went away may have left a request there
        }
        awaitQuiet();
        seed = newSeed;
        asked.clear();
        sent.clear();
        received.clear();
        stored.clear();
        synchronized (told) {
            told.clear();
        }
        requests.set(0);
        replace = path -> {};
        atRequest = () -> {};
        probability = newProbability;
    }

    /** What gives the object at a path of the server other bytes. */
    public void replacing(Consumer<String> action) {
        replace = action;
    }

    /** What happens to a request in the place of chance, by the request and how often it was made; null for nothing. */
    public void plan(BiFunction<Request, Integer, StoreFault> faults) {
        plan = faults;
    }

    /** Runs at each request, before anything else. */
    public void atRequest(Runnable action) {
        atRequest = action;
    }

    /** Faults so far, since the start. */
    public int injected() {
        return injected.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The same by kind; what never happened is not there. */
    public Map<StoreFault, Integer> kinds() {
        return new TreeMap<>(injected);
    }

    /** Requests that went where a redirect led. */
    public int followed() {
        return followed.get();
    }

    public int requests() {
        return requests.get();
    }

    /** What went wrong since {@link #begin}, for people. */
    public List<String> told() {
        synchronized (told) {
            return List.copyOf(told);
        }
    }

    /** Bytes of objects that were sent to clients since {@link #begin}, by path of the server, percent-encoded. */
    public Map<String, Long> sent() {
        return Map.copyOf(sent);
    }

    /** Bytes that clients sent to be stored since {@link #begin}, by path of the server, percent-encoded. */
    public Map<String, Long> received() {
        return Map.copyOf(received);
    }

    /** Those of {@link #received} that the store took: one that is slow or overloaded refuses some by itself. */
    public Map<String, Long> stored() {
        return Map.copyOf(stored);
    }

    @Override
    public void close() throws IOException {
        server.close();
        elsewhere.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @FunctionalInterface
    private interface Service {
        void serve(Socket socket) throws IOException;
    }

    /** Whether chance brings it; the others are planned. */
    public static boolean isDrawn(StoreFault fault) {
        return fault != StoreFault.TRICKLE;
    }

    /** A seed for {@link Random}, which begins alike for seeds that lie close together. */
    public static long mixed(long seed) {
        long once = (seed ^ (seed >>> 33)) * 0xff51afd7ed558ccdL;
        long twice = (once ^ (once >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return twice ^ (twice >>> 33);
    }

    /** Waits until no request is being answered any more. */
    public void awaitQuiet() throws InterruptedException {
        while (answering.get() > 0) {
            Thread.sleep(1);
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept(ServerSocket listening, Service service) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                sockets.add(socket);
                start("faulty-way-connection", () -> {
                    try (socket) {
                        service.serve(socket);
                    } catch (IOException clientWentAway) {
                        return;
                    } finally {
                        sockets.remove(socket);
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        while (true) {
            Request request = request(in);
            if (request == null) {
                return;
            }
            requests.incrementAndGet();
            answering.incrementAndGet();
            try {
                atRequest.run();
                if (!new Exchange(socket, out, request).run()) {
                    return;
                }
                out.flush();
            } finally {
                answering.decrementAndGet();
            }
        }
    }

    private static Request request(InputStream in) throws IOException {
        String first = HttpText.line(in);
        if (first == null || first.isEmpty()) {
            return null;
        }
        Map<String, String> headers = HttpText.headers(in);
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Request(
                first.substring(0, first.indexOf(' ')),
                first.substring(first.indexOf(' ') + 1, first.lastIndexOf(' ')),
                headers,
                body);
    }

    /** One request and what becomes of it. */
    private final class Exchange {
        private final Socket socket;
        private final OutputStream out;
        private final Request request;
        private final Random random;
        private final int times;

        Exchange(Socket socket, OutputStream out, Request request) {
            this.socket = socket;
            this.out = out;
            this.request = request;
            String what = request.method() + " " + request.target().replaceAll("uploadId=[^&]*", "uploadId");
            this.times = asked.computeIfAbsent(what, key -> new AtomicInteger()).incrementAndGet();
            this.random = new Random(mixed(seed * 31 + (what + " " + times).hashCode()));
        }

        /** Whether the connection goes on. */
        boolean run() throws IOException {
            StoreFault fault =
                    plan != null ? plan.apply(request, times) : random.nextDouble() < probability ? pick() : null;
            if (fault != null) {
                injected.merge(fault, 1, Integer::sum);
                synchronized (told) {
                    told.add(fault + " " + request.method() + " " + request.target() + " "
                            + request.headers().getOrDefault("range", ""));
                }
            }
            if (fault == null) {
                return pass();
            }
            Answer early = early(fault);
            if (early != null) {
                return write(early);
            }
            return switch (fault) {
                case RESET_BEFORE -> reset();
                case ANSWER_LOST -> {
                    forward();
                    yield reset();
                }
                case STALL_BEFORE -> stall();
                case NOT_HTTP -> {
                    out.write("220 mail.example ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    yield false;
                }
                default -> falsify(fault, forward());
            };
        }

        /** Some faults have a meaning for some requests only, which are few: those meet them more often. */
        private StoreFault pick() {
            List<StoreFault> possible = Arrays.stream(StoreFault.values())
                    .filter(fault -> isDrawn(fault) && isPossible(fault))
                    .toList();
            List<StoreFault> rare = possible.stream().filter(this::isRare).toList();
            List<StoreFault> among = !rare.isEmpty() && random.nextInt(3) == 0 ? rare : possible;
            return among.get(random.nextInt(among.size()));
        }

        private boolean isPossible(StoreFault fault) {
            boolean ofReads = fault.compareTo(StoreFault.REPLACED) >= 0 && fault != StoreFault.GZIP;
            return (!ofReads || request.readsObject())
                    && (!isOfRange(fault) || request.headers().containsKey("range"))
                    && (fault != StoreFault.ERROR_IN_200 || request.method().equals("POST"));
        }

        private boolean isRare(StoreFault fault) {
            return isOfRange(fault) || fault == StoreFault.ERROR_IN_200;
        }

        private static boolean isOfRange(StoreFault fault) {
            return fault.compareTo(StoreFault.WHOLE_FOR_RANGE) >= 0 && fault.compareTo(StoreFault.RANGE_REFUSED) <= 0;
        }

        private boolean pass() throws IOException {
            String skewed = skew();
            return write(
                    skewed == null
                            ? forward()
                            : error(403, "RequestTimeTooSkewed", skewed)
                                    .with("date", HTTP_DATE.format(ZonedDateTime.now(ZoneOffset.UTC))));
        }

        /** As S3 looks at the time of a signature. */
        private String skew() {
            String date = request.headers().get("x-amz-date");
            if (date == null) {
                return null;
            }
            Instant at = LocalDateTime.parse(date, AMZ_DATE).toInstant(ZoneOffset.UTC);
            return Duration.between(at, Instant.now()).abs().compareTo(SKEW) > 0 ? "the time is off" : null;
        }

        /** The answer in the place of the store's; null for faults that do something else. */
        private Answer early(StoreFault fault) {
            return switch (fault) {
                case HTTP_500 -> error(500, "InternalError", "We encountered an internal error. Please try again.");
                case HTTP_502 -> page(502);
                case HTTP_503 -> retryAfter(error(503, "SlowDown", "Please reduce your request rate."));
                case HTTP_429 -> retryAfter(error(429, "TooManyRequests", "slower"));
                case HTTP_403 -> error(403, "AccessDenied", "Access Denied");
                case SKEWED -> error(403, "RequestTimeTooSkewed", "The difference is too large");
                case REQUEST_TIMEOUT -> error(400, "RequestTimeout", "Idle connections will be closed.");
                case ERROR_IN_200 -> error(200, "InternalError", "We encountered an internal error. Please try again.");
                case FOREIGN_PAGE -> page(200);
                case EMPTY_200 -> answer(200, "text/plain", "");
                case REDIRECT -> answer(307, "text/plain", "").with("location", elsewhere());
                case REDIRECT_FOR_GOOD -> answer(301, "text/plain", "").with("location", elsewhere());
                default -> null;
            };
        }

        private String elsewhere() {
            return "http://127.0.0.1:" + elsewhere.getLocalPort() + request.target();
        }

        private Answer retryAfter(Answer answer) {
            int choice = random.nextInt(RETRY_AFTER.size() * 2);
            return choice < RETRY_AFTER.size() ? answer.with("retry-after", RETRY_AFTER.get(choice)) : answer;
        }

        private Answer page(int status) {
            return answer(status, "text/html", "<!doctype html><title>Gateway</title><p>Please log in");
        }

        private Answer error(int status, String code, String message) {
            return answer(
                    status,
                    "application/xml",
                    "<Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>");
        }

        private Answer answer(int status, String type, String body) {
            return new Answer(status, "s", Map.of("content-type", type), new byte[0])
                    .with(body.getBytes(StandardCharsets.UTF_8));
        }

        private boolean falsify(StoreFault fault, Answer right) throws IOException {
            byte[] body = right.body();
            boolean reads = request.readsObject() && (right.status() == 200 || right.status() == 206);
            switch (fault) {
                case RESET_IN_HEAD, STALL_IN_HEAD -> {
                    out.write("HTTP/1.1 200 OK\r\nContent-Le".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    return fault == StoreFault.STALL_IN_HEAD ? stall() : reset();
                }
                case RESET_IN_BODY, STALL_IN_BODY, TRUNCATED, REPLACED -> {
                    head(right);
                    int part = body.length == 0 ? 0 : random.nextInt(body.length);
                    body(body, part);
                    out.flush();
                    if (fault == StoreFault.REPLACED && reads) {
                        replace.accept(request.path());
                    }
                    return switch (fault) {
                        case RESET_IN_BODY -> reset();
                        case STALL_IN_BODY -> stall();
                        default -> false;
                    };
                }
                case CUT_WITH_LENGTH -> {
                    return write(right.with(Arrays.copyOf(body, body.length / 2)));
                }
                case CUT_WITHOUT_LENGTH -> {
                    head(right.with("content-length", null).with("connection", "close"));
                    body(body, body.length / 2);
                    out.flush();
                    return false;
                }
                case TOO_LONG -> {
                    return write(right.with(Arrays.copyOf(body, body.length + 10)));
                }
                case DRIP -> {
                    head(right);
                    int piece = Math.max(1, body.length / 16);
                    for (int at = 0; at < body.length; at += piece) {
                        out.flush();
                        pause(15);
                        out.write(body, at, Math.min(piece, body.length - at));
                    }
                    count(body.length);
                    return true;
                }
                case TRICKLE -> {
                    head(right);
                    for (byte one : body) {
                        out.write(one);
                        out.flush();
                        pause(100);
                    }
                    return true;
                }
                case WRONG_BYTES -> {
                    byte[] wrong = body.clone();
                    if (wrong.length > 0) {
                        wrong[random.nextInt(wrong.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                    return write(right.with(wrong));
                }
                case WHOLE_FOR_RANGE -> {
                    Map<String, String> plain = new LinkedHashMap<>(request.headers());
                    plain.remove("range");
                    return write(forward(plain));
                }
                case ANOTHER_RANGE -> {
                    return right.status() == 206 && body.length > 1 ? write(shifted(right)) : write(right);
                }
                case FALSE_RANGE -> {
                    byte[] turned = body.clone();
                    for (int i = 0; i < turned.length; i++) {
                        turned[i] = body[(i + 1) % body.length];
                    }
                    return write(right.with(turned));
                }
                case RANGE_WITHOUT_HEADER -> {
                    return write(right.with("content-range", null));
                }
                case RANGE_REFUSED -> {
                    return write(error(416, "InvalidRange", "The requested range cannot be satisfied."));
                }
                case WRONG_ETAG -> {
                    return write(right.with("etag", "\"0123456789abcdef0123456789abcdef\""));
                }
                case NO_ETAG -> {
                    return write(right.with("etag", null));
                }
                case GZIP -> {
                    ByteArrayOutputStream packed = new ByteArrayOutputStream();
                    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                        gzip.write(body);
                    }
                    return write(right.with(packed.toByteArray()).with("content-encoding", "gzip"));
                }
                default -> throw new IllegalStateException(fault.name());
            }
        }

        private Answer shifted(Answer right) {
            String range = right.headers().getOrDefault("content-range", "bytes 0-0/0");
            int dash = range.indexOf('-');
            long from = Long.parseLong(range.substring("bytes ".length(), dash));
            return right.with(Arrays.copyOfRange(right.body(), 1, right.body().length))
                    .with("content-range", "bytes " + (from + 1) + range.substring(dash));
        }

        private Answer forward() throws IOException {
            return forward(request.headers());
        }

        private Answer forward(Map<String, String> headers) throws IOException {
            if (request.method().equals("PUT")) {
                countBody(received);
            }
            try (Socket store = new Socket(upstream.getHost(), upstream.getPort())) {
                store.setSoTimeout((int) PATIENCE.toMillis());
                OutputStream to = new BufferedOutputStream(store.getOutputStream());
                StringBuilder head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n");
                headers.forEach((name, value) -> {
                    if (!name.equals("connection")) {
                        head.append(name).append(": ").append(value).append("\r\n");
                    }
                });
                to.write(head.append("connection: close\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
                to.write(request.body());
                to.flush();
                Answer answer = answer(new BufferedInputStream(store.getInputStream()));
                if (request.method().equals("PUT") && answer.status() / 100 == 2) {
                    countBody(stored);
                }
                return answer;
            }
        }

        private void countBody(Map<String, Long> bytes) {
            bytes.merge(request.path(), (long) request.body().length, Long::sum);
        }

        private Answer answer(InputStream in) throws IOException {
            String first = HttpText.line(in);
            while (first != null && first.startsWith("HTTP/1.1 100")) {
                HttpText.headers(in);
                first = HttpText.line(in);
            }
            if (first == null) {
                throw new IOException("the store gave no answer");
            }
            Map<String, String> headers = HttpText.headers(in);
            int status = Integer.parseInt(first.split(" ")[1]);
            byte[] body;
            if (request.method().equals("HEAD") || status == 204 || status == 304) {
                body = new byte[0];
            } else if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
                body = chunks(in);
                headers.remove("transfer-encoding");
                headers.put("content-length", String.valueOf(body.length));
            } else if (headers.containsKey("content-length")) {
                body = in.readNBytes(Integer.parseInt(headers.get("content-length")));
            } else {
                body = in.readAllBytes();
                headers.put("content-length", String.valueOf(body.length));
            }
            headers.remove("connection");
            return new Answer(status, "s", headers, body);
        }

        private byte[] chunks(InputStream in) throws IOException {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (int size = Integer.parseInt(HttpText.line(in), 16);
                    size > 0;
                    size = Integer.parseInt(HttpText.line(in), 16)) {
                whole.writeBytes(in.readNBytes(size));
                HttpText.line(in);
            }
            return whole.toByteArray();
        }

        private boolean write(Answer answer) throws IOException {
            head(answer);
            body(answer.body(), answer.body().length);
            return true;
        }

        private void head(Answer answer) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " " + answer.reason() + "\r\n");
            answer.headers()
                    .forEach((name, value) ->
                            head.append(name).append(": ").append(value).append("\r\n"));
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        }

        private void body(byte[] body, int length) throws IOException {
            if (!request.method().equals("HEAD")) {
                count(length);
                out.write(body, 0, length);
            }
        }

        private void count(int length) {
            if (request.readsObject()) {
                sent.merge(request.path(), (long) length, Long::sum);
            }
        }

        private boolean reset() throws IOException {
            socket.setSoLinger(true, 0);
            return false;
        }

        /** Says nothing until the client goes away. */
        private boolean stall() throws IOException {
            socket.setSoTimeout((int) STALL.toMillis());
            while (socket.getInputStream().read() >= 0) {
                continue;
            }
            return false;
        }

        private void pause(long millis) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
