package io.jenkins.plugins.mlops.dataset;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Stands before a real S3 server and passes on every request as it is, with the Host header that was signed. Blobs of a held
 * dataset pass up to a number; of each further one half is sent, and the rest when the gate opens; those that come are passed on
 * then. So a pull or a publication is in the middle for as long as a test needs it there. The first blob of a spoilt dataset arrives with
 * another byte.
 */
final class S3Gate implements AutoCloseable {

    private static final String BLOBS = "/blobs/";

    private final URI server;
    private final OkHttpClient client = new OkHttpClient();
    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Hold> holds = new ConcurrentHashMap<>();
    private final Set<String> spoilt = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> withKeys = new CopyOnWriteArrayList<>();
    private final List<String> withoutKeys = new CopyOnWriteArrayList<>();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private final List<String> served = new CopyOnWriteArrayList<>();

    private static final class Hold {
        private final int after;
        private final AtomicInteger passed = new AtomicInteger();
        private final CountDownLatch open = new CountDownLatch(1);

        /** Those that hang in the gate, and those that hung there. */
        private final AtomicInteger stuck = new AtomicInteger();

        Hold(int after) {
            this.after = after;
        }
    }

    S3Gate(URI server) throws IOException {
        this.server = server;
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/", this::handle);
        http.start();
    }

    int port() {
        return http.getAddress().getPort();
    }

    /** Lets so many blobs of the dataset pass, whose keys begin with the name, then holds the next. */
    void hold(String dataset, int after) {
        holds.put(dataset, new Hold(after));
    }

    /** Changes a byte of the next blob of the dataset. */
    void spoil(String dataset) {
        spoilt.add(dataset);
    }

    void open(String dataset) {
        holds.get(dataset).open.countDown();
    }

    /** How many blobs of the dataset have been held. */
    int stuck(String dataset) {
        return holds.get(dataset).stuck.get();
    }

    /** Paths of the blobs that were sent whole, in this order. */
    List<String> served(String dataset) {
        return served.stream().filter(path -> isBlobOf(dataset, path)).toList();
    }

    /** Paths of the blobs that were asked for, in this order. */
    List<String> requests(String dataset) {
        return requests.stream().filter(path -> isBlobOf(dataset, path)).toList();
    }

    /** Paths of the blobs whose bytes were sent, not those of refusals. */
    List<String> sent(String dataset) {
        return sent.stream().filter(path -> isBlobOf(dataset, path)).toList();
    }

    /** What was asked for with a signature in a header, as only who has the keys does. */
    List<String> withKeys() {
        return List.copyOf(withKeys);
    }

    /** What was asked for with a signature in the address, with it. */
    List<String> withoutKeys() {
        return List.copyOf(withoutKeys);
    }

    private static boolean isBlobOf(String dataset, String path) {
        return path.contains("/" + dataset + BLOBS);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean blob = exchange.getRequestMethod().equals("GET") && path.contains(BLOBS);
        if (blob) {
            requests.add(path);
        }
        if (exchange.getRequestHeaders().containsKey("Authorization")) {
            withKeys.add(exchange.getRequestMethod() + " " + path);
        } else {
            withoutKeys.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        }
        if (exchange.getRequestMethod().equals("PUT") && !awaitOpen(path)) {
            exchange.close();
            return;
        }
        try (exchange;
                Response answer = client.newCall(request(exchange)).execute()) {
            answer.headers().forEach(header -> {
                if (!header.getFirst().equalsIgnoreCase("Transfer-Encoding")) {
                    exchange.getResponseHeaders().add(header.getFirst(), header.getSecond());
                }
            });
            byte[] body = answer.body() == null ? new byte[0] : answer.body().bytes();
            if (blob && body.length > 0 && spoilt.removeIf(dataset -> isBlobOf(dataset, path))) {
                body[body.length / 2] ^= 1;
            }
            boolean noBody = exchange.getRequestMethod().equals("HEAD") || body.length == 0;
            exchange.sendResponseHeaders(answer.code(), noBody ? -1 : body.length);
            if (!noBody) {
                send(exchange.getResponseBody(), body, blob ? path : "");
            }
            if (blob) {
                served.add(path);
                if (answer.isSuccessful()) {
                    sent.add(path);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Holds an upload. @return whether it may go on */
    private boolean awaitOpen(String path) {
        Hold hold = hold(path);
        if (hold == null || hold.passed.getAndIncrement() < hold.after) {
            return true;
        }
        hold.stuck.incrementAndGet();
        try {
            hold.open.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Hold hold(String path) {
        return holds.entrySet().stream()
                .filter(entry -> isBlobOf(entry.getKey(), path))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private Request request(HttpExchange exchange) throws IOException {
        Request.Builder request = new Request.Builder()
                .url(server.resolve(exchange.getRequestURI()).toString());
        exchange.getRequestHeaders().forEach((name, values) -> values.forEach(value -> request.addHeader(name, value)));
        String method = exchange.getRequestMethod();
        boolean sends = method.equals("PUT") || method.equals("POST");
        return request.method(
                        method,
                        sends ? RequestBody.create(exchange.getRequestBody().readAllBytes()) : null)
                .build();
    }

    private void send(OutputStream out, byte[] body, String path) throws IOException, InterruptedException {
        Hold hold = hold(path);
        int first = body.length;
        if (hold != null && hold.passed.getAndIncrement() >= hold.after) {
            first = body.length / 2;
        }
        out.write(body, 0, first);
        if (first < body.length) {
            out.flush();
            hold.stuck.incrementAndGet();
            hold.open.await();
            out.write(body, first, body.length - first);
        }
        out.flush();
    }

    @Override
    public String toString() {
        return holds.keySet().stream()
                .map(dataset -> dataset + ": " + requests(dataset).size() + " asked for, "
                        + served(dataset).size() + " sent, " + stuck(dataset) + " held")
                .toList()
                .toString();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
