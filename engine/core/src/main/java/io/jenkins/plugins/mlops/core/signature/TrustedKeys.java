package io.jenkins.plugins.mlops.core.signature;

import io.jenkins.plugins.mlops.core.MlopsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The public keys whose signatures are believed. Immutable and thread-safe. */
public final class TrustedKeys {

    private static final TrustedKeys NONE = new TrustedKeys(Map.of());

    private final Map<String, VerificationKey> byId;

    private TrustedKeys(Map<String, VerificationKey> byId) {
        this.byId = byId;
    }

    /** Nobody's signature is believed. */
    public static TrustedKeys none() {
        return NONE;
    }

    public static TrustedKeys of(Collection<VerificationKey> keys) {
        Map<String, VerificationKey> byId = new LinkedHashMap<>();
        keys.forEach(key -> byId.putIfAbsent(key.id(), key));
        return new TrustedKeys(byId);
    }

    /**
     * The keys in a PEM file, or in the files {@code *.pem} and {@code *.pub} of a directory. A file may hold several.
     *
     * @throws MlopsException of kind USAGE when there is no key, one of another algorithm, or a private key, which must not lie where
     *     public keys are handed out
     */
    public static TrustedKeys read(Path fileOrDirectory) {
        Map<String, VerificationKey> byId = new LinkedHashMap<>();
        files(fileOrDirectory).stream().map(PemFile::read).forEach(pem -> add(pem, byId));
        return new TrustedKeys(byId);
    }

    /**
     * The keys in a text in PEM.
     *
     * @param name what errors call the text
     * @throws MlopsException as {@link #read}; the sentence holds nothing of the text
     */
    public static TrustedKeys parse(String text, String name) {
        Map<String, VerificationKey> byId = new LinkedHashMap<>();
        add(PemFile.parse(text, Path.of(name)), byId);
        return new TrustedKeys(byId);
    }

    private static void add(PemFile pem, Map<String, VerificationKey> byId) {
        if (pem.blocks().stream().anyMatch(block -> block.label().endsWith(PemFile.PRIVATE))) {
            throw MlopsException.usage("The trusted key " + pem.file()
                    + " is a private key: put the public one there, 'openssl pkey -in KEY -pubout'");
        }
        List<PemFile.Block> keys = pem.of(PemFile.PUBLIC);
        if (keys.isEmpty()) {
            throw MlopsException.usage("The trusted key " + pem.file() + " holds no 'BEGIN PUBLIC KEY'");
        }
        for (PemFile.Block block : keys) {
            VerificationKey key =
                    VerificationKey.of(block.der(), String.valueOf(pem.file().getFileName()));
            byId.putIfAbsent(key.id(), key);
        }
    }

    private static List<Path> files(Path fileOrDirectory) {
        if (!Files.isDirectory(fileOrDirectory)) {
            return List.of(fileOrDirectory);
        }
        try (Stream<Path> entries = Files.list(fileOrDirectory)) {
            List<Path> files = entries.filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return name.endsWith(".pem") || name.endsWith(".pub");
                    })
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                throw MlopsException.usage("The directory of trusted keys " + fileOrDirectory
                        + " has no file *.pem or *.pub: put the public keys there");
            }
            return files;
        } catch (IOException e) {
            throw MlopsException.usage("The directory of trusted keys " + fileOrDirectory + " cannot be read: " + e, e);
        }
    }

    /** These keys and one more. */
    public TrustedKeys with(VerificationKey key) {
        Map<String, VerificationKey> more = new LinkedHashMap<>(byId);
        more.putIfAbsent(key.id(), key);
        return new TrustedKeys(more);
    }

    public boolean isEmpty() {
        return byId.isEmpty();
    }

    public Collection<VerificationKey> keys() {
        return List.copyOf(byId.values());
    }

    public Optional<VerificationKey> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Names a key for people: its file and the first digits of its id, or the id alone for one that is not trusted. */
    public String describe(String id) {
        VerificationKey key = byId.get(id);
        return key == null ? id : key.toString();
    }
}
