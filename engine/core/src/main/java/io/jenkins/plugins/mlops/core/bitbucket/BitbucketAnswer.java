package io.jenkins.plugins.mlops.core.bitbucket;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import io.jenkins.plugins.mlops.core.document.PrintableText;
import io.jenkins.plugins.mlops.core.http.NetworkFailure;
import java.io.IOException;

/** An answer other than success, which another try would meet again. */
final class BitbucketAnswer extends IOException {

    private final int status;
    private final String exception;

    private BitbucketAnswer(int status, String exception, String message) {
        super(message);
        this.status = status;
        this.exception = exception;
    }

    /** Reads the error document of either product; of a page of anything before it, nothing. */
    static BitbucketAnswer of(int status, String body) {
        try {
            JsonNode json = Documents.json().readTree(body);
            JsonNode first = json.path("errors").path(0);
            if (!first.isMissingNode()) {
                return new BitbucketAnswer(
                        status,
                        first.path("exceptionName").asText(""),
                        first.path("message").asText(""));
            }
            JsonNode error = json.path("error");
            String message = error.path("message").asText("");
            String detail = error.path("detail").asText("");
            return new BitbucketAnswer(status, "", message + (detail.isEmpty() ? "" : ": " + detail));
        } catch (IOException noJson) {
            return new BitbucketAnswer(status, "", "");
        }
    }

    int status() {
        return status;
    }

    boolean isMissing() {
        return status == 404;
    }

    /** Whether another writer came in between, which passes. */
    boolean isConflict() {
        return status == 409;
    }

    /** Whether Data Center says that what was asked about is not there, and not that it has no such address. */
    boolean names(String simpleName) {
        return exception.endsWith("." + simpleName);
    }

    /** Whether it is an answer of the product's API at all: an address that it does not have is answered without an exception. */
    boolean isExplained() {
        return !exception.isEmpty();
    }

    /** "HTTP 404 (Repository PRJ/x does not exist.)", for a sentence. */
    String phrase() {
        String told = PrintableText.of(NetworkFailure.oneLine(getMessage())).replaceFirst("\\.$", "");
        return "HTTP " + status + (told.isEmpty() ? "" : " (" + told + ")");
    }
}
