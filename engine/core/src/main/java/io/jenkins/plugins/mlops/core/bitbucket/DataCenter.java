package io.jenkins.plugins.mlops.core.bitbucket;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import okhttp3.HttpUrl;

/**
 * Bitbucket Data Center: REST API 1.0 with the Code Insights API beside it. Comments have no list of their own but for those on a file, so
 * they are found among the activities of a pull request, the newest first.
 */
final class DataCenter implements Bitbucket {

    private static final String API_VERSION = "1.0";
    private static final int PAGE = 500;
    /** Pages of a list that are read, each of 500 entries where the server gives so many. */
    private static final int MAX_PAGES = 100;

    private static final int MAX_TEXT = 255;
    private static final int MAX_URL = 450;
    private static final int MAX_TITLE = 450;
    private static final int MAX_DETAILS = 2000;
    private static final int MAX_DATA = 6;

    private final BitbucketRest rest;

    DataCenter(BitbucketRest rest) {
        this.rest = rest;
    }

    @Override
    public Optional<String> version() {
        return Optional.of(rest.about(
                        rest.url("rest", "api", API_VERSION, "application-properties"),
                        "Bitbucket Data Center",
                        "version")
                .path("version")
                .asText());
    }

    @Override
    public void checkReadable(RepositoryId repository) {
        rest.call("Reading the repository " + repository, () -> rest.get(api(repository)));
    }

    @Override
    public Optional<String> fullHash(RepositoryId repository, String hash) {
        String asked = Hashes.checked(hash);
        return rest.call("Looking up the commit " + asked + " of " + repository, () -> {
            try {
                String id =
                        rest.get(api(repository, "commits", asked)).path("id").asText("");
                return Hashes.isFull(id) && id.startsWith(asked) ? Optional.of(id) : Optional.empty();
            } catch (BitbucketAnswer answer) {
                if (answer.isMissing() && answer.names("NoSuchCommitException")) {
                    return Optional.empty();
                }
                throw answer;
            }
        });
    }

    @Override
    public Optional<PullRequest> pullRequest(RepositoryId repository, long id) {
        return rest.call("Reading the pull request " + id + " of " + repository, () -> {
            try {
                JsonNode json = rest.get(pull(repository, id));
                return Optional.of(pullRequest(json, mergeCommit(repository, id, json)));
            } catch (BitbucketAnswer answer) {
                if (answer.isMissing() && answer.names("NoSuchPullRequestException")) {
                    return Optional.empty();
                }
                throw answer;
            }
        });
    }

    /** Not all versions say it of the pull request itself; the activity of the merge has it. */
    private String mergeCommit(RepositoryId repository, long id, JsonNode json) throws IOException {
        String told = json.path("properties").path("mergeCommit").path("id").asText("");
        if (Hashes.isFull(told)) {
            return told;
        }
        if (!json.path("state").asText().equals("MERGED")) {
            return null;
        }
        String[] found = new String[1];
        walk(pull(repository, id, "activities"), MAX_PAGES, activity -> {
            if (activity.path("action").asText().equals("MERGED")) {
                found[0] = activity.path("commit").path("id").asText(null);
                return false;
            }
            return true;
        });
        return found[0] != null && Hashes.isFull(found[0]) ? found[0] : null;
    }

    private static PullRequest pullRequest(JsonNode json, String mergeCommit) {
        return new PullRequest(
                json.path("id").asLong(),
                json.path("title").asText(""),
                json.path("state").asText(""),
                Refs.branch(json.path("fromRef").path("id").asText("")),
                json.path("fromRef").path("latestCommit").asText(""),
                Refs.branch(json.path("toRef").path("id").asText("")),
                mergeCommit,
                user(json.path("author")),
                StreamSupport.stream(json.path("reviewers").spliterator(), false)
                        .map(DataCenter::user)
                        .toList(),
                json.path("links").path("self").path(0).path("href").asText(""));
    }

