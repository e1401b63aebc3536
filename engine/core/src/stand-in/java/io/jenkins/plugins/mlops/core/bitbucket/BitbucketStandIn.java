package io.jenkins.plugins.mlops.core.bitbucket;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * A Bitbucket of one repository, {@code PRJ/model}, on the loopback interface, for tests: as much of either product's REST API as this
 * product uses, with state, and with faults that a test orders. Thread-safe.
 */
public final class BitbucketStandIn implements AutoCloseable {

    public static final String PROJECT = "PRJ";
    public static final String SLUG = "model";
    public static final String TOKEN = "s3cr3t-token";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What goes wrong with a request. */
    public enum When {
        /** The answer is sent without the work. */
        BEFORE,
        /** The work is done, but its answer never comes. */
        ANSWER_LOST
    }

    private record Fault(
            Pattern request, When when, int status, Map<String, String> headers, String body, int[] left) {}

    /** A comment of a pull request. */
    public static final class Comment {
        public final long id;
        public final String author;
        public volatile String text;
        public volatile int version;

        Comment(long id, String author, String text) {
            this.id = id;
            this.author = author;
            this.text = text;
        }
    }

    private final BitbucketKind kind;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final Map<Long, JsonNode> pulls = new LinkedHashMap<>();
    private final Map<Long, String> activityMerges = new LinkedHashMap<>();
    private final Map<String, List<String>> files = new LinkedHashMap<>();
    private final List<String> commits = new ArrayList<>();
    private final List<Comment> comments = new CopyOnWriteArrayList<>();
    private final Map<String, JsonNode> statuses = new LinkedHashMap<>();
    private final Map<String, JsonNode> reports = new LinkedHashMap<>();
    private final Map<String, List<JsonNode>> annotations = new LinkedHashMap<>();

    /** Method and path of each request, in the order they came. */
    public final List<String> requests = new CopyOnWriteArrayList<>();
    /** States of builds in the order they were set: {@code SHA STATE}. */
    public final List<String> history = new CopyOnWriteArrayList<>();
    /** Entries of a page at most, whatever is asked for. */
    public volatile int pageSize = 1000;
    /** Of a Data Center. */
    public volatile String version = "8.19.1";
    /** Whether a Data Center has the builds of repositories, as from 7.4 on. */
    public volatile boolean hasBuilds = true;
    /** Called between the search for a comment and its update, with the comment. */
    public volatile java.util.function.Consumer<Comment> meanwhile;

