package io.jenkins.plugins.mlops.security;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Looks for planted secrets wherever they might have been written: as they are, in UTF-16, in Base64 at each of its three alignments, in a
 * URL; and inside of zip and gzip files. What Jenkins keeps encrypted is not found, as it should be.
 */
public final class SecretSearch {

    /** Jars, plugins and tools hold nothing of a build. */
    private static final List<String> NO_DATA = List.of("plugins", "war", "cache/jars");

    private final Map<String, List<byte[]>> forms = new LinkedHashMap<>();

    /** @param secrets by what they are called in a failure's message; long enough not to be found by chance */
    public SecretSearch(Map<String, String> secrets) {
        secrets.forEach((name, secret) -> forms.put(name, forms(secret)));
    }

    private static List<byte[]> forms(String secret) {
        if (secret.length() < 8) {
            throw new IllegalArgumentException("a planted secret is longer");
        }
        List<byte[]> forms = new ArrayList<>();
        forms.add(secret.getBytes(StandardCharsets.UTF_8));
        forms.add(secret.getBytes(StandardCharsets.UTF_16LE));
        forms.add(secret.getBytes(StandardCharsets.UTF_16BE));
        forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8).getBytes(StandardCharsets.US_ASCII));
        for (int shift = 0; shift < 3; shift++) {
            String encoded = Base64.getEncoder()
                    .withoutPadding()
                    .encodeToString((" ".repeat(shift) + secret).getBytes(StandardCharsets.UTF_8));
            // The first and last characters depend on the neighbours too.
            forms.add(encoded.substring(shift == 0 ? 0 : shift + 1, encoded.length() - 2)
                    .getBytes(StandardCharsets.US_ASCII));
        }
        return forms;
    }

    /** The names of all that a text holds. */
    public List<String> in(String text) {
        return in(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #in(String)}. */
    public List<String> in(byte[] bytes) {
        List<String> found = new ArrayList<>();
        forms.forEach((name, each) -> {
            if (each.stream().anyMatch(form -> contains(bytes, form))) {
                found.add(name);
            }
        });
        if (found.isEmpty()) {
            for (byte[] inner : unpacked(bytes)) {
                in(inner).forEach(name -> found.add(name + " (packed)"));
            }
        }
        return found;
    }

    /** "name: file" for each file of a directory and below that holds one; names of files are looked at too. */
    public List<String> below(Path directory) throws IOException {
        List<String> found = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
                return NO_DATA.stream()
                                .anyMatch(name -> directory.relativize(each).equals(Path.of(name)))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                in(file.toString()).forEach(name -> found.add(name + ": the name of " + file));
                if (attributes.isRegularFile()) {
                    byte[] bytes = Files.readAllBytes(file);
                    in(bytes).forEach(name -> found.add(name + ": " + file + before(bytes, name)));
                }
                return FileVisitResult.CONTINUE;
            }

            /** Builds write while we look. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    /** What stands before a secret, to find out who has written it. */
    private String before(byte[] bytes, String name) {
        for (byte[] form : forms.getOrDefault(name, List.of())) {
            int at = indexOf(bytes, form);
            if (at >= 0) {
                int from = Math.max(0, at - 300);
                return " after "
                        + new String(bytes, from, at - from, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]+", " ");
            }
        }
        return "";
    }

    private static List<byte[]> unpacked(byte[] bytes) {
        List<byte[]> inner = new ArrayList<>();
        try {
            if (bytes.length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b) {
                inner.add(read(new GZIPInputStream(new ByteArrayInputStream(bytes))));
            } else if (bytes.length > 4 && bytes[0] == 'P' && bytes[1] == 'K') {
                ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes));
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    inner.add(entry.getName().getBytes(StandardCharsets.UTF_8));
                    inner.add(read(zip));
                }
            }
        } catch (IOException e) {
            // Half a file: what could be read was looked at.
            return inner;
        }
        return inner;
    }

    private static byte[] read(InputStream stream) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            stream.transferTo(bytes);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return bytes.toByteArray();
    }

    private static boolean contains(byte[] bytes, byte[] form) {
        return indexOf(bytes, form) >= 0;
    }

    private static int indexOf(byte[] bytes, byte[] form) {
        outer:
        for (int at = 0; at <= bytes.length - form.length; at++) {
            for (int i = 0; i < form.length; i++) {
                if (bytes[at + i] != form[i]) {
                    continue outer;
                }
            }
            return at;
        }
        return -1;
    }
}