    private static BitbucketUser user(JsonNode participant) {
        JsonNode user = participant.path("user");
        String name = user.path("name").asText("");
        return new BitbucketUser(
                name,
                user.path("displayName").asText(name),
                participant.path("approved").asBoolean(false));
    }

    @Override
    public ChangedFiles commitFiles(RepositoryId repository, String commit, int most) {
        HttpUrl url = api(repository, "commits", Hashes.checkedFull(commit), "changes");
        return rest.call(
                "Reading what the commit " + commit + " of " + repository + " changes", () -> files(url, most));
    }

    @Override
    public ChangedFiles pullRequestFiles(RepositoryId repository, long id, int most) {
        HttpUrl url = pull(repository, id, "changes");
        return rest.call(
                "Reading what the pull request " + id + " of " + repository + " changes", () -> files(url, most));
    }

    private ChangedFiles files(HttpUrl url, int most) throws IOException {
        Set<String> paths = new LinkedHashSet<>();
        boolean all = walk(url, MAX_PAGES, change -> {
            for (String field : List.of("path", "srcPath")) {
                String path = change.path(field).path("toString").asText("");
                if (!path.isEmpty()) {
                    paths.add(path);
                }
            }
            return paths.size() <= most;
        });
        return new ChangedFiles(paths.stream().limit(most).toList(), all && paths.size() <= most);
    }

    /** Versions before 7.4 have no builds of a repository, but statuses of a commit wherever it is. */
    @Override
    public void setBuildStatus(RepositoryId repository, String commit, BuildStatus status) {
        String sha = Hashes.checkedFull(commit);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("key", status.key());
        body.put("state", state(status.state()));
        body.put("name", Shortened.to(MAX_TEXT, status.name()));
        body.put("url", url(status.url()));
        body.put("description", Shortened.to(MAX_TEXT, status.description()));
        rest.call("Setting the build status of the commit " + sha + " of " + repository, () -> {
            try {
                Map<String, Object> build = new LinkedHashMap<>(body);
                if (status.parent() != null) {
                    build.put("parent", Shortened.to(MAX_TEXT, status.parent()));
                }
                if (status.ref() != null) {
                    build.put("ref", status.ref());
                }
                return rest.post(api(repository, "commits", sha, "builds"), build);
            } catch (BitbucketAnswer answer) {
                if (!answer.isMissing() || answer.isExplained()) {
                    throw answer;
                }
                return rest.post(rest.url("rest", "build-status", API_VERSION, "commits", sha), body);
            }
        });
    }

    private static String state(BuildStatus.State state) {
        return switch (state) {
            case RUNNING -> "INPROGRESS";
            case PASSED -> "SUCCESSFUL";
            // CANCELLED is not in all versions, and what was stopped has not passed.
            case FAILED, STOPPED -> "FAILED";
        };
    }

    private static String url(String url) {
        if (url.length() > MAX_URL) {
            throw MlopsException.usage("The address " + url + " is longer than the " + MAX_URL
                    + " characters that Bitbucket Data Center takes of a link: give the job a shorter name");
        }
        return url;
    }

    @Override
    public void putReport(RepositoryId repository, String commit, CodeReport report) {
        HttpUrl url = rest.url(
                "rest",
                "insights",
                "latest",
                "projects",
                repository.project(),
                "repos",
                repository.slug(),
                "commits",
                Hashes.checkedFull(commit),
                "reports",
                report.key());
        HttpUrl annotations = BitbucketRest.below(url, "annotations");
        rest.call("Putting the report '" + report.key() + "' on the commit " + commit + " of " + repository, () -> {
            rest.put(url, document(report));
            rest.deleteIfThere(annotations);
            return report.notes().isEmpty()
                    ? null
                    : rest.post(
                            annotations,
                            Map.of(
                                    "annotations",
                                    report.sentNotes().stream()
                                            .map(note -> Map.of(
                                                    "message",
                                                    Shortened.to(MAX_DETAILS, note.message()),
                                                    "severity",
                                                    note.severity().name()))
                                            .toList()));
        });
    }

