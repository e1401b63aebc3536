package io.jenkins.plugins.mlops.core.http;

import java.io.InputStream;
import java.util.Map;

/**
 * An answer to a GET that says how long it is, or one without success, of which the body's beginning was read.
 *
 * @param status 200, 206, or from 300 on
 * @param headers by names in small letters
 * @param length of the body, bytes
 * @param body to be closed; a read fails with an IOException when the connection breaks before the length is reached
 */
public record DirectAnswer(int status, Map<String, String> headers, long length, InputStream body) {
    public DirectAnswer {
        headers = Map.copyOf(headers);
    }
}
