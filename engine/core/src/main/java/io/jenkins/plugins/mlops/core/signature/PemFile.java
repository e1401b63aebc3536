package io.jenkins.plugins.mlops.core.signature;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The blocks of a file in PEM (RFC 7468); text around them is skipped. */
record PemFile(Path file, List<Block> blocks) {

    static final String PRIVATE = "PRIVATE KEY";
    static final String PUBLIC = "PUBLIC KEY";

    /** More than this holds no keys. */
    private static final long MAX_BYTES = 1024 * 1024;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----([^-]*)-----END ([A-Z0-9 ]{1,64})-----");

    /** @param label such as PUBLIC KEY */
    record Block(String label, byte[] der) {}

    /** @throws MlopsException of kind USAGE when it is absent or unreadable; the sentence holds nothing of its content */
    static PemFile read(Path file) {
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw MlopsException.usage("The file " + file + " holds no key: it is larger than any");
            }
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw MlopsException.usage("The key " + file + " does not exist", e);
        } catch (IOException e) {
            throw MlopsException.usage("The key " + file + " cannot be read: " + e, e);
        }
        return parse(text, file);
    }

    /** @param file what an error calls it */
    static PemFile parse(String text, Path file) {
        List<Block> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(text);
        while (found.find()) {
            if (!found.group(1).equals(found.group(3))) {
                throw MlopsException.usage(
                        "The key " + file + " is damaged: BEGIN " + found.group(1) + " ends as " + found.group(3));
            }
            try {
                blocks.add(new Block(
                        found.group(1),
                        Base64.getDecoder().decode(found.group(2).replaceAll("\\s", ""))));
            } catch (IllegalArgumentException e) {
                throw MlopsException.usage("The key " + file + " is damaged: its " + found.group(1) + " is no base64");
            }
        }
        return new PemFile(file, List.copyOf(blocks));
    }

    List<Block> of(String label) {
        return blocks.stream().filter(block -> block.label().equals(label)).toList();
    }
}
