package io.jenkins.plugins.mlops.core.bitbucket;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import okhttp3.HttpUrl;

/** Bitbucket Cloud: REST API 2.0. It names commits by short hashes in many places, which are looked up. */
final class Cloud implements Bitbucket {

    private static final int PAGE = 100;
    private static final int DIFF_PAGE = 500;
    /** Pages of a list that are read, each of 100 entries or more where the server gives so many. */
    private static final int MAX_PAGES = 100;

    private static final int MAX_TEXT = 255;
    private static final int MAX_SUMMARY = 450;
    private static final int MAX_DETAILS = 2000;
    private static final int MAX_DATA = 10;
    private static final int NOTES_A_REQUEST = 100;

    private final BitbucketRest rest;

    Cloud(BitbucketRest rest) {
        this.rest = rest;
    }

    /** Which things have webhooks is told to everybody, whatever the credentials. */
    @Override
    public Optional<String> version() {
        rest.about(rest.url("hook_events"), "Bitbucket Cloud", "repository");
        return Optional.empty();
    }

    @Override
    public void checkReadable(RepositoryId repository) {
        rest.call("Reading the repository " + repository, () -> rest.get(url(repository)));
    }

    @Override
    public Optional<String> fullHash(RepositoryId repository, String hash) {
        String asked = Hashes.checked(hash);
        return rest.call("Looking up the commit " + asked + " of " + repository, () -> lookUp(repository, asked));
    }

    /** Cloud answers 404 alike for a commit and for a repository that is not there: which of them, the repository says. */
    private Optional<String> lookUp(RepositoryId repository, String asked) throws IOException {
        try {
            String hash =
                    rest.get(url(repository, "commit", asked)).path("hash").asText("");
            return Hashes.isFull(hash) && hash.startsWith(asked) ? Optional.of(hash) : Optional.empty();
        } catch (BitbucketAnswer answer) {
            return absent(repository, answer);
        }
    }

    private <T> Optional<T> absent(RepositoryId repository, BitbucketAnswer answer) throws IOException {
        if (!answer.isMissing()) {
            throw answer;
        }
        rest.get(url(repository));
        return Optional.empty();
    }

    @Override
    public Optional<PullRequest> pullRequest(RepositoryId repository, long id) {
        return rest.call("Reading the pull request " + id + " of " + repository, () -> {
            try {
                JsonNode json = rest.get(pull(repository, id));
                String told = json.path("merge_commit").path("hash").asText("");
                String full = told.isEmpty()
                        ? null
                        : lookUp(repository, Hashes.checked(told)).orElse(null);
                return Optional.of(pullRequest(json, full));
            } catch (BitbucketAnswer answer) {
                return absent(repository, answer);
            }
        });
    }

    /** Who approved is told of the participants, to whom the reviewers belong. */
    private static PullRequest pullRequest(JsonNode json, String mergeCommit) {
        Map<String, Boolean> approved = new LinkedHashMap<>();
        json.path("participants")
                .forEach(participant -> approved.put(
                        id(participant.path("user")),
                        participant.path("approved").asBoolean(false)));
        return new PullRequest(
                json.path("id").asLong(),
                json.path("title").asText(""),
                json.path("state").asText(""),
                json.path("source").path("branch").path("name").asText(""),
                json.path("source").path("commit").path("hash").asText(""),
                json.path("destination").path("branch").path("name").asText(""),
                mergeCommit,
                user(json.path("author"), false),
                StreamSupport.stream(json.path("reviewers").spliterator(), false)
                        .map(reviewer -> user(reviewer, approved.getOrDefault(id(reviewer), false)))
                        .toList(),
                json.path("links").path("html").path("href").asText(""));
    }

    private static BitbucketUser user(JsonNode user, boolean approved) {
        return new BitbucketUser(
                id(user), user.path("display_name").asText(user.path("nickname").asText("")), approved);
    }

    private static String id(JsonNode user) {
        return user.path("account_id").asText(user.path("uuid").asText(""));
    }

    @Override
    public ChangedFiles commitFiles(RepositoryId repository, String commit, int most) {
        HttpUrl url = url(repository, "diffstat", Hashes.checkedFull(commit));
        return rest.call(
                "Reading what the commit " + commit + " of " + repository + " changes", () -> files(url, most));
    }

    @Override
    public ChangedFiles pullRequestFiles(RepositoryId repository, long id, int most) {
        HttpUrl url = pull(repository, id, "diffstat");
        return rest.call(
                "Reading what the pull request " + id + " of " + repository + " changes", () -> files(url, most));
    }

    private ChangedFiles files(HttpUrl url, int most) throws IOException {
        Set<String> paths = new LinkedHashSet<>();
        boolean all = walk(url, DIFF_PAGE, MAX_PAGES, change -> {
            for (String side : List.of("new", "old")) {
                String path = change.path(side).path("path").asText("");
                if (!path.isEmpty()) {
                    paths.add(path);
                }
            }
            return paths.size() <= most;
        });
        return new ChangedFiles(paths.stream().limit(most).toList(), all && paths.size() <= most);
    }

    @Override
    public void setBuildStatus(RepositoryId repository, String commit, BuildStatus status) {
        HttpUrl url = url(repository, "commit", Hashes.checkedFull(commit), "statuses", "build");
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("key", status.key());
        body.put("state", state(status.state()));
        body.put("name", Shortened.to(MAX_TEXT, status.name()));
        body.put("url", status.url());
        body.put("description", Shortened.to(MAX_TEXT, status.description()));
        if (status.ref() != null) {
            body.put("refname", Refs.branch(status.ref()));
        }
        rest.call("Setting the build status of the commit " + commit + " of " + repository, () -> rest.post(url, body));
    }

