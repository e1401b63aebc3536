package io.jenkins.plugins.mlops.core.document;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.io.IOException;

/** Finds where in a document a key, or the value at a path, stands. */
final class PathLocation {

    private PathLocation() {}

    /** The place of the unknown key, or of the value that was refused; null when the error has no path, or it leads nowhere. */
    static JsonLocation find(JsonParser parser, JsonMappingException e) throws IOException {
        parser.nextToken();
        JsonLocation key = null;
        for (Reference step : e.getPath()) {
            key = step.getFieldName() == null
                    ? enterElement(parser, step.getIndex())
                    : enterField(parser, step.getFieldName());
            if (key == null) {
                return null;
            }
        }
        return key == null || e instanceof UnrecognizedPropertyException ? key : parser.currentTokenLocation();
    }

    /** Goes to the field's value; returns where its name stands, null when there is none. */
    private static JsonLocation enterField(JsonParser parser, String name) throws IOException {
        if (!parser.hasToken(JsonToken.START_OBJECT)) {
            return null;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            JsonLocation at = parser.currentTokenLocation();
            boolean found = name.equals(parser.currentName());
            parser.nextToken();
            if (found) {
                return at;
            }
            parser.skipChildren();
        }
        return null;
    }

    private static JsonLocation enterElement(JsonParser parser, int index) throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            return null;
        }
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (i == index) {
                return parser.currentTokenLocation();
            }
            parser.skipChildren();
        }
        return null;
    }
}
