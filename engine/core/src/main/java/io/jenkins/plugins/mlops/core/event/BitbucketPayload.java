package io.jenkins.plugins.mlops.core.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.bitbucket.BitbucketKind;
import io.jenkins.plugins.mlops.core.bitbucket.RepositoryId;
import io.jenkins.plugins.mlops.core.source.RemoteUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads what the webhooks of both products send, as of Data Center 5.4 to 10 and of Cloud's API 2.0. What a merge cannot be built
 * without must be there and be what it should; a payload that says more is read, and what is only shown is cut short where it is
 * too long. The body is bounded by the caller, its depth by {@link io.jenkins.plugins.mlops.core.document.Documents}.
 */
public final class BitbucketPayload {

    /** A test of the connection, which is signed by no product in no version that could be relied on. */
    public static final String PING = "diagnostics:ping";

    private static final String MERGED = "pr:merged";
    private static final String FULFILLED = "pullrequest:fulfilled";

    /** What may be selected beside, and is no merge: commits that arrive by a push are the branch source's. */
    private static final Set<String> PUSHES = Set.of("repo:refs_changed", "repo:push");

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,64}");
    private static final String HEADS = "refs/heads/";

    /** More reviewers or remotes than these are not told. */
    private static final int MAX_LISTED = 50;

    /** Longer texts are cut: in characters. */
    private static final int MAX_TEXT = 500;

    /** Git itself allows no longer name of a ref than a file system does. */
    private static final int MAX_BRANCH = 255;

    private BitbucketPayload() {}

    /**
     * The merge that an event tells of; empty for an event that is known and none.
     *
     * @param key what the header {@code X-Event-Key} says
     * @throws MlopsException of kind USAGE when the event is none of those, or the body is not what that event has
     */
    public static Optional<MergeEvent> read(String key, byte[] body) {
        if (!MERGED.equals(key) && !FULFILLED.equals(key) && !PUSHES.contains(key)) {
            throw MlopsException.usage("Only " + MERGED + " (Data Center) and " + FULFILLED
                    + " (Cloud) are acted upon: choose the event 'Pull request merged' in the webhook");
        }
        JsonNode event = EventBody.object(body);
        if (PUSHES.contains(key)) {
            return Optional.empty();
        }
        return Optional.of(MERGED.equals(key) ? dataCenter(event) : cloud(event));
    }

    private static MergeEvent dataCenter(JsonNode event) {
        JsonNode request = merged(event.path("pullRequest"), "pullRequest");
        JsonNode source = request.path("fromRef");
        JsonNode target = request.path("toRef");
        JsonNode repository = target.path("repository");
        List<String> reviewers = new ArrayList<>();
        for (JsonNode reviewer : request.path("reviewers")) {
            reviewers.add(person(reviewer.path("user")));
        }
        List<String> remotes = new ArrayList<>();
        for (JsonNode clone : repository.path("links").path("clone")) {
            remotes.add(clone.path("href").asText());
        }
        return new MergeEvent(
                BitbucketKind.DATA_CENTER,
                new RepositoryId(
                        required(repository.path("project").path("key"), "pullRequest.toRef.repository.project.key"),
                        required(repository.path("slug"), "pullRequest.toRef.repository.slug")),
                id(request, "pullRequest.id"),
                shown(request.path("title")),
                shown(source.path("displayId")),
                commit(source.path("latestCommit"), "pullRequest.fromRef.latestCommit"),
                branch(target.path("id"), "pullRequest.toRef.id"),
                commit(
                        request.path("properties").path("mergeCommit").path("id"),
                        "pullRequest.properties.mergeCommit.id"),
                person(request.path("author").path("user")),
                listed(reviewers),
                link(request.path("links").path("self").path(0).path("href")),
                remotes(remotes),
                EventBody.time(event.path("date"), "date").toString());
    }

    private static MergeEvent cloud(JsonNode event) {
        JsonNode request = merged(event.path("pullrequest"), "pullrequest");
        JsonNode source = request.path("source");
        JsonNode target = request.path("destination");
        String name =
                required(target.path("repository").path("full_name"), "pullrequest.destination.repository.full_name");
        List<String> reviewers = new ArrayList<>();
        for (JsonNode reviewer : request.path("reviewers")) {
            reviewers.add(person(reviewer));
        }
        String page = target.path("repository")
                .path("links")
                .path("html")
                .path("href")
                .asText();
        return new MergeEvent(
                BitbucketKind.CLOUD,
                RepositoryId.parse(name),
                id(request, "pullrequest.id"),
                shown(request.path("title")),
                shown(source.path("branch").path("name")),
                commit(source.path("commit").path("hash"), "pullrequest.source.commit.hash"),
                branch(target.path("branch").path("name"), "pullrequest.destination.branch.name"),
                commit(request.path("merge_commit").path("hash"), "pullrequest.merge_commit.hash"),
                person(request.path("author")),
                listed(reviewers),
                link(request.path("links").path("html").path("href")),
                remotes(List.of(page, page.replaceFirst("^https://([^/]+)/", "git@$1:"))),
                EventBody.time(request.path("updated_on"), "pullrequest.updated_on")
                        .toString());
    }

    private static JsonNode merged(JsonNode request, String key) {
        if (!request.isObject()) {
            throw EventBody.wrong(key, "missing");
        }
        if (!request.path("state").asText().equals("MERGED")) {
            throw EventBody.wrong(key + ".state", "not MERGED");
        }
        return request;
    }

    private static long id(JsonNode request, String key) {
        JsonNode id = request.path("id");
        if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() < 1) {
            throw EventBody.wrong(key, "no number of a pull request");
        }
        return id.longValue();
    }

    private static String required(JsonNode value, String key) {
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw EventBody.wrong(key, "missing");
        }
        return value.textValue();
    }

    private static String branch(JsonNode value, String key) {
        String name = required(value, key);
        String branch = name.startsWith(HEADS) ? name.substring(HEADS.length()) : name;
        if (branch.isEmpty() || branch.length() > MAX_BRANCH || branch.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw EventBody.wrong(key, "no branch");
        }
        return branch;
    }

    /** "" for an absent one: both products leave it out for some kinds of merges. */
    private static String commit(JsonNode value, String key) {
        if (value.isMissingNode()
                || value.isNull()
                || value.isTextual() && value.textValue().isEmpty()) {
            return "";
        }
        if (!value.isTextual() || !COMMIT.matcher(value.textValue()).matches()) {
            throw EventBody.wrong(key, "no hash of a commit");
        }
        return value.textValue();
    }

    private static String person(JsonNode user) {
        for (String key : List.of("displayName", "display_name", "nickname", "name")) {
            if (user.path(key).isTextual()) {
                return shown(user.path(key));
            }
        }
        return "";
    }

    private static List<String> listed(List<String> names) {
        return names.stream().filter(name -> !name.isBlank()).limit(MAX_LISTED).toList();
    }

    private static List<String> remotes(List<String> addresses) {
        return listed(addresses).stream()
                .filter(address -> address.length() <= MAX_TEXT)
                .map(RemoteUrl::withoutSecrets)
                .toList();
    }

    private static String shown(JsonNode value) {
        String text = value.isTextual()
                ? value.textValue().replaceAll("\\p{Cntrl}+", " ").trim()
                : "";
        return text.length() <= MAX_TEXT ? text : text.substring(0, text.offsetByCodePoints(0, MAX_TEXT / 2)) + "...";
    }

    /** Nothing that a browser would run. */
    private static String link(JsonNode value) {
        String address = value.isTextual() ? value.textValue() : "";
        return address.length() <= MAX_TEXT && address.matches("https?://[^\\s\"'<>\\\\]+") ? address : "";
    }
}