    private static Map<String, Object> document(CodeReport report) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("title", Shortened.to(MAX_TITLE, report.title()));
        body.put("details", Shortened.to(MAX_DETAILS, report.details()));
        body.put("result", report.result() == CodeReport.Result.PASSED ? "PASS" : "FAIL");
        body.put("reporter", "Jenkins");
        if (report.link() != null) {
            body.put("link", url(report.link()));
        }
        body.put(
                "data",
                report.sentData(MAX_DATA).stream()
                        .map(datum -> Map.of(
                                "title",
                                Shortened.to(MAX_TITLE, datum.title()),
                                "type",
                                "TEXT",
                                "value",
                                Shortened.to(MAX_TEXT, datum.value())))
                        .toList());
        return body;
    }

    @Override
    public void putComment(RepositoryId repository, long pullRequest, StickyComment comment) {
        rest.call("Commenting the pull request " + pullRequest + " of " + repository, () -> {
            new ActivityComments(repository, pullRequest).put(comment);
            return null;
        });
    }

    private final class ActivityComments implements Comments {

        private final RepositoryId repository;
        private final long id;

        ActivityComments(RepositoryId repository, long id) {
            this.repository = repository;
            this.id = id;
        }

        @Override
        public List<Found> ofSender(StickyComment wanted) throws IOException {
            Map<Long, Found> found = new LinkedHashMap<>();
            boolean all = walk(pull(repository, id, "activities"), MAX_PAGES, activity -> {
                JsonNode comment = activity.path("comment");
                String text = comment.path("text").asText("");
                if (activity.path("commentAction").asText().equals("ADDED")
                        && wanted.orderOf(text).isPresent()) {
                    long number = comment.path("id").asLong();
                    found.put(number, new Found(number, comment.path("version").asInt(), text));
                }
                return true;
            });
            if (!all) {
                throw MlopsException.failed("The pull request " + id + " of " + repository
                        + " has too many activities to find out whether our comment is among them");
            }
            List<Found> oldestFirst = new ArrayList<>(found.values());
            Collections.reverse(oldestFirst);
            return oldestFirst;
        }

        @Override
        public void create(String text) throws IOException {
            rest.post(pull(repository, id, "comments"), Map.of("text", text));
        }

        @Override
        public void update(Found found, String text) throws IOException {
            rest.put(
                    pull(repository, id, "comments", String.valueOf(found.id())),
                    Map.of("text", text, "version", found.version()));
        }
    }

    /** Whether all was seen: not, when the visitor ended it or there are more pages. */
    private boolean walk(HttpUrl url, int mostPages, Predicate<JsonNode> visitor) throws IOException {
        long start = 0;
        for (int page = 0; page < mostPages; page++) {
            JsonNode answer = rest.get(url.newBuilder()
                    .addQueryParameter("start", String.valueOf(start))
                    .addQueryParameter("limit", String.valueOf(PAGE))
                    .build());
            for (JsonNode value : answer.path("values")) {
                if (!visitor.test(value)) {
                    return false;
                }
            }
            if (answer.path("isLastPage").asBoolean(true)) {
                return true;
            }
            start = answer.path("nextPageStart").asLong(start + PAGE);
        }
        return false;
    }

    private HttpUrl api(RepositoryId repository, String... more) {
        return BitbucketRest.below(
                rest.url("rest", "api", API_VERSION, "projects", repository.project(), "repos", repository.slug()),
                more);
    }

    private HttpUrl pull(RepositoryId repository, long id, String... more) {
        return BitbucketRest.below(api(repository, "pull-requests", String.valueOf(id)), more);
    }

    @Override
    public void close() {
        rest.close();
    }
}
