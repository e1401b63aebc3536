package io.jenkins.plugins.mlops.core.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/** An error that the server answered, which another try would meet again. */
final class MlflowErrorAnswer extends IOException {

    private static final String PAGE = "a web page, no answer of MLflow";
    private static final int MAX_MESSAGE = 300;
    private static final Pattern DATABASE_TEXT = Pattern.compile("(?i)sqlite3\\.|sqlalchemy|psycopg|\\[SQL:|pymysql");
    private static final Pattern CONSTRAINT =
            Pattern.compile("(?i)IntegrityError|UNIQUE constraint|database is locked");

    private final int status;
    private final String code;
    private final boolean passing;

    private MlflowErrorAnswer(int status, String code, String message, boolean passing) {
        super(message);
        this.status = status;
        this.code = code;
        this.passing = passing;
    }

    /** Reads an error body: MLflow's JSON, or the plain text or page of its authentication or of a proxy before it. */
    static MlflowErrorAnswer of(int status, String body) {
        String code = "";
        String message = body == null ? "" : body;
        try {
            JsonNode json = Documents.json().readTree(message);
            if (json != null && json.isObject()) {
                code = json.path("error_code").asText("");
                message = json.path("message").asText("");
            }
        } catch (JsonProcessingException e) {
            message = message.stripLeading().startsWith("<") ? PAGE : message;
        }
        // Two writers that meet in the database get its words as a 400; MLflow means "try again".
        boolean passing = status >= 500
                || status == 429
                || status == 408
                || CONSTRAINT.matcher(message).find();
        return new MlflowErrorAnswer(status, code, forPeople(message), passing);
    }

    private static String forPeople(String message) {
        if (DATABASE_TEXT.matcher(message).find()) {
            return "its database refused the change";
        }
        String line = message.lines()
                .findFirst()
                .orElse("")
                .replaceAll("\\p{Cntrl}", " ")
                .trim();
        return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "..." : line;
    }

    int status() {
        return status;
    }

    /** Whether it is markup, which MLflow's interface never answers. */
    boolean isPage() {
        return PAGE.equals(getMessage());
    }

    /** Whether a later try may succeed. */
    boolean isPassing() {
        return passing;
    }

    /** MLflow's own word that a thing does not exist; a bare 404 comes from something that is no MLflow. */
    boolean isMissing() {
        return code.equals("RESOURCE_DOES_NOT_EXIST");
    }

    /** An alias that is not set is answered with 400. */
    boolean isMissingAlias() {
        return isMissing()
                || code.equals("INVALID_PARAMETER_VALUE")
                        && getMessage().toLowerCase(Locale.ROOT).contains("alias")
                        && getMessage().toLowerCase(Locale.ROOT).contains("not found");
    }

    boolean isTaken() {
        return code.equals("RESOURCE_ALREADY_EXISTS");
    }

    /** Status, code and message, as one phrase. */
    String phrase() {
        return status + (code.isEmpty() ? "" : " " + code) + (getMessage().isEmpty() ? "" : ": " + getMessage());
    }
}
