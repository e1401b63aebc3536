package io.jenkins.plugins.mlops.card;

import io.jenkins.plugins.mlops.TestServers;
import io.jenkins.plugins.mlops.core.card.CardDraft;
import io.jenkins.plugins.mlops.core.card.CardJournal;
import io.jenkins.plugins.mlops.core.card.CardPlace;
import io.jenkins.plugins.mlops.core.dataset.DatasetCache;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Datasets;
import io.jenkins.plugins.mlops.core.dataset.PublishOptions;
import io.jenkins.plugins.mlops.core.dataset.PublishResult;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import io.jenkins.plugins.mlops.core.signature.Keyring;
import io.jenkins.plugins.mlops.core.signature.SigningKey;
import io.jenkins.plugins.mlops.core.signature.TrustedKeys;
import io.jenkins.plugins.mlops.core.store.ObjectStore;
import io.jenkins.plugins.mlops.core.store.ObjectStoreSettings;
import io.jenkins.plugins.mlops.core.store.S3Uri;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/** Published datasets of a real object store, and people who write their cards. */
public final class CardedDatasets implements AutoCloseable {

    /** When all cards are written. */
    public static final Instant AT = Instant.parse("2026-11-20T08:00:00Z");

    private final ObjectStore store;
    private final Path scratch;

    public CardedDatasets(TestServers.S3 s3, Path scratch) {
        this.store = ObjectStore.connect(new ObjectStoreSettings(
                URI.create(s3.endpoint()),
                s3.region(),
                new ObjectStoreSettings.Credentials(s3.accessKey(), s3.secretKey(), null)));
        this.scratch = scratch;
    }

    /** One that is published. @param manifest its address */
    public record Published(DatasetVersion version, S3Uri manifest) {}

    /** A version whose files have the texts. */
    public Published publish(String name, S3Uri to, Map<String, String> files) throws IOException {
        Path directory = Files.createTempDirectory(scratch, name);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        PublishResult published = new Datasets(store, DatasetCache.at(scratch.resolve("cache")))
                .publish(directory, name, to, PublishOptions.DEFAULT, ProgressListener.NONE);
        DatasetVersion read = published.manifest().version();
        return new Published(
                new DatasetVersion(
                        read.name(),
                        read.contentId(),
                        read.sourceId(),
                        published.location().toString(),
                        read.files(),
                        read.bytes()),
                published.location());
    }

    /** Adds a revision to a dataset's card. @param key null for somebody without one */
    public void say(Published dataset, boolean anonymised, SigningKey key) throws IOException {
        Path evidence = Files.writeString(scratch.resolve("report.txt"), "faces are blurred");
        CardPlace place = CardPlace.beside(dataset.manifest(), dataset.version().contentId())
                .orElseThrow();
        new CardJournal(store, place, new Keyring(key, TrustedKeys.none()))
                .revise(
                        new CardDraft(
                                null, null, null, null, anonymised, anonymised ? evidence.toString() : null, Map.of()),
                        true,
                        "looked at it",
                        "ada",
                        AT);
    }

    public static SigningKey newKey() {
        return SigningKey.parse(privateKey(), "key");
    }

    /** In PEM. */
    public static String privateKey() {
        try {
            byte[] pkcs8 = KeyPairGenerator.getInstance("Ed25519")
                    .generateKeyPair()
                    .getPrivate()
                    .getEncoded();
            return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