    public BitbucketStandIn(BitbucketKind kind) throws IOException {
        this.kind = kind;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** What a profile says: with the path below which each product's API is here. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort()
                + (kind == BitbucketKind.CLOUD ? "/2.0" : "/context"));
    }

    public BitbucketSettings settings() {
        return new BitbucketSettings(kind, address(), new BitbucketSettings.Credentials(null, null, TOKEN));
    }

    /** Has the next so many requests that match (METHOD /path, anywhere) answered with a status instead of done. */
    public void refuse(int times, String request, int status, Map<String, String> headers) {
        refuse(times, request, status, headers, "");
    }

    /** As the other, with a body. */
    public void refuse(int times, String request, int status, Map<String, String> headers, String body) {
        faults.add(new Fault(Pattern.compile(request), When.BEFORE, status, headers, body, new int[] {times}));
    }

    /** Has the next so many requests that match done, but breaks the connection instead of an answer. */
    public void loseAnswer(int times, String request) {
        faults.add(new Fault(Pattern.compile(request), When.ANSWER_LOST, 0, Map.of(), "", new int[] {times}));
    }

    /** Ends all faults that were ordered. */
    public void heal() {
        faults.clear();
    }

    public synchronized void addCommit(String sha, String... changed) {
        commits.add(sha);
        files.put(sha, List.of(changed));
    }

    /** A merged pull request, as the product itself would tell it. */
    public synchronized void addMergedPull(long id, String source, String merge, String... changed) {
        Map<String, Object> pull = new LinkedHashMap<>();
        pull.put("id", id);
        pull.put("title", "Better <b>labels</b> @all");
        pull.put("state", "MERGED");
        if (kind == BitbucketKind.CLOUD) {
            pull.put("merge_commit", Map.of("hash", merge.substring(0, 12)));
            pull.put("source", Map.of("branch", Map.of("name", "feature/x"), "commit", Map.of("hash", source)));
            pull.put("destination", Map.of("branch", Map.of("name", "main")));
            pull.put("author", person("ann", "Ann Author"));
            pull.put("reviewers", List.of(person("rob", "Rob Reviewer"), person("sue", "Sue Silent")));
            pull.put(
                    "participants",
                    List.of(
                            Map.of("user", person("rob", "Rob Reviewer"), "approved", true),
                            Map.of("user", person("sue", "Sue Silent"), "approved", false)));
            pull.put("links", Map.of("html", Map.of("href", "https://bitbucket.example/pull-requests/" + id)));
        } else {
            pull.put("version", 3);
            pull.put("fromRef", Map.of("id", "refs/heads/feature/x", "latestCommit", source));
            pull.put("toRef", Map.of("id", "refs/heads/main"));
            pull.put("author", Map.of("user", person("ann", "Ann Author"), "approved", false));
            pull.put(
                    "reviewers",
                    List.of(
                            Map.of("user", person("rob", "Rob Reviewer"), "approved", true),
                            Map.of("user", person("sue", "Sue Silent"), "approved", false)));
            pull.put("properties", Map.of("mergeCommit", Map.of("id", merge, "displayId", merge.substring(0, 11))));
            pull.put("links", Map.of("self", List.of(Map.of("href", "https://bitbucket.example/pull-requests/" + id))));
        }
        pulls.put(id, JSON.valueToTree(pull));
        files.put("pull " + id, List.of(changed));
    }

    /** Has a merged pull request say its merge commit among its activities only, as some versions do. */
    public synchronized void sayMergeInActivities(long id) {
        JsonNode pull = pulls.get(id);
        activityMerges.put(
                id, pull.path("properties").path("mergeCommit").path("id").asText());
        ((com.fasterxml.jackson.databind.node.ObjectNode) pull).remove("properties");
    }

    private static Map<String, Object> person(String id, String name) {
        return Map.of("name", id, "displayName", name, "account_id", id, "display_name", name);
    }

    /** Has somebody write a comment. */
    public Comment addComment(String author, String text) {
        Comment comment = new Comment(comments.size() + 1, author, text);
        comments.add(comment);
        return comment;
    }

    /** The comments that are there, in the order they were written. */
    public List<Comment> comments() {
        return List.copyOf(comments);
    }

    /** A build's status by its commit and key; null when there is none. */
    public synchronized JsonNode status(String sha, String key) {
        return statuses.get(sha + " " + key);
    }

    /** All statuses of a commit. */
    public synchronized List<JsonNode> statuses(String sha) {
        return statuses.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(sha + " "))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The reports of a commit, by their key. */
    public synchronized Map<String, JsonNode> reports(String sha) {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        reports.forEach((id, report) -> {
            if (id.startsWith(sha + " ")) {
                found.put(id.substring(sha.length() + 1), report);
            }
        });
        return found;
    }

    public synchronized List<JsonNode> annotations(String sha, String key) {
        return List.copyOf(annotations.getOrDefault(sha + " " + key, List.of()));
    }

    public long count(String request) {
        Pattern pattern = Pattern.compile(request);
        return requests.stream().filter(pattern.asPredicate()).count();
    }

    /** An answer; a body of null is none. */
    private record Answer(int status, Object body) {}

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String request = exchange.getRequestMethod() + " "
                    + exchange.getRequestURI().getPath();
            requests.add(request);
            Fault fault = takeFault(request);
            if (fault != null && fault.when() == When.BEFORE) {
                fault.headers().forEach((name, value) -> exchange.getResponseHeaders()
                        .add(name, value));
                send(exchange, fault.status(), fault.body().getBytes(StandardCharsets.UTF_8));
                return;
            }
            Answer answer = isPublic(exchange) || isAuthorized(exchange) ? answer(exchange, body) : refused();
            if (fault != null) {
                return; // the work is done, and closing says nothing
            }
            send(
                    exchange,
                    answer.status(),
                    answer.body() == null ? new byte[0] : JSON.writeValueAsBytes(answer.body()));
        } catch (RuntimeException e) {
            throw new UncheckedIOException(new IOException("the stand-in fails", e));
        }
    }

    private synchronized Fault takeFault(String request) {
        for (Fault fault : faults) {
            if (fault.request().matcher(request).find() && fault.left()[0] > 0) {
                fault.left()[0]--;
                return fault;
            }
        }
        return null;
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** What each product tells of itself; Data Center only as long as no wrong credentials come with the question. */
    private boolean isPublic(HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return kind == BitbucketKind.CLOUD
                ? path.endsWith("/hook_events")
                : path.endsWith("/application-properties")
                        && !exchange.getRequestHeaders().containsKey("Authorization");
    }

    private static boolean isAuthorized(HttpExchange exchange) {
        return ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private Answer refused() {
        return error(401, "AuthorisationException", "You are not permitted to access this resource");
    }

    private Answer error(int status, String exception, String message) {
        return new Answer(
                status,
                kind == BitbucketKind.CLOUD
                        ? Map.of("type", "error", "error", Map.of("message", message))
                        : Map.of(
                                "errors",
                                List.of(Map.of(
                                        "message",
                                        message,
                                        "exceptionName",
                                        "com.atlassian.bitbucket.x." + exception))));
    }

    private Answer answer(HttpExchange exchange, byte[] bytes) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        JsonNode body = bytes.length == 0 ? null : JSON.readTree(bytes);
        Map<String, String> query = query(exchange.getRequestURI());
        return kind == BitbucketKind.CLOUD ? cloud(method, path, query, body) : dataCenter(method, path, query, body);
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new LinkedHashMap<>();
        if (uri.getQuery() != null) {
            for (String pair : uri.getQuery().split("&")) {
                query.put(pair.replaceFirst("=.*", ""), pair.replaceFirst("[^=]*=", ""));
            }
        }
        return query;
    }

    // -- Data Center

    private Answer dataCenter(String method, String path, Map<String, String> query, JsonNode body) {
        String builds = "/context/rest/build-status/1.0/commits/";
        String insights = "/context/rest/insights/latest/projects/" + PROJECT + "/repos/" + SLUG + "/commits/";
        String api = "/context/rest/api/1.0/projects/" + PROJECT + "/repos/" + SLUG + "/";
        if (path.startsWith(builds)) {
            setStatus(path.substring(builds.length()), body);
            return new Answer(204, null);
        }
        if (path.startsWith(insights)) {
            return report(method, path.substring(insights.length()).split("/"), body, 1);
        }
        if (path.equals("/context/rest/api/1.0/application-properties")) {
            return new Answer(200, Map.of("version", version, "displayName", "Bitbucket"));
        }
        if (path.equals(api.substring(0, api.length() - 1))) {
            return new Answer(200, Map.of("slug", SLUG, "project", Map.of("key", PROJECT)));
        }
        if (!path.startsWith(api)) {
            return path.startsWith("/context/rest/api/1.0/projects/")
                    ? error(404, "NoSuchRepositoryException", "Repository does not exist.")
                    : new Answer(404, null);
        }
        String[] rest = path.substring(api.length()).split("/");
        if (rest[0].equals("commits")) {
            return commit(method, rest, query, body);
        }
        long id = Long.parseLong(rest[1]);
        if (!hasPull(id)) {
            return error(404, "NoSuchPullRequestException", "Pull request does not exist.");
        }
        return switch (rest.length == 2 ? "" : rest[2]) {
            case "" -> new Answer(200, pull(id));
            case "changes" -> page(changes("pull " + id), query);
            case "activities" -> page(activities(id), query);
            default -> comment(method, rest.length == 3 ? null : Long.valueOf(rest[3]), body);
        };
    }

    private synchronized Answer commit(String method, String[] rest, Map<String, String> query, JsonNode body) {
        String sha = full(rest[1]);
        if (rest.length == 3 && rest[2].equals("builds") && !hasBuilds) {
            return new Answer(404, Map.of("status-code", 404, "message", "HTTP 404 Not Found"));
        }
        if (sha == null) {
            return error(404, "NoSuchCommitException", "Commit '" + rest[1] + "' does not exist.");
        }
        if (rest.length == 2) {
            return new Answer(200, Map.of("id", sha, "displayId", sha.substring(0, 11)));
        }
        if (rest[2].equals("changes")) {
            return page(changes(sha), query);
        }
        if (!method.equals("POST")) {
            return new Answer(405, null);
        }
        setStatus(sha, body);
        return new Answer(204, null);
    }

    private List<Object> changes(String of) {
        return files(of).stream().<Object>map(file -> dataCenterChange(file)).toList();
    }

    /** {@code old -> new} is a move. */
    private static Map<String, Object> dataCenterChange(String file) {
        String[] sides = file.split(" -> ");
        Map<String, Object> change = new LinkedHashMap<>();
        change.put("path", Map.of("toString", sides[sides.length - 1]));
        if (sides.length == 2) {
            change.put("srcPath", Map.of("toString", sides[0]));
        }
        change.put("type", sides.length == 2 ? "MOVE" : "MODIFY");
        return change;
    }

    /** The newest first. */
    private synchronized List<Object> activities(long id) {
        List<Object> activities = new ArrayList<>();
        for (Comment comment : comments) {
            activities.add(
                    0,
                    Map.of(
                            "action",
                            "COMMENTED",
                            "commentAction",
                            "ADDED",
                            "comment",
                            Map.of("id", comment.id, "version", comment.version, "text", comment.text)));
        }
        if (activityMerges.containsKey(id)) {
            activities.add(Map.of("action", "MERGED", "commit", Map.of("id", activityMerges.get(id))));
        }
        activities.add(Map.of("action", "OPENED"));
        return activities;
    }

    private Answer page(List<Object> all, Map<String, String> query) {
        int start = Integer.parseInt(query.getOrDefault("start", "0"));
        int end = Math.min(
                all.size(), start + Math.min(pageSize, Integer.parseInt(query.getOrDefault("limit", "25"))));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("values", all.subList(Math.min(start, end), end));
        page.put("isLastPage", end == all.size());
        page.put("nextPageStart", end == all.size() ? null : end);
        return new Answer(200, page);
    }

    // -- Cloud

    private Answer cloud(String method, String path, Map<String, String> query, JsonNode body) {
        String api = "/2.0/repositories/" + PROJECT + "/" + SLUG;
        if (path.equals("/2.0/hook_events")) {
            return new Answer(200, Map.of("repository", Map.of("links", Map.of())));
        }
        if (!path.equals(api) && !path.startsWith(api + "/")) {
            return error(404, "", "Repository not found");
        }
        String[] rest = path.substring(api.length()).replaceFirst("^/", "").split("/");
        return switch (rest[0]) {
            case "" -> new Answer(200, Map.of("full_name", PROJECT + "/" + SLUG));
            case "commit" -> cloudCommit(method, rest, body);
            case "diffstat" -> cloudPage(diffstat(rest[1]), path, query);
            default -> cloudPull(method, path, rest, query, body);
        };
    }

    private Answer cloudCommit(String method, String[] rest, JsonNode body) {
        String sha = full(rest[1]);
        if (sha == null) {
            return error(404, "", "Commit not found");
        }
        if (rest.length == 2) {
            return new Answer(200, Map.of("hash", sha));
        }
        if (rest[2].equals("reports")) {
            String[] place = Arrays.copyOfRange(rest, 1, rest.length);
            place[0] = sha;
            return report(method, place, body, 100);
        }
        return setStatus(sha, body) ? new Answer(201, body) : new Answer(200, body);
    }

    private Answer cloudPull(String method, String path, String[] rest, Map<String, String> query, JsonNode body) {
        long id = Long.parseLong(rest[1]);
        if (!hasPull(id)) {
            return error(404, "", "Pull request not found");
        }
        return switch (rest.length == 2 ? "" : rest[2]) {
            case "" -> new Answer(200, pull(id));
            case "diffstat" -> cloudPage(diffstat("pull " + id), path, query);
            default ->
                method.equals("GET")
                        ? cloudPage(
                                comments.stream()
                                        .<Object>map(comment -> Map.of(
                                                "id", comment.id, "content", Map.of("raw", comment.text), "deleted", false))
                                        .toList(),
                                path,
                                query)
                        : comment(method, rest.length == 3 ? null : Long.valueOf(rest[3]), body);
        };
    }

    private List<Object> diffstat(String of) {
        return files(of).stream()
                .<Object>map(file -> {
                    String[] sides = file.split(" -> ");
                    return Map.of(
                            "status",
                            sides.length == 2 ? "renamed" : "modified",
                            "old",
                            Map.of("path", sides[0]),
                            "new",
                            Map.of("path", sides[sides.length - 1]));
                })
                .toList();
    }

    private Answer cloudPage(List<Object> all, String path, Map<String, String> query) {
        int number = Integer.parseInt(query.getOrDefault("page", "1"));
        int size = Math.min(pageSize, Integer.parseInt(query.getOrDefault("pagelen", "10")));
        int start = Math.min(all.size(), (number - 1) * size);
        int end = Math.min(all.size(), start + size);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("values", all.subList(start, end));
        if (end < all.size()) {
            page.put(
                    "next",
                    "http://127.0.0.1:" + server.getAddress().getPort() + path + "?pagelen=" + size + "&page="
                            + (number + 1));
        }
        return new Answer(200, page);
    }

    // -- both

    private synchronized boolean hasPull(long id) {
        return pulls.containsKey(id);
    }

    private synchronized JsonNode pull(long id) {
        return pulls.get(id);
    }

    private synchronized List<String> files(String of) {
        return files.getOrDefault(of, List.of());
    }

    private synchronized String full(String hash) {
        return commits.stream().filter(sha -> sha.startsWith(hash)).findFirst().orElse(null);
    }

    /** Whether it is a new one. */
    private synchronized boolean setStatus(String sha, JsonNode body) {
        history.add(sha + " " + body.path("state").asText());
        return statuses.put(sha + " " + body.path("key").asText(), body) == null;
    }

    /** @param place SHA, "reports", key and maybe "annotations" */
    private synchronized Answer report(String method, String[] place, JsonNode body, int mostAnnotations) {
        String id = place[0] + " " + place[2];
        if (place.length == 3) {
            if (method.equals("DELETE")) {
                annotations.remove(id);
                return reports.remove(id) == null ? error(404, "NoSuchReport", "No report") : new Answer(204, null);
            }
            reports.put(id, body);
            return new Answer(200, body);
        }
        if (!reports.containsKey(id)) {
            return error(404, "NoSuchReport", "No report");
        }
        if (method.equals("DELETE")) {
            annotations.remove(id);
            return new Answer(204, null);
        }
        JsonNode list = kind == BitbucketKind.CLOUD ? body : body.path("annotations");
        if (kind == BitbucketKind.CLOUD && list.size() > mostAnnotations) {
            return error(400, "", "Too many annotations");
        }
        list.forEach(note -> annotations.computeIfAbsent(id, key -> new ArrayList<>()).add(note));
        return new Answer(200, body);
    }

    private Answer comment(String method, Long id, JsonNode body) {
        String text = kind == BitbucketKind.CLOUD
                ? body.path("content").path("raw").asText()
                : body.path("text").asText();
        if (id == null) {
            Comment added = addComment("us", text);
            return new Answer(201, Map.of("id", added.id, "version", 0, "text", text));
        }
        Comment there = comments.stream()
                .filter(comment -> comment.id == id)
                .findFirst()
                .orElse(null);
        if (there == null) {
            return error(404, "NoSuchCommentException", "The comment does not exist.");
        }
        if (meanwhile != null) {
            meanwhile.accept(there);
        }
        if (!there.author.equals("us")) {
            return error(403, "AuthorisationException", "You may not edit this comment.");
        }
        if (kind == BitbucketKind.DATA_CENTER && body.path("version").asInt(-1) != there.version) {
            return error(409, "CommentOutOfDateException", "The comment was changed meanwhile.");
        }
        there.text = text;
        there.version++;
        return new Answer(200, Map.of("id", id));
    }

    /** Takes a comment away. */
    public void removeComment(Comment comment) {
        comments.remove(comment);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
