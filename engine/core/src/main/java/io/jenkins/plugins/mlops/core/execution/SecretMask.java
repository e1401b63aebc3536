package io.jenkins.plugins.mlops.core.execution;

import io.jenkins.plugins.mlops.core.cluster.LogPart;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Hides the values of secret variables in what pods print, before it is kept anywhere. Immutable. */
final class SecretMask {

    private static final String MASK = "****";

    /** What is shorter stands in too many lines that have nothing to do with it, and is no secret. */
    private static final int SHORTEST = 6;

    private final List<String> values;

    SecretMask(Collection<String> secrets) {
        // A secret may hold another one.
        values = secrets.stream()
                .flatMap(String::lines)
                .filter(secret -> secret.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    LogPart mask(LogPart part) {
        return new LogPart(mask(part.lines()), part.more(), part.open());
    }

    List<LogPart.Line> mask(List<LogPart.Line> lines) {
        return values.isEmpty()
                ? lines
                : lines.stream()
                        .map(line -> new LogPart.Line(line.at(), mask(line.text())))
                        .toList();
    }

    private String mask(String text) {
        String masked = text;
        for (String value : values) {
            masked = masked.replace(value, MASK);
        }
        return masked;
    }
}
