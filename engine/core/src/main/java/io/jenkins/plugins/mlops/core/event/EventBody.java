package io.jenkins.plugins.mlops.core.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.mlops.core.MlopsException;
import io.jenkins.plugins.mlops.core.document.Documents;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** What the bodies of all webhooks have in common. */
final class EventBody {

    /** ISO 8601, with the offset in any of its forms: Bitbucket Data Center writes {@code +0100}. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .appendPattern("[XXX][XX][X]")
            .toFormatter();

    private EventBody() {}

    /** @throws MlopsException of kind USAGE when it is no JSON object in UTF-8 */
    static JsonNode object(byte[] body) {
        JsonNode event = Documents.readJson(text(body), "The body", JsonNode.class);
        if (!event.isObject()) {
            throw MlopsException.usage("The body is no JSON object");
        }
        return event;
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw MlopsException.usage("The body is no UTF-8 text", e);
        }
    }

    /**
     * When it happened.
     *
     * @param key where the value stands, for errors
     * @throws MlopsException of kind USAGE when it is no time
     */
    static Instant time(JsonNode value, String key) {
        try {
            return Instant.from(TIME.parse(value.asText()));
        } catch (DateTimeException e) {
            throw wrong(key, "no time", e);
        }
    }

    static MlopsException wrong(String key, String wanted) {
        return wrong(key, wanted, null);
    }

    private static MlopsException wrong(String key, String wanted, Exception cause) {
        return MlopsException.usage("The body's " + key + " is " + wanted, cause);
    }
}