    private static String state(BuildStatus.State state) {
        return switch (state) {
            case RUNNING -> "INPROGRESS";
            case PASSED -> "SUCCESSFUL";
            case FAILED -> "FAILED";
            case STOPPED -> "STOPPED";
        };
    }

    /** A report that is replaced keeps its annotations, so it is deleted first. */
    @Override
    public void putReport(RepositoryId repository, String commit, CodeReport report) {
        HttpUrl url = url(repository, "commit", Hashes.checkedFull(commit), "reports", report.key());
        HttpUrl annotations = BitbucketRest.below(url, "annotations");
        rest.call("Putting the report '" + report.key() + "' on the commit " + commit + " of " + repository, () -> {
            rest.deleteIfThere(url);
            rest.put(url, document(report));
            List<Map<String, Object>> notes = notes(report);
            for (int first = 0; first < notes.size(); first += NOTES_A_REQUEST) {
                rest.post(annotations, notes.subList(first, Math.min(notes.size(), first + NOTES_A_REQUEST)));
            }
            return null;
        });
    }

    private static Map<String, Object> document(CodeReport report) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("title", Shortened.to(MAX_TEXT, report.title()));
        body.put("details", Shortened.to(MAX_DETAILS, report.details()));
        body.put("external_id", report.key());
        body.put("report_type", "TEST");
        body.put("reporter", "Jenkins");
        body.put("result", result(report.result() == CodeReport.Result.PASSED));
        if (report.link() != null) {
            body.put("link", report.link());
        }
        body.put(
                "data",
                report.sentData(MAX_DATA).stream()
                        .map(datum -> Map.of(
                                "title",
                                Shortened.to(MAX_TEXT, datum.title()),
                                "type",
                                "TEXT",
                                "value",
                                Shortened.to(MAX_TEXT, datum.value())))
                        .toList());
        return body;
    }

    private static List<Map<String, Object>> notes(CodeReport report) {
        List<Map<String, Object>> notes = new ArrayList<>();
        for (CodeReport.Note note : report.sentNotes()) {
            notes.add(Map.of(
                    "external_id",
                    report.key() + "-" + notes.size(),
                    "annotation_type",
                    "BUG",
                    "summary",
                    Shortened.to(MAX_SUMMARY, note.message()),
                    "severity",
                    note.severity().name(),
                    "result",
                    result(false)));
        }
        return notes;
    }

    private static String result(boolean passed) {
        return passed ? "PASSED" : "FAILED";
    }

    @Override
    public void putComment(RepositoryId repository, long pullRequest, StickyComment comment) {
        rest.call("Commenting the pull request " + pullRequest + " of " + repository, () -> {
            new PullComments(repository, pullRequest).put(comment);
            return null;
        });
    }

    private final class PullComments implements Comments {

        private final RepositoryId repository;
        private final long id;

        PullComments(RepositoryId repository, long id) {
            this.repository = repository;
            this.id = id;
        }

        @Override
        public List<Found> ofSender(StickyComment wanted) throws IOException {
            List<Found> found = new ArrayList<>();
            boolean all = walk(pull(repository, id, "comments"), PAGE, MAX_PAGES, comment -> {
                String text = comment.path("content").path("raw").asText("");
                if (!comment.path("deleted").asBoolean(false)
                        && wanted.orderOf(text).isPresent()) {
                    found.add(new Found(comment.path("id").asLong(), null, text));
                }
                return true;
            });
            if (!all) {
                throw MlopsException.failed("The pull request " + id + " of " + repository
                        + " has too many comments to find out whether ours is among them");
            }
            return found;
        }

        @Override
        public void create(String text) throws IOException {
            rest.post(pull(repository, id, "comments"), content(text));
        }

        @Override
        public void update(Found found, String text) throws IOException {
            rest.put(pull(repository, id, "comments", String.valueOf(found.id())), content(text));
        }

        private static Map<String, Object> content(String text) {
            return Map.of("content", Map.of("raw", text));
        }
    }

    /** Whether all was seen: not, when the visitor ended it or there are more pages. The server says where the next one is. */
    private boolean walk(HttpUrl url, int size, int mostPages, Predicate<JsonNode> visitor) throws IOException {
        HttpUrl next = url.newBuilder()
                .addQueryParameter("pagelen", String.valueOf(size))
                .build();
        for (int page = 0; page < mostPages; page++) {
            JsonNode answer = rest.get(next);
            for (JsonNode value : answer.path("values")) {
                if (!visitor.test(value)) {
                    return false;
                }
            }
            String told = answer.path("next").asText("");
            if (told.isEmpty()) {
                return true;
            }
            next = HttpUrl.parse(told);
            if (next == null || !rest.isOurs(next)) {
                throw MlopsException.failed("Bitbucket says that the next page is at '" + told
                        + "', where its credentials are not sent: check its address");
            }
        }
        return false;
    }

    private HttpUrl url(RepositoryId repository, String... more) {
        return BitbucketRest.below(rest.url("repositories", repository.project(), repository.slug()), more);
    }

    private HttpUrl pull(RepositoryId repository, long id, String... more) {
        return BitbucketRest.below(url(repository, "pullrequests", String.valueOf(id)), more);
    }

    @Override
    public void close() {
        rest.close();
    }
}
