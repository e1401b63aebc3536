package io.jenkins.plugins.mlops.core.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Spoils a JSON text in the ways in which such texts are spoiled: bytes, lengths, values of other types, keys. */
public final class Mutation {

    private static final String[] VALUES = {
        "null",
        "{}",
        "[]",
        "-1",
        "1e999",
        "9".repeat(60),
        "true",
        "\"\"",
        "\"\\u0000\"",
        "\"../..\"",
        "\"<b>\"",
        "\"${jndi:x}\""
    };

    private Mutation() {}

    public static byte[] of(byte[] body, Random random) {
        String text = new String(body, StandardCharsets.UTF_8);
        return switch (random.nextInt(6)) {
            case 0 -> flipped(body, random);
            case 1 -> Arrays.copyOf(body, random.nextInt(body.length + 1));
            case 2 -> inserted(body, random);
            case 3 -> value(text, random).getBytes(StandardCharsets.UTF_8);
            case 4 -> key(text, random).getBytes(StandardCharsets.UTF_8);
            default -> flipped(value(text, random).getBytes(StandardCharsets.UTF_8), random);
        };
    }

    private static byte[] flipped(byte[] body, Random random) {
        byte[] changed = body.length == 0 ? new byte[1] : body.clone();
        for (int n = random.nextInt(4); n >= 0; n--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private static byte[] inserted(byte[] body, Random random) {
        int at = random.nextInt(body.length + 1);
        byte[] changed = Arrays.copyOf(body, body.length + 1);
        System.arraycopy(body, at, changed, at + 1, body.length - at);
        changed[at] = (byte) random.nextInt(128);
        return changed;
    }

    /** Another value in the place of that after some colon. */
    private static String value(String text, Random random) {
        int colon = text.indexOf(": ", random.nextInt(text.length() + 1));
        int end = colon < 0 ? -1 : text.indexOf('\n', colon);
        if (end < 0) {
            return text;
        }
        String comma = text.charAt(end - 1) == ',' ? "," : "";
        return text.substring(0, colon + 2) + VALUES[random.nextInt(VALUES.length)] + comma + text.substring(end);
    }

    private static String key(String text, Random random) {
        int quote = text.indexOf("\": ", random.nextInt(text.length() + 1));
        return quote < 0 ? text : text.substring(0, quote) + "x" + text.substring(quote);
    }
}
