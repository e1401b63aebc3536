package io.jenkins.plugins.mlops.core.training;

import io.jenkins.plugins.mlops.core.card.Card;
import io.jenkins.plugins.mlops.core.card.CardRevision;
import io.jenkins.plugins.mlops.core.dataset.DatasetReference;
import io.jenkins.plugins.mlops.core.dataset.DatasetVersion;
import io.jenkins.plugins.mlops.core.dataset.Manifest;
import io.jenkins.plugins.mlops.core.dataset.PullResult;
import io.jenkins.plugins.mlops.core.digest.Digest;
import io.jenkins.plugins.mlops.core.progress.ProgressListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Datasets of one file, which holds the dataset's name. */
final class FakeDatasets implements DatasetAccess {

    /** What {@link #resolve} adds to the source id, to play a dataset that changes between resolving and pulling. */
    String resolvedBefore = "";

    /** The card of every dataset. */
    Card card;

    @Override
    public Optional<CardRevision> card(DatasetReference reference, DatasetVersion version) {
        return Optional.ofNullable(card)
                .map(said ->
                        new CardRevision(2, Digest.of("card"), said, "looked", "ada", Instant.EPOCH, Set.of(), true));
    }

    @Override
    public DatasetVersion resolve(DatasetReference reference) {
        DatasetVersion version = made(reference).version();
        return new DatasetVersion(
                version.name(),
                null,
                version.sourceId() + resolvedBefore,
                version.source(),
                version.files(),
                version.bytes());
    }

    @Override
    public Optional<Manifest> manifest(DatasetReference reference) {
        return Optional.empty();
    }

    @Override
    public void list(DatasetReference dvc, Path into) {
        throw new UnsupportedOperationException("nothing here is DVC's");
    }

    @Override
    public DatasetReference latest(DatasetReference reference) {
        return reference;
    }

    @Override
    public PullResult pull(DatasetReference reference, Path into, ProgressListener progress) {
        Manifest manifest = made(reference);
        try {
            Files.createDirectories(into);
            Files.writeString(into.resolve("data.txt"), manifest.name());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PullResult(manifest.version(), manifest, 1, manifest.bytes(), 1, manifest.bytes(), Duration.ZERO);
    }

    private static Manifest made(DatasetReference reference) {
        String name = reference.from().substring(reference.from().lastIndexOf('/') + 1);
        return Manifest.of(
                name,
                new Manifest.Source("s3-prefix:" + Digest.of(name), reference.from()),
                "bucket",
                List.of(new Manifest.Entry(
                        "data.txt", name.length(), Digest.of(name), "data/" + name, null, "e", null)));
    }
}
