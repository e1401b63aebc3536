package io.jenkins.plugins.mlops.core.image;

import com.fasterxml.jackson.annotation.JsonValue;
import io.jenkins.plugins.mlops.core.MlopsException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What an image runs on: {@code os/architecture[/variant]} with Go's names, as in OCI's image index. The variants that containerd takes
 * for granted are left out: {@code linux/arm64/v8} is {@code linux/arm64}, and {@code linux/arm} is {@code linux/arm/v7}.
 *
 * @param variant "" for none
 */
public record Platform(String os, String architecture, String variant) {

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Map<String, String> ARCHITECTURES =
            Map.of("x86_64", "amd64", "aarch64", "arm64", "i386", "386");

    public Platform {
        architecture = ARCHITECTURES.getOrDefault(architecture, architecture);
        variant = variant == null || architecture.equals("arm64") && variant.equals("v8") ? "" : variant;
        if (architecture.equals("arm") && variant.isEmpty()) {
            variant = "v7";
        }
    }

    /** @throws MlopsException of kind USAGE when the text has another form */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        boolean valid = parts.length == 2 || parts.length == 3;
        for (String part : parts) {
            valid &= PART.matcher(part).matches();
        }
        if (!valid) {
            throw MlopsException.usage(
                    "'" + text + "' is no platform: os/architecture[/variant] is wanted, such as linux/amd64");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    /** Whether an image for this runs where the other is asked for; one asked for without a variant takes any. */
    boolean satisfies(Platform asked) {
        return os.equals(asked.os)
                && architecture.equals(asked.architecture)
                && (asked.variant.isEmpty() || asked.variant.equals(variant));
    }

    @Override
    @JsonValue
    public String toString() {
        return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
    }
}
